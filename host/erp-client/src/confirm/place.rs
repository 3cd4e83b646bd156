//! Where the effect of a write can be seen, and whether it may be sent again when it is not there.

use super::compare::Difference;
use crate::pages::is_key_name;
use crate::shown::declared;
use sunmao_catalogue::{Answer, Arguments, Catalogue, Field, Operation, Repeat, ResultKind, Value};

/// The parameter that reads take the record's key as.
pub(super) const KEY: &str = "ord";

/// A write whose effect can be looked for.
pub(super) struct Watched<'a> {
    operation: &'a Operation,
    pub(super) purpose: Purpose,
    pub(super) place: Place<'a>,
    pub(super) again: Again,
}

/// What a write does to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It sets fields.
    Fields,
    /// It takes the record away.
    Removal,
    /// Anything else: what it changes is named otherwise.
    Command,
}

/// When a write may go out again that is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// A repetition does the same.
    Always,
    /// While there is no such record.
    IfAbsent,
    Never,
}

/// Where to look.
pub(super) enum Place<'a> {
    /// Under its key.
    Record { get: &'a Operation, key: Option<i64> },
    /// In a list that shows its key.
    Row { list: &'a Operation, key: i64 },
    /// In a list that is searched by its number.
    Number(Numbered<'a>),
}

/// A record that is known by a number which its caller chose.
pub(super) struct Numbered<'a> {
    pub(super) find: &'a Operation,
    /// The parameter of `find` that takes the number.
    pub(super) filter: &'a str,
    /// The write's own parameter.
    pub(super) parameter: &'a Field,
    pub(super) number: String,
    /// What shows the record, once its key is known.
    pub(super) get: Option<&'a Operation>,
}

impl<'a> Watched<'a> {
    /// None where the catalogue knows no way to look.
    pub(super) fn of(
        catalogue: &'a Catalogue,
        operation: &'a Operation,
        arguments: &Arguments,
    ) -> Option<Self> {
        let write = declared(operation)?;
        let read_back = catalogue.find(write.read_back.as_deref()?)?;
        let purpose = match operation.verb.split('-').next().unwrap_or_default() {
            "delete" => Purpose::Removal,
            "save" | "create" | "update" => Purpose::Fields,
            _ => Purpose::Command,
        };
        let watched = |place, again| {
            Some(Watched {
                operation,
                purpose,
                place,
                again,
            })
        };
        match &write.repeat {
            Repeat::UniqueNumber {
                parameter,
                find,
                filter,
            } => {
                let number = arguments.get(parameter)?.to_text()?;
                let place = Numbered {
                    find: catalogue.find(find)?,
                    filter,
                    parameter: operation.params.iter().find(|field| field.wire == *parameter)?,
                    number: Some(number).filter(|number| !number.trim().is_empty())?,
                    get: Some(read_back).filter(|get| shows_one(get)),
                };
                watched(Place::Number(place), Again::IfAbsent)
            }
            Repeat::ReservedKey { parameter, .. } => {
                let key = arguments.get(parameter).and_then(key);
                match (shows_one(read_back), key) {
                    (true, Some(_)) if parameter == KEY => {
                        watched(Place::Record { get: read_back, key }, Again::Always)
                    }
                    // A new record under a key that the answer tells: sent again, it would be another one.
                    (true, None) if arguments.get(parameter).is_none_or(Value::is_empty) => {
                        watched(Place::Record { get: read_back, key }, Again::Never)
                    }
                    (false, Some(key)) if is_complete(read_back) => {
                        watched(Place::Row { list: read_back, key }, Again::Always)
                    }
                    _ => None,
                }
            }
            Repeat::Never if shows_one(read_back) => {
                let own = operation.params.iter().find(|field| field.wire == KEY);
                let get = read_back.params.iter().find(|field| field.wire == KEY);
                let is_its_key = own.zip(get).is_some_and(|(own, get)| own.label == get.label);
                let key = arguments.get(KEY).filter(|_| is_its_key).and_then(key);
                watched(Place::Record { get: read_back, key }, Again::Never)
            }
            Repeat::Never => None,
        }
    }

    /// A key that only the answer tells.
    pub(super) fn note_key(&mut self, answer: &Answer) {
        if let (Place::Record { key: key @ None, .. }, Answer::Ack(ack)) = (&mut self.place, answer) {
            *key = ack.key.filter(|_| self.purpose == Purpose::Fields);
        }
    }

    /// What shows the record by its key.
    pub(super) fn read_back(&self) -> Option<&'a Operation> {
        match &self.place {
            Place::Record { get, .. } => Some(get),
            Place::Row { list, .. } => Some(list),
            Place::Number(numbered) => numbered.get,
        }
    }

    /// Whether a parameter that was sent is kept as it was written, so that it can be compared.
    pub(super) fn is_compared(&self, field: &Field, sent: &Value) -> bool {
        let Some(write) = declared(self.operation) else {
            return false;
        };
        let is_proposed = sent.is_empty() && write.proposed.contains(&field.wire);
        let is_other = write.computed.contains(&field.wire) || write.hidden.contains(&field.wire);
        !is_key_name(&field.wire) && !is_proposed && !is_other
    }

    pub(super) fn may_be_sent_again(&self, differences: &[Difference]) -> bool {
        match self.again {
            Again::Always => true,
            Again::IfAbsent => differences.iter().all(|difference| difference.is_absence),
            Again::Never => false,
        }
    }

    /// The place in words.
    pub(super) fn described(&self) -> String {
        match &self.place {
            Place::Record { get, key: Some(key) } => format!("{} of {key}", get.name),
            Place::Record { get, key: None } => get.name.clone(),
            Place::Row { list, key } => format!("{} under {key}", list.name),
            Place::Number(numbered) => format!("{} by {}", numbered.find.name, numbered.number),
        }
    }
}

fn shows_one(read_back: &Operation) -> bool {
    let shows_one = matches!(read_back.result, ResultKind::Bill | ResultKind::Record);
    shows_one && read_back.params.iter().any(|field| field.wire == KEY)
}

/// Whether a list can be asked for knowing nothing but the record.
fn is_complete(list: &Operation) -> bool {
    list.result == ResultKind::Table && list.params.iter().all(|field| !field.required)
}

/// Several keys in one call are text.
fn key(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(key) => Some(*key),
        value => value.to_text()?.trim().parse().ok(),
    }
    .filter(|key| *key != 0)
}
