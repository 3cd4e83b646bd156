//! All records of the simulated ERP, and the ways to read and change them.

use crate::clock::Clock;
use crate::data::Generator;
use crate::ledger::{Change, ChangeKind};
use crate::model::Model;
use crate::options::Options;
use crate::schema::{KEY, Schema};
use crate::table::{Entry, Table};
use std::sync::Arc;
use sunmao_catalogue::{Record, Value};

/// The records, by the positions of their schemas. An object's records are generated when they are first asked for.
/// A clone is cheap: tables are copied when they are first written to.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) model: Arc<Model>,
    pub(crate) clock: Clock,
    generator: Generator,
    tables: Vec<Option<Arc<Table>>>,
    /// What the rules of several objects changed beside the record that was asked for, until they hand it over.
    pub(crate) followed: Vec<Change>,
    /// Digits behind the point that are kept of a given price; none for all.
    pub(crate) price_digits: Option<u32>,
}

/// A record on its way into the store.
pub(crate) struct Draft<'a> {
    /// The position of the schema.
    pub(crate) object: usize,
    pub(crate) schema: &'a Schema,
    /// The query of the request, which may say more than its arguments.
    pub(crate) query: &'a Record,
    /// The key, once there is one.
    pub(crate) ord: Option<i64>,
    /// Given values by column, as they are kept.
    pub(crate) values: Vec<(usize, Value)>,
    /// Given values that the schema does not know.
    pub(crate) extra: Record,
    /// No record has its key yet.
    pub(crate) is_new: bool,
}

impl<'a> Draft<'a> {
    /// A draft that says nothing yet.
    pub(crate) fn new(object: usize, schema: &'a Schema, query: &'a Record) -> Self {
        Draft {
            object,
            schema,
            query,
            ord: None,
            values: Vec::new(),
            extra: Record::default(),
            is_new: false,
        }
    }

    /// A given value, by the column's wire name.
    pub(crate) fn given(&self, wire: &str) -> Option<&Value> {
        let wanted = self.schema.named(wire)?;
        self.at(wanted)
    }

    /// A given value, by column.
    pub(crate) fn at(&self, wanted: usize) -> Option<&Value> {
        let found = self.values.iter().rev().find(|(column, _)| *column == wanted);
        found.map(|(_, value)| value)
    }

    /// Gives a value, by the column's wire name.
    pub(crate) fn set(&mut self, wire: &str, value: Value) {
        if let Some(column) = self.schema.named(wire) {
            self.values
                .push((column, self.schema.columns[column].read(&value)));
        }
    }
}

impl World {
    pub(crate) fn new(model: Arc<Model>, options: &Options, clock: Clock) -> Self {
        World {
            clock,
            generator: Generator::new(options.seed, options.size),
            tables: model.schemas.iter().map(|_| None).collect(),
            followed: Vec::new(),
            price_digits: options.price_digits,
            model,
        }
    }

    /// The records of an object.
    pub(crate) fn table(&mut self, object: usize) -> &mut Table {
        if self.tables[object].is_none() {
            let schema = &self.model.schemas[object];
            let settle = schema.rules.settle;
            self.tables[object] = Some(Arc::new(self.generator.table(schema)));
            settle(self);
        }
        let schema = &self.model.schemas[object];
        let table = self.tables[object].get_or_insert_with(|| Arc::new(Table::new(&schema.unique)));
        Arc::make_mut(table)
    }

    pub(crate) fn exists(&mut self, object: usize, ord: i64) -> bool {
        self.table(object).get(ord).is_some()
    }

    /// A record's value, by the column's wire name.
    pub(crate) fn value(&mut self, object: usize, ord: i64, wire: &str) -> Option<&Value> {
        let column = self.model.schemas[object].named(wire)?;
        self.table(object).get(ord)?.values.get(column)
    }

    /// The newest record with this text in a column.
    pub(crate) fn find(&mut self, object: usize, wire: &str, text: &str) -> Option<i64> {
        let column = self.model.schemas[object].named(wire)?;
        self.table(object)
            .newest_first()
            .find(|(_, entry)| entry.values[column].as_text() == Some(text))
            .map(|(ord, _)| ord)
    }

    /// Sets one value of an existing record.
    pub(crate) fn set(&mut self, object: usize, ord: i64, wire: &str, value: Value) {
        if let Some(column) = self.model.schemas[object].named(wire) {
            self.change(object, ord, |entry| entry.values[column] = value);
        }
    }

    /// Changes an existing record; whether there was one.
    pub(crate) fn change(&mut self, object: usize, ord: i64, change: impl FnOnce(&mut Entry)) -> bool {
        let table = self.table(object);
        let Some(mut entry) = table.get(ord).cloned() else {
            return false;
        };
        change(&mut entry);
        entry.written = true;
        table.put(ord, entry);
        true
    }

    /// Creates a record, under the given key or a new one, or updates the one that has the key. The verb is what the
    /// record remembers of it.
    pub(crate) fn store(
        &mut self,
        object: usize,
        ord: Option<i64>,
        values: &[(usize, Value)],
        extra: &Record,
        verb: &str,
    ) -> Change {
        let model = self.model.clone();
        let schema = &model.schemas[object];
        let now = self.clock.text();
        let table = self.table(object);
        let ord = ord.unwrap_or_else(|| table.allocate());
        let mut entry = table.get(ord).cloned().unwrap_or_else(|| blank(schema, ord, now));
        for (column, value) in values {
            if *column != KEY {
                entry.values[*column] = value.clone();
            }
        }
        entry
            .extra
            .extend(extra.iter().map(|(name, value)| (name.clone(), value.clone())));
        entry.written = true;
        entry.note(verb);
        let created = table.put(ord, entry);
        Change {
            object: schema.object.clone(),
            ord,
            kind: if created {
                ChangeKind::Created
            } else {
                ChangeKind::Updated
            },
        }
    }

    /// The same, with the values by the columns' wire names.
    pub(crate) fn store_named(&mut self, object: usize, ord: Option<i64>, values: &Record) -> Change {
        let model = self.model.clone();
        let schema = &model.schemas[object];
        let values: Vec<(usize, Value)> = values
            .iter()
            .filter_map(|(wire, value)| {
                let column = schema.named(wire)?;
                Some((column, schema.columns[column].read(value)))
            })
            .collect();
        self.store(object, ord, &values, &Record::default(), "save")
    }

    /// A record that a colleague adds, beside all calls.
    pub(crate) fn appear(&mut self, object: usize) -> Change {
        let model = self.model.clone();
        let schema = &model.schemas[object];
        let ord = self.table(object).allocate();
        let mut entry = self.generator.entry(schema, ord);
        entry.values[schema.created] = self.clock.text().into();
        for column in &schema.unique {
            entry.values[*column] = self.free_number(object, *column, ord).into();
        }
        self.table(object).put(ord, entry);
        Change {
            object: schema.object.clone(),
            ord,
            kind: ChangeKind::Created,
        }
    }

    /// The newest record that no call has written, which a colleague deletes.
    pub(crate) fn vanish(&mut self, object: usize) -> Option<Change> {
        let table = self.table(object);
        let (ord, _) = table.newest_first().find(|(_, entry)| !entry.written)?;
        table.remove(ord);
        Some(Change {
            object: self.model.schemas[object].object.clone(),
            ord,
            kind: ChangeKind::Deleted,
        })
    }

    /// Undoes everything since an earlier state, but for the keys that were given out.
    pub(crate) fn go_back(&mut self, mut earlier: World) {
        for object in 0..self.tables.len() {
            if let Some(table) = self.tables[object].take() {
                earlier.table(object).keep_keys_of(&table);
            }
        }
        *self = earlier;
    }

    /// A number that no record has, for a new record of this key.
    pub(crate) fn free_number(&mut self, object: usize, column: usize, ord: i64) -> String {
        let model = self.model.clone();
        let table = self.table(object);
        let mut number = model.schemas[object].number(ord);
        let mut attempt = 1;
        while table.holder(column, &number).is_some() {
            number = format!("{}-{attempt}", model.schemas[object].number(ord));
            attempt += 1;
        }
        number
    }
}

/// A record of a key that says nothing but when it came to be.
fn blank(schema: &Schema, ord: i64, created: String) -> Entry {
    let mut values = vec![Value::Null; schema.columns.len()];
    values[KEY] = Value::Integer(ord);
    values[schema.state] = "正常".into();
    values[schema.created] = created.into();
    Entry {
        values,
        ..Entry::default()
    }
}
