//! In whose names a merge speaks, and when two values of a field are one.

use std::borrow::Cow;
use sunmao_catalogue::{
    Catalogue, Effect, Field, FieldType, IdentityForm, Operation, Record, Repeat, Value, Write,
};

/// Where arguments travel that the catalogue does not know.
const EXTRA: &str = "extra";

/// The names that the fields of a merge bear: those of the side that is written.
#[derive(Debug, Clone, Copy)]
pub enum Vocabulary<'a> {
    /// The arguments of a write by their English names, without the record's key; and by which of them its records are
    /// known, by wire name.
    Write(&'a Operation, &'a [(String, IdentityForm)]),
    /// The members of a record kind in snake_case.
    Members(&'a [Field]),
}

/// A field that one of the sides speaks of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member<'a> {
    pub name: Cow<'a, str>,
    /// None where only the installation knows it.
    pub field: Option<&'a Field>,
}

impl<'a> Vocabulary<'a> {
    /// The vocabulary of a write.
    pub fn of_write(catalogue: &'a Catalogue, operation: &'a Operation) -> Self {
        let object = catalogue.object(&operation.object);
        let identity = object.map(|object| object.identity.as_slice());
        Vocabulary::Write(operation, identity.unwrap_or_default())
    }

    /// Every field that one of the records speaks of: the catalogue's in its order, then the others.
    pub(super) fn members(self, records: &[&'a Record]) -> Vec<Member<'a>> {
        let spoken = |field: &&Field| records.iter().any(|record| self.given(record, field).is_some());
        let known = self.fields().filter(spoken).map(|field| Member {
            name: self.name(field),
            field: Some(field),
        });
        let mut members: Vec<Member<'a>> = known.collect();
        let others = records.iter().flat_map(|record| self.others(record));
        for name in others {
            if !members.iter().any(|member| member.name == name) {
                let name = Cow::Borrowed(name);
                members.push(Member { name, field: None });
            }
        }
        members
    }

    /// What a record says of a member; none where it does not speak of it.
    pub(super) fn value<'r>(self, record: &'r Record, member: &Member<'_>) -> Option<&'r Value> {
        match member.field {
            Some(field) => self.given(record, field),
            None => record.get(&*member.name).or_else(|| extra(record, &member.name)),
        }
    }

    /// Whether two values of a member are the same however they are spelt; none where that cannot be told, as of a code
    /// and a label that nobody knows.
    pub(super) fn same(self, member: &Member<'_>, one: &Value, other: &Value) -> Option<bool> {
        if one == other || is_nothing(one) && is_nothing(other) {
            return Some(true);
        }
        let Some(field) = member.field else {
            return Some(plain(one) == plain(other));
        };
        match (self, field.kind) {
            (Vocabulary::Members(_), FieldType::List | FieldType::Object) => {
                Some(same_nested(&field.fields, one, other))
            }
            // An absent truth value is false.
            (_, FieldType::Bool) if is_nothing(one) => Some(is_false(other)),
            (_, FieldType::Bool) if is_nothing(other) => Some(is_false(one)),
            (Vocabulary::Members(_), _) if is_nothing(one) || is_nothing(other) => {
                // A hub that knows no score is no hub that knows a score of nothing; the ERP shows either as the other.
                let stands_for =
                    |value: &Value| field.default.as_ref().is_some_and(|default| default == value);
                Some(stands_for(one) || stands_for(other))
            }
            _ if self.is_phone(field) && is_same_phone(one, other) => Some(true),
            _ => field.shows(one, other),
        }
    }

    /// Whether arguments have to be given under `extra` to be passed on.
    pub(super) fn is_extra(self, member: &Member<'_>) -> bool {
        matches!(self, Vocabulary::Write(..)) && member.field.is_none()
    }

    /// Whether the ERP works a member out, whatever it is told.
    pub(super) fn is_computed(self, member: &Member<'_>) -> bool {
        self.is_among(member, |write| &write.computed)
    }

    /// Whether the ERP keeps a member to itself: what its page says there is nothing.
    pub(super) fn is_hidden(self, member: &Member<'_>) -> bool {
        self.is_among(member, |write| &write.hidden)
    }

    fn is_among(self, member: &Member<'_>, wires: impl Fn(&Write) -> &Vec<String>) -> bool {
        let (Vocabulary::Write(operation, _), Some(field)) = (self, member.field) else {
            return false;
        };
        match &operation.effect {
            Effect::Write(write) => wires(write).contains(&field.wire),
            Effect::Read => false,
        }
    }

    fn is_phone(self, field: &Field) -> bool {
        let form = match self {
            Vocabulary::Write(_, identity) => {
                let own = identity.iter().find(|(wire, _)| *wire == field.wire);
                own.map(|(_, form)| *form)
            }
            Vocabulary::Members(_) => field.identity,
        };
        form == Some(IdentityForm::Phone)
    }

    fn fields(self) -> impl Iterator<Item = &'a Field> {
        let (fields, key) = match self {
            Vocabulary::Write(operation, _) => (operation.params.as_slice(), key(operation)),
            Vocabulary::Members(fields) => (fields, None),
        };
        fields
            .iter()
            .filter(move |field| Some(field.wire.as_str()) != key)
    }

    fn name(self, field: &'a Field) -> Cow<'a, str> {
        match self {
            Vocabulary::Write(..) => Cow::Borrowed(&field.name),
            Vocabulary::Members(_) => Cow::Owned(field.snake_name()),
        }
    }

    /// English names come before wire names, as they do where arguments are checked.
    fn given<'r>(self, record: &'r Record, field: &Field) -> Option<&'r Value> {
        if let Some(value) = record.get(&field.name) {
            return Some(value);
        }
        let english = record.iter().find(|(name, _)| field.has_english_name(name));
        let found = english.map(|(_, value)| value);
        match self {
            Vocabulary::Write(..) => found
                .or_else(|| record.get(&field.wire))
                .or_else(|| extra(record, &field.wire)),
            Vocabulary::Members(_) => found,
        }
    }

    /// Names that none of the fields has.
    fn others(self, record: &Record) -> Vec<&str> {
        let all = match self {
            Vocabulary::Write(operation, _) => operation.params.as_slice(),
            Vocabulary::Members(fields) => fields,
        };
        let within = match (self, record.get(EXTRA)) {
            (Vocabulary::Write(..), Some(within)) => extra_names(within),
            _ => Vec::new(),
        };
        let names = record.keys().map(String::as_str).chain(within);
        let is_known = |name: &str| match self {
            Vocabulary::Write(..) => name == EXTRA || all.iter().any(|field| field.answers_to(name)),
            Vocabulary::Members(_) => all.iter().any(|field| field.has_english_name(name)),
        };
        names.filter(|name| !is_known(name)).collect()
    }
}

/// The wire name of the parameter that bears the record's key.
fn key(operation: &Operation) -> Option<&str> {
    match &operation.effect {
        Effect::Write(write) => match &write.repeat {
            Repeat::ReservedKey { parameter, .. } => Some(parameter),
            Repeat::UniqueNumber { .. } | Repeat::Never => None,
        },
        Effect::Read => None,
    }
}

/// A further argument, given as members of a record or as a list of `{name, value}`.
fn extra<'r>(record: &'r Record, name: &str) -> Option<&'r Value> {
    match record.get(EXTRA)? {
        Value::Record(extra) => extra.get(name),
        Value::List(items) => {
            let item = items.iter().find(|item| item_name(item) == Some(name));
            item.and_then(|item| item.get("value"))
        }
        _ => None,
    }
}

fn extra_names(extra: &Value) -> Vec<&str> {
    match extra {
        Value::Record(extra) => extra.keys().map(String::as_str).collect(),
        Value::List(items) => items.iter().filter_map(item_name).collect(),
        _ => Vec::new(),
    }
}

fn item_name(item: &Value) -> Option<&str> {
    item.get("name").and_then(Value::as_text)
}

/// Null, blank text, and lists and records without anything in them.
pub(super) fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Text(text) => text.trim().is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Record(record) => record.values().all(is_nothing),
        Value::Bool(_) | Value::Integer(_) | Value::Decimal(_) => false,
    }
}

/// A phone is the same with its country's code and without, as long as no word stands beside it. A name of another spelling is another name: whoever corrected
/// it wants it seen.
fn is_same_phone(one: &Value, other: &Value) -> bool {
    let normal = |value: &Value| {
        let text = value.to_text()?;
        let is_number = !text.chars().any(char::is_alphabetic);
        is_number
            .then(|| IdentityForm::Phone.normal(&text))
            .filter(|phone| !phone.is_empty())
    };
    normal(one).is_some_and(|one| normal(other) == Some(one))
}

fn is_false(value: &Value) -> bool {
    match value {
        Value::Bool(value) => !value,
        other => matches!(plain(other).as_deref(), Some("0" | "false" | "否")),
    }
}

fn plain(value: &Value) -> Option<String> {
    let text = value.to_text()?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Lists line by line, records member by member, each by its own field.
fn same_nested(fields: &[Field], one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| same_nested(fields, one, other))
        }
        (Value::Record(one), Value::Record(other)) => {
            let members = Vocabulary::Members(fields);
            members.members(&[one, other]).iter().all(|member| {
                let value = |record| members.value(record, member).unwrap_or(&Value::Null);
                members.same(member, value(one), value(other)) == Some(true)
            })
        }
        _ => one == other || is_nothing(one) && is_nothing(other),
    }
}
