//! Other objects' records by their names: what rules read and write where one record follows from another.

use super::Command;
use super::amounts::{given, readable};
use crate::ledger::{Change, ChangeKind};
use crate::world::World;
use rust_decimal::Decimal;
use std::collections::HashMap;
use sunmao_catalogue::{Record, Value};

impl World {
    /// A record's value, by the object and the column's wire name; nothing where there is none.
    pub(crate) fn read(&mut self, object: &str, ord: i64, wire: &str) -> Value {
        let Some(object) = self.model.object(object) else {
            return Value::Null;
        };
        self.value(object, ord, wire).cloned().unwrap_or_default()
    }

    /// The number in a column; zero where there is none.
    pub(crate) fn amount(&mut self, object: &str, ord: i64, wire: &str) -> Decimal {
        readable(&self.read(object, ord, wire)).unwrap_or_default()
    }

    /// The text in a column; empty where there is none.
    pub(crate) fn text(&mut self, object: &str, ord: i64, wire: &str) -> String {
        self.read(object, ord, wire).to_text().unwrap_or_default()
    }

    /// The key of another record in a column.
    pub(crate) fn link(&mut self, object: &str, ord: i64, wire: &str) -> Option<i64> {
        self.read(object, ord, wire).as_integer()
    }

    /// The records of a list in a column.
    pub(crate) fn lines(&mut self, object: &str, ord: i64, wire: &str) -> Vec<Record> {
        let value = self.read(object, ord, wire);
        let lines = value.as_list().unwrap_or_default().iter();
        lines.filter_map(|line| line.as_record().cloned()).collect()
    }

    /// Whether an object has a record of this key.
    pub(crate) fn has(&mut self, object: &str, ord: i64) -> bool {
        let object = self.model.object(object);
        object.is_some_and(|object| self.exists(object, ord))
    }

    /// The keys of the records that have a key in a column, oldest first.
    pub(crate) fn keys_with(&mut self, object: &str, wire: &str, key: i64) -> Vec<i64> {
        let Some(object) = self.model.object(object) else {
            return Vec::new();
        };
        let Some(column) = self.model.schemas[object].named(wire) else {
            return Vec::new();
        };
        let mut found: Vec<i64> = self
            .table(object)
            .newest_first()
            .filter(|(_, entry)| entry.values[column].as_integer() == Some(key))
            .map(|(ord, _)| ord)
            .collect();
        found.reverse();
        found
    }

    /// The record with a text in a column.
    pub(crate) fn named(&mut self, object: &str, wire: &str, text: &str) -> Option<i64> {
        let object = self.model.object(object)?;
        self.find(object, wire, text).filter(|_| !text.is_empty())
    }

    /// Changes some values of a record, as a consequence of the request.
    pub(crate) fn write(&mut self, object: &str, ord: i64, values: &[(&str, Value)]) {
        let Some(position) = self.model.object(object) else {
            return;
        };
        let model = self.model.clone();
        let schema = &model.schemas[position];
        let changed = self.change(position, ord, |entry| {
            for (wire, value) in values {
                if let Some(column) = schema.named(wire) {
                    entry.values[column] = schema.columns[column].read(value);
                }
            }
        });
        let is_it = |change: &Change| change.object == object && change.ord == ord;
        if changed && !self.followed.iter().any(is_it) {
            self.followed.push(Change {
                object: object.to_owned(),
                ord,
                kind: ChangeKind::Updated,
            });
        }
    }

    /// Creates a record, numbered as the ERP does, as a consequence of the request. Under a key of its own where none is
    /// given.
    pub(crate) fn add(&mut self, object: &str, ord: Option<i64>, values: &[(&str, Value)]) -> Option<i64> {
        let position = self.model.object(object)?;
        let mut record: Record = values
            .iter()
            .map(|(wire, value)| ((*wire).to_owned(), value.clone()))
            .collect();
        let ord = ord.unwrap_or_else(|| self.table(position).allocate());
        let model = self.model.clone();
        let schema = &model.schemas[position];
        let label = schema.rules.number.0;
        let column = schema.labelled(label).filter(|_| !label.is_empty());
        if let Some(column) = column {
            let number = self.free_number(position, column, ord);
            record.insert(schema.columns[column].id.to_string(), number.into());
        }
        let change = self.store_named(position, Some(ord), &record);
        self.followed.push(change);
        Some(ord)
    }

    /// Removes a record, as a consequence of the request.
    pub(crate) fn discard(&mut self, object: &str, ord: i64) {
        let Some(position) = self.model.object(object) else {
            return;
        };
        if self.table(position).remove(ord).is_some() {
            self.followed.push(Change {
                object: object.to_owned(),
                ord,
                kind: ChangeKind::Deleted,
            });
        }
    }

    /// Hands over what changed beside these records.
    pub(crate) fn hand_over(&mut self, object: &str, ords: &[i64]) -> Vec<Change> {
        let mut followed = std::mem::take(&mut self.followed);
        followed.retain(|change| change.object != object || !ords.contains(&change.ord));
        followed
    }

    /// Fits the generated records of an object, one by one, with values by wire name.
    pub(crate) fn fit(&mut self, object: &str, fitted: fn(&mut World, i64) -> Vec<(&'static str, Value)>) {
        let Some(position) = self.model.object(object) else {
            return;
        };
        let keys: Vec<i64> = self.table(position).newest_first().map(|(ord, _)| ord).collect();
        let model = self.model.clone();
        let schema = &model.schemas[position];
        let mut columns: HashMap<&str, Option<usize>> = HashMap::new();
        for ord in keys {
            for (wire, value) in fitted(self, ord) {
                if let Some(column) = *columns.entry(wire).or_insert_with(|| schema.named(wire)) {
                    self.table(position).follow(ord, column, value);
                }
            }
        }
    }

    /// What a document of a contract's says of it: the customer, the contract, the customer's number, and what is copied
    /// under another name (the document's wire name, the contract's).
    pub(super) fn of_contract(
        &mut self,
        contract: i64,
        copied: &[(&'static str, &str)],
    ) -> Vec<(&'static str, Value)> {
        let customer = self.read("contracts", contract, "company");
        let number = customer
            .as_integer()
            .map(|customer| self.read("customers", customer, "khid"));
        let mut values = vec![
            ("company", customer),
            ("contract", contract.into()),
            ("khid", number.unwrap_or_default()),
        ];
        for (own, theirs) in copied {
            values.push((own, self.read("contracts", contract, theirs)));
        }
        values
    }

    /// The time as the ERP writes it: `2025-03-07 10:00:00`.
    pub(crate) fn moment(&self) -> String {
        self.clock.text()
    }

    /// The day as the ERP keeps it: `2025-03-07`.
    pub(crate) fn day(&self) -> String {
        self.clock.today().to_string()
    }
}

impl Command<'_> {
    /// The operation's verb.
    pub(super) fn verb(&self) -> &str {
        &self.operation.verb
    }

    /// The text of an argument; empty where there is none.
    pub(super) fn text(&self, name: &str) -> String {
        given(self.arguments, name)
            .and_then(Value::to_text)
            .unwrap_or_default()
    }

    /// Carries the command out on each record, once each of them allows it: what changed beside them.
    pub(super) fn each(
        &self,
        world: &mut World,
        allowed: impl Fn(&mut World, i64) -> Result<(), String>,
        carry_out: impl Fn(&mut World, i64),
    ) -> Result<Vec<Change>, String> {
        for ord in self.ords {
            allowed(world, *ord)?;
        }
        for ord in self.ords {
            carry_out(world, *ord);
        }
        Ok(world.hand_over(&self.operation.object, self.ords))
    }

    /// The same, where every record allows it.
    pub(super) fn on_each(
        &self,
        world: &mut World,
        carry_out: impl Fn(&mut World, i64),
    ) -> Result<Vec<Change>, String> {
        self.each(world, |_, _| Ok(()), carry_out)
    }
}
