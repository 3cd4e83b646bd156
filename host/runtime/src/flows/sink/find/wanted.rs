//! What is looked for: the values by which a record may be known, and how lists are asked for them.

use crate::flows::sink::WriteSink;
use sunmao_catalogue::{Effect, IdentityForm, Lookup, Record, Repeat, Value};

/// How many digits of a phone are asked for: people put spaces and hyphens before them, seldom between them.
const LAST_DIGITS: usize = 4;
/// The parameter of many lists that looks into several columns.
const SEARCH: &str = "searchKey";

/// One value by which a record may be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wanted {
    /// The wire name of the write's parameter.
    pub wire: String,
    /// Its English name.
    pub name: String,
    /// What the staff call it.
    pub label: String,
    form: IdentityForm,
    /// The value, as all its spellings are alike.
    pub normal: String,
    /// How records are found by it, the surest first.
    pub lookups: Vec<Lookup>,
}

/// The number of a record, and what else it may be known by; only what the mapping gave.
pub(super) fn of(sink: &WriteSink, mapped: &Record) -> (Option<Wanted>, Vec<Wanted>) {
    let object = sink.object.as_ref();
    let by_repeat = match &sink.operation.effect {
        Effect::Write(write) => match &write.repeat {
            Repeat::UniqueNumber { parameter, .. } => Some(parameter.as_str()),
            Repeat::ReservedKey { .. } | Repeat::Never => None,
        },
        Effect::Read => None,
    };
    let number = by_repeat.or(object.and_then(|object| object.number.as_deref()));
    let identity = object
        .map(|object| object.identity.as_slice())
        .unwrap_or_default();
    let others = identity.iter().filter(|(wire, _)| Some(wire.as_str()) != number);
    let others = others.filter_map(|(wire, form)| wanted(sink, mapped, wire, *form));
    (
        number.and_then(|wire| wanted(sink, mapped, wire, IdentityForm::Number)),
        others.collect(),
    )
}

fn wanted(sink: &WriteSink, mapped: &Record, wire: &str, form: IdentityForm) -> Option<Wanted> {
    let field = sink.operation.params.iter().find(|field| field.wire == wire)?;
    let mut given = mapped.iter();
    let (_, value) = given.find(|(name, _)| field.answers_to(name))?;
    let normal = form.normal(&value.to_text()?);
    (!normal.is_empty()).then(|| Wanted {
        wire: wire.to_owned(),
        name: field.name.clone(),
        label: field.label.clone(),
        form,
        normal,
        lookups: lookups(sink, wire),
    })
}

/// The object's lookups, and where it has none the one that tells whether a unique number is taken, or its list where
/// that has a parameter of the name.
fn lookups(sink: &WriteSink, wire: &str) -> Vec<Lookup> {
    let Some(object) = &sink.object else {
        return Vec::new();
    };
    let declared = object.lookups.iter().filter(|lookup| lookup.parameter == wire);
    let mut lookups: Vec<Lookup> = declared.cloned().collect();
    let key = object.key.clone().unwrap_or_else(|| "ord".to_owned());
    if lookups.is_empty()
        && let Effect::Write(write) = &sink.operation.effect
        && let Repeat::UniqueNumber {
            parameter,
            find,
            filter,
        } = &write.repeat
        && parameter == wire
    {
        lookups.push(Lookup {
            parameter: wire.to_owned(),
            operation: find.clone(),
            filter: filter.clone(),
            column: wire.to_owned(),
            key,
        });
    } else if lookups.is_empty()
        && let Some(list) = &object.list
    {
        lookups.push(Lookup {
            parameter: wire.to_owned(),
            operation: list.clone(),
            filter: wire.to_owned(),
            column: wire.to_owned(),
            key,
        });
    }
    lookups
}

impl Wanted {
    /// Whether a value is this one, however it is spelt.
    pub fn is(&self, shown: &Value) -> bool {
        shown
            .to_text()
            .is_some_and(|text| self.form.normal(&text) == self.normal)
    }

    /// What a list is asked for, so that its rows are few and the record is among them in any of the usual spellings.
    pub fn spellings(&self, filter: &str, matches_within: bool) -> Vec<String> {
        let looks_within = matches_within || filter.eq_ignore_ascii_case(SEARCH);
        let part = match self.form {
            IdentityForm::Phone if looks_within => {
                let from = self.normal.len().saturating_sub(LAST_DIGITS);
                self.normal.get(from..).unwrap_or(&self.normal)
            }
            _ => &self.normal,
        };
        let mut spellings = vec![part.to_owned()];
        // A number is ours or a colleague copied it; what people type by hand may come from an input method.
        let wide = wide(part);
        if self.form != IdentityForm::Number && wide != part {
            spellings.push(wide);
        }
        spellings
    }
}

/// The same in full-width letters and digits.
fn wide(text: &str) -> String {
    let wide = |letter: char| match letter {
        '!'..='~' => char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter),
        other => other,
    };
    text.chars().map(wide).collect()
}
