//! Records by the names of their objects and columns: what the rules that span several objects read and write.

use crate::ledger::{Change, ChangeKind};
use crate::schema::Schema;
use crate::table::Entry;
use crate::text::number;
use crate::world::{Draft, World};
use rust_decimal::Decimal;
use sunmao_catalogue::{Record, Value};

/// One record of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct At {
    pub(super) object: &'static str,
    pub(super) ord: i64,
}

pub(super) const fn at(object: &'static str, ord: i64) -> At {
    At { object, ord }
}

impl At {
    pub(super) fn exists(self, world: &mut World) -> bool {
        let object = world.model.object(self.object);
        object.is_some_and(|object| world.exists(object, self.ord))
    }

    pub(super) fn value(self, world: &mut World, wire: &str) -> Value {
        let object = world.model.object(self.object);
        let value = object.and_then(|object| world.value(object, self.ord, wire));
        value.cloned().unwrap_or_default()
    }

    /// An amount; nothing is zero.
    pub(super) fn amount(self, world: &mut World, wire: &str) -> Decimal {
        amount(&self.value(world, wire)).unwrap_or_default()
    }

    pub(super) fn integer(self, world: &mut World, wire: &str) -> Option<i64> {
        self.value(world, wire).as_integer()
    }

    /// Whether a column has this code.
    pub(super) fn is(self, world: &mut World, wire: &str, code: i64) -> bool {
        self.integer(world, wire) == Some(code)
    }

    pub(super) fn lines(self, world: &mut World, wire: &str) -> Vec<Record> {
        lines(&self.value(world, wire))
    }

    /// Sets some values, and says that the record has changed.
    pub(super) fn set<const N: usize>(self, world: &mut World, values: [(&str, Value); N]) -> Change {
        if let Some(object) = world.model.object(self.object) {
            for (wire, value) in values {
                world.set(object, self.ord, wire, value);
            }
        }
        Change {
            object: self.object.to_owned(),
            ord: self.ord,
            kind: ChangeKind::Updated,
        }
    }

    /// Sets a value that follows from something else and is no change of its own.
    pub(super) fn follow(self, world: &mut World, wire: &str, value: Value) {
        let Some(object) = world.model.object(self.object) else {
            return;
        };
        if let Some(column) = world.model.schemas[object].named(wire) {
            world.table(object).follow(self.ord, column, value);
        }
    }
}

/// Creates a record, with a number of its own where its object has numbers.
pub(super) fn create(world: &mut World, object: &'static str, values: &Record) -> Option<Change> {
    create_at(world, object, None, values)
}

/// The same, under a given key.
pub(super) fn create_at(
    world: &mut World,
    object: &'static str,
    ord: Option<i64>,
    values: &Record,
) -> Option<Change> {
    let position = world.model.object(object)?;
    let change = world.store_named(position, ord, values);
    let model = world.model.clone();
    let schema = &model.schemas[position];
    let number = Some(schema.rules.number.0).filter(|label| !label.is_empty());
    if let Some(column) = number.and_then(|label| schema.labelled(label)) {
        let free = world.free_number(position, column, change.ord);
        world.set(position, change.ord, &schema.columns[column].id, free.into());
    }
    Some(change)
}

/// Removes a record; whether there was one.
pub(super) fn remove(world: &mut World, object: &'static str, ord: i64) -> Option<Change> {
    let position = world.model.object(object)?;
    world.table(position).remove(ord)?;
    Some(Change {
        object: object.to_owned(),
        ord,
        kind: ChangeKind::Deleted,
    })
}

/// All records of an object, the oldest first.
pub(super) fn all(world: &mut World, object: &'static str) -> Vec<At> {
    let Some(position) = world.model.object(object) else {
        return Vec::new();
    };
    let keys = world
        .table(position)
        .newest_first()
        .map(|(ord, _)| at(object, ord));
    let mut keys: Vec<At> = keys.collect();
    keys.reverse();
    keys
}

/// The records that have a key in a column, the oldest first.
pub(super) fn having(world: &mut World, object: &'static str, wire: &str, key: i64) -> Vec<At> {
    let Some(position) = world.model.object(object) else {
        return Vec::new();
    };
    let Some(column) = world.model.schemas[position].named(wire) else {
        return Vec::new();
    };
    let table = world.table(position);
    let found = table
        .newest_first()
        .filter(|(_, entry)| entry.values[column].as_integer() == Some(key))
        .map(|(ord, _)| at(object, ord));
    let mut found: Vec<At> = found.collect();
    found.reverse();
    found
}

/// Sets values of a generated record.
pub(super) fn fill<const N: usize>(schema: &Schema, entry: &mut Entry, values: [(&str, Value); N]) {
    for (wire, value) in values {
        if let Some(column) = schema.named(wire) {
            entry.values[column] = value;
        }
    }
}

/// The value that a draft gives or, where it gives none, the record has.
pub(super) fn current(world: &mut World, draft: &Draft<'_>, wire: &str) -> Value {
    if let Some(value) = draft.given(wire) {
        return value.clone();
    }
    let stored = draft.ord.and_then(|ord| world.value(draft.object, ord, wire));
    stored.cloned().unwrap_or_default()
}

/// Whether a key or a name was given that the object's references fit to no record.
pub(super) fn unresolved(draft: &Draft<'_>, wire: &str) -> bool {
    let Some(column) = draft.schema.named(wire) else {
        return false;
    };
    let mut given = draft.values.iter().filter(|(own, _)| *own == column);
    let asked = given.any(|(_, value)| !value.is_empty());
    asked && draft.at(column).is_none_or(Value::is_empty)
}

/// The amount that a scalar means.
pub(super) fn amount(value: &Value) -> Option<Decimal> {
    number(&value.to_text()?)
}

/// The amount of a line's member; nothing is zero.
pub(super) fn member(line: &Record, name: &str) -> Decimal {
    line.get(name).and_then(amount).unwrap_or_default()
}

/// The whole number of a line's member.
pub(super) fn key(line: &Record, name: &str) -> Option<i64> {
    line.get(name).and_then(Value::as_integer)
}

pub(super) fn lines(value: &Value) -> Vec<Record> {
    let lines = value.as_list().unwrap_or(std::slice::from_ref(value));
    lines.iter().filter_map(Value::as_record).cloned().collect()
}

pub(super) fn list(lines: Vec<Record>) -> Value {
    Value::List(lines.into_iter().map(Value::from).collect())
}

/// The sum of amounts, as money; one that is too large for an exact decimal is none.
pub(super) fn sum(amounts: impl IntoIterator<Item = Decimal>) -> Option<Decimal> {
    let mut amounts = amounts.into_iter();
    amounts.try_fold(Decimal::ZERO, Decimal::checked_add)
}

/// An amount with its cents.
pub(super) fn money(amount: Decimal) -> Value {
    let mut cents = amount.round_dp(2);
    cents.rescale(2);
    cents.into()
}
