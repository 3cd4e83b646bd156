//! An ERP answer after decoding, still under wire names. `present` gives it the catalogue's names.

use crate::{Record, Value};
use serde::{Deserialize, Serialize};

/// What came back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Rows and columns. Trees arrive here too, flattened: columns `value`, `text`, `parent`, `level`.
    Table(Table),
    /// One record as a screen (`bill`).
    Document(Document),
    /// One record as an object (`record`).
    Record(Record),
    /// A command was accepted (`message`, `ack`).
    Ack(Ack),
}

/// A page of rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Columns in order.
    pub columns: Vec<Column>,
    /// Rows; each has exactly one cell a column.
    pub rows: Vec<Vec<Value>>,
    /// Where in the whole list this page lies.
    pub page: Page,
}

/// A column's wire name and Chinese caption; one may stand for both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// Wire name, or the caption where the ERP sends only captions.
    pub name: String,
    /// What the staff see.
    pub caption: String,
}

/// A page's place in its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Page {
    /// Rows a page.
    pub size: u32,
    /// Page number, from 1.
    pub index: u32,
    /// Pages in all.
    pub count: u32,
    /// Rows in all.
    pub total: u64,
}

/// One record as the ERP's screen shows it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The record's key (`ord`), where the answer carries one.
    pub key: Option<i64>,
    /// The screen's caption.
    pub caption: String,
    /// Captioned fields of all groups, in order.
    pub fields: Vec<DocumentField>,
    /// Lists inside the record.
    pub tables: Vec<NamedTable>,
}

/// A captioned field of a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DocumentField {
    /// Wire name.
    pub name: String,
    /// What the staff see.
    pub caption: String,
    /// The stored value.
    pub value: Value,
    /// The label of a coded value, where the ERP sends it.
    pub text: String,
}

/// A list inside a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NamedTable {
    /// Wire name of the list.
    pub name: String,
    /// Its rows.
    pub table: Table,
}

/// An accepted command.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ack {
    /// The ERP's own words.
    pub message: String,
    /// The record's key, where the answer carries one.
    pub key: Option<i64>,
    /// Whatever else the answer carries.
    pub data: Record,
}

impl Document {
    /// A field's value by wire name (any letter case) or caption.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.fields
            .iter()
            .find(|field| field.name.eq_ignore_ascii_case(name) || field.caption == name)
            .map(|field| &field.value)
    }
}

impl Table {
    /// The position of a column by wire name (any letter case) or caption.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.name.eq_ignore_ascii_case(name) || column.caption == name)
    }
}
