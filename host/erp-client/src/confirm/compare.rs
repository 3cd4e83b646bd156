//! What a record says of a write: the same in every field that can be compared, or otherwise, and in which.

use super::place::Purpose;
use super::{Confirming, Seen};
use crate::Error;
use crate::calling::Call;
use crate::labels::Labelled;
use crate::shown::Shown;
use sunmao_catalogue::{Field, FieldType, ShownLines, Value};

/// What stands between the name of a list and that of a member of its lines.
const MEMBER: char = '.';

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

    /// The parameter that it is about, or whose lines.
    pub(super) fn parameter(&self) -> &str {
        self.field.split(MEMBER).next().unwrap_or_default()
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
        Difference::named(field.name.clone(), words)
    }

    fn named(field: String, words: String) -> Self {
        Difference {
            field,
            ..Difference::record(words)
        }
    }
}

/// What is to be said of a list and of each member of its lines, in words where it is not as it was written. Members are
/// named behind their list.
fn of_lines(list: &Field, lines: &ShownLines) -> Vec<(String, Option<String>)> {
    let ShownLines { written, missing, .. } = lines;
    let of_list = (*missing > 0).then(|| format!("{missing} of {written} {} are not there", list.name));
    let of_members = lines.members.iter().map(|(member, otherwise)| {
        let words = (*otherwise > 0).then(|| {
            format!(
                "{member} reads otherwise in {otherwise} of {written} {}",
                list.name
            )
        });
        (format!("{}{MEMBER}{member}", list.name), words)
    });
    std::iter::once((list.name.clone(), of_list))
        .chain(of_members)
        .collect()
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
            if let Some(lines) = seen.shown.lines(field, written[0]) {
                for (name, difference) in of_lines(field, &lines) {
                    match difference {
                        None => alike.push(name),
                        Some(words) => differences.push(Difference::named(name, words)),
                    }
                }
                continue;
            }
            let agrees = match seen.shown.agrees(field, &written) {
                None => self.agrees_by_label(field, written[0], &seen.shown).await,
                agrees => agrees,
            };
            match agrees {
                Some(true) => alike.push(field.name.clone()),
                Some(false) => {
                    let value = seen.shown.value(&field.name);
                    differences.push(Difference::field(field, written[0], value));
                }
                None => {}
            }
        }
        for (wire, written) in self.beside() {
            match seen.shown.agrees_beside(wire, written) {
                Some(true) => alike.push(wire.to_owned()),
                Some(false) => {
                    let words = format!("{wire} reads otherwise than it was written");
                    differences.push(Difference::named(wire.to_owned(), words));
                }
                None => {}
            }
        }
        let is_anything = !alike.is_empty() || !differences.is_empty();
        self.line
            .learning
            .clear(&self.subject, alike.iter().map(String::as_str));
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
