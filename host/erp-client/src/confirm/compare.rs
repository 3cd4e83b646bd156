//! What a record says of a write: the same in every field that can be compared, or otherwise, and in which.

use super::place::Purpose;
use super::{Confirming, Seen};
use crate::Error;
use crate::calling::Call;
use crate::labels::Labelled;
use crate::shown::Shown;
use sunmao_catalogue::{Field, FieldType, Value};

/// What a look at the record comes to.
pub(super) enum Looked {
    /// Everything that can be compared reads as it was written.
    Stored(Seen),
    /// Something reads otherwise.
    Otherwise(Seen, Vec<Difference>),
    /// There is no such record, or one that ought to be gone.
    Absent(Difference),
    /// There is a record, and nothing of the write that could be compared.
    Unjudged(Seen),
    /// It could not be read.
    Unread(Error),
}

/// One thing that the record says otherwise.
#[derive(Debug, Clone)]
pub(super) struct Difference {
    /// The parameter's English name; empty where it is the whole record.
    pub(super) field: String,
    /// What was seen. What people wrote does not stand in it: it ends in logs and audit rows.
    pub(super) words: String,
    /// Whether there is no such record.
    pub(super) is_absence: bool,
}

impl Difference {
    pub(super) fn absence(words: String) -> Self {
        Difference {
            field: String::new(),
            words,
            is_absence: true,
        }
    }

    pub(super) fn record(words: String) -> Self {
        Difference {
            is_absence: false,
            ..Difference::absence(words)
        }
    }

    fn field(field: &Field, written: &Value, shown: Option<&Value>) -> Self {
        let text = |value: &Value| value.to_text().unwrap_or_default();
        let shown = shown.map(text).unwrap_or_default();
        let is_personal = !matches!(field.kind, FieldType::Int | FieldType::Decimal | FieldType::Bool);
        let words = match () {
            () if written.is_empty() => format!("{} was written empty and still reads something", field.name),
            () if shown.is_empty() => format!("{} was written and reads empty", field.name),
            () if is_personal => format!("{} reads otherwise than it was written", field.name),
            () => format!(
                "{} was written as {} and reads {shown}",
                field.name,
                text(written)
            ),
        };
        Difference {
            field: field.name.clone(),
            words,
            is_absence: false,
        }
    }
}

impl Confirming<'_> {
    /// Compares what was sent with what is shown of it.
    pub(super) async fn compare(&self, key: Option<i64>, shown: Shown) -> Looked {
        let mut seen = Seen {
            key,
            shown,
            unshown: Vec::new(),
        };
        if self.watched.purpose == Purpose::Command {
            return Looked::Unjudged(seen);
        }
        let (mut alike, mut differences) = (Vec::new(), Vec::new());
        for (field, written) in self.written() {
            let agrees = match seen.shown.agrees(field, &written) {
                None => self.agrees_by_label(field, written[0], &seen.shown).await,
                agrees => agrees,
            };
            match agrees {
                Some(true) => alike.push(&*field.name),
                Some(false) => {
                    let value = seen.shown.value(&field.name);
                    differences.push(Difference::field(field, written[0], value));
                }
                None => {}
            }
        }
        for (wire, written) in self.beside() {
            match seen.shown.agrees_beside(wire, written) {
                Some(true) => alike.push(wire),
                Some(false) => differences.push(Difference {
                    field: wire.to_owned(),
                    words: format!("{wire} reads otherwise than it was written"),
                    is_absence: false,
                }),
                None => {}
            }
        }
        let is_anything = !alike.is_empty() || !differences.is_empty();
        self.line.learning.clear(&self.subject, alike.into_iter());
        if !differences.is_empty() {
            let known = self.line.learning.known(&self.subject).await;
            let (unshown, others) = differences
                .into_iter()
                .partition(|difference| known.contains(&difference.field));
            differences = others;
            let unshown: Vec<Difference> = unshown;
            seen.unshown = unshown.into_iter().map(|difference| difference.field).collect();
        }
        match differences.is_empty() {
            false => Looked::Otherwise(seen, differences),
            true if is_anything => Looked::Stored(seen),
            true => Looked::Unjudged(seen),
        }
    }

    /// What was sent beside the parameters that the catalogue knows.
    fn beside(&self) -> impl Iterator<Item = (&str, &Value)> {
        let params = &self.call.operation.params;
        let arguments = self.call.arguments.iter();
        arguments.filter(|(wire, _)| !params.iter().any(|field| field.wire == *wire))
    }

    /// Compares a code with the label that a page shows in its place, where the operation that lists the codes knows it.
    async fn agrees_by_label(&self, field: &Field, written: &Value, shown: &Shown) -> Option<bool> {
        let code = written.as_integer()?;
        let labelled = Labelled::new(field, shown.label(field)?)?;
        let call = Call {
            report: &crate::failure::Report::of(self.call.operation, std::time::Duration::ZERO),
            ..self.call
        };
        let known = self.line.code(&call, &labelled).await.ok()??;
        Some(known == code)
    }
}
