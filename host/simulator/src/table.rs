//! The records of one object.

use indexmap::IndexSet;
use std::collections::{BTreeMap, HashMap};
use sunmao_catalogue::{Record, Value};

/// The largest key that the ERP's database holds.
pub(crate) const LARGEST_KEY: i64 = i32::MAX as i64;

/// One record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// By the schema's columns.
    pub(crate) values: Vec<Value>,
    /// Values that the schema does not know: an installation's own fields, and the fields of unpublished operations.
    pub(crate) extra: Record,
    /// Commands that were carried out on it, with their arguments.
    pub(crate) commands: Vec<(String, Record)>,
    /// Verbs of the operations that changed it, in order, without immediate repetitions.
    pub(crate) steps: Vec<String>,
    /// A call created or changed it; the others were generated.
    pub(crate) written: bool,
}

/// The records of one object by key.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    entries: BTreeMap<i64, Entry>,
    /// Keys by number, for each unique column.
    numbers: Vec<(usize, HashMap<String, i64>)>,
    /// Reserved keys that no record has yet, and the numbers that were proposed with them.
    reserved: HashMap<i64, Option<String>>,
    /// Names of all extra values, in the order of their first use.
    extra: IndexSet<String>,
    last: i64,
}

impl Entry {
    /// Notes an operation in what was done to the record.
    pub(crate) fn note(&mut self, verb: &str) {
        if self.steps.last().is_none_or(|last| last != verb) {
            self.steps.push(verb.to_owned());
        }
    }
}

impl Table {
    pub(crate) fn new(unique: &[usize]) -> Self {
        Table {
            entries: BTreeMap::new(),
            numbers: unique.iter().map(|column| (*column, HashMap::new())).collect(),
            reserved: HashMap::new(),
            extra: IndexSet::new(),
            last: 0,
        }
    }

    pub(crate) fn get(&self, ord: i64) -> Option<&Entry> {
        self.entries.get(&ord)
    }

    /// All records, the newest first, as the ERP lists them.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = (i64, &Entry)> + Clone {
        self.entries.iter().rev().map(|(ord, entry)| (*ord, entry))
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Names of values beyond the schema that some record has.
    pub(crate) fn extra(&self) -> impl Iterator<Item = &String> {
        self.extra.iter()
    }

    /// A key that no record has and none will get.
    pub(crate) fn allocate(&mut self) -> i64 {
        self.last += 1;
        self.last
    }

    /// Gives out no key that another state of this table has given out.
    pub(crate) fn keep_keys_of(&mut self, other: &Table) {
        self.last = self.last.max(other.last);
    }

    /// Promises a key, and the number that was proposed with it.
    pub(crate) fn reserve(&mut self, ord: i64, number: Option<String>) {
        self.reserved.insert(ord, number);
    }

    /// Whether a record may be stored under a key: one that some record has, or one that was promised.
    pub(crate) fn accepts(&self, ord: i64) -> bool {
        self.entries.contains_key(&ord) || self.reserved.contains_key(&ord)
    }

    /// The number that was proposed with a key.
    pub(crate) fn proposed(&self, ord: i64) -> Option<&String> {
        self.reserved.get(&ord)?.as_ref()
    }

    /// The record that has a number in a unique column.
    pub(crate) fn holder(&self, column: usize, number: &str) -> Option<i64> {
        let (_, keys) = self.numbers.iter().find(|(unique, _)| *unique == column)?;
        keys.get(number).copied()
    }

    /// Unique columns.
    pub(crate) fn unique(&self) -> impl Iterator<Item = usize> {
        self.numbers.iter().map(|(column, _)| *column)
    }

    /// Puts a record in place; whether it is new.
    pub(crate) fn put(&mut self, ord: i64, entry: Entry) -> bool {
        self.forget_numbers(ord);
        for (column, keys) in &mut self.numbers {
            if let Some(number) = entry.values.get(*column).and_then(Value::to_text)
                && !number.is_empty()
            {
                keys.insert(number, ord);
            }
        }
        for name in entry.extra.keys() {
            if !self.extra.contains(name) {
                self.extra.insert(name.clone());
            }
        }
        self.reserved.remove(&ord);
        self.last = self.last.max(ord);
        self.entries.insert(ord, entry).is_none()
    }

    /// Sets a value that follows from another record's and is no change of its own. Unique columns hold no such values.
    pub(crate) fn follow(&mut self, ord: i64, column: usize, value: Value) {
        if let Some(entry) = self.entries.get_mut(&ord) {
            entry.values[column] = value;
        }
    }

    /// Removes a record and hands it over.
    pub(crate) fn remove(&mut self, ord: i64) -> Option<Entry> {
        self.forget_numbers(ord);
        self.entries.remove(&ord)
    }

    fn forget_numbers(&mut self, ord: i64) {
        let Some(entry) = self.entries.get(&ord) else {
            return;
        };
        for (column, keys) in &mut self.numbers {
            if let Some(number) = entry.values.get(*column).and_then(Value::to_text) {
                keys.remove(&number);
            }
        }
    }
}
