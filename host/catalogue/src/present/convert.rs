//! Installations do not always answer in the announced kind: a list may come as one record, a command may answer with
//! the record it wrote. Each function puts any answer into one kind and loses nothing that has a place there.

use crate::{Ack, Answer, Column, Document, DocumentField, NamedTable, Page, Record, Table, Value};
use std::borrow::Cow;

/// Any answer as rows and columns.
pub(super) fn table(answer: &Answer) -> Cow<'_, Table> {
    match answer {
        Answer::Table(table) => Cow::Borrowed(table),
        Answer::Document(document) => match document.tables.as_slice() {
            [only] if document.fields.is_empty() => Cow::Borrowed(&only.table),
            _ => Cow::Owned(row_of_document(document)),
        },
        Answer::Record(record) => Cow::Owned(one_row(record)),
        Answer::Ack(ack) => Cow::Owned(one_row(&ack.data)),
    }
}

/// Any answer as one record under wire names.
pub(super) fn record(answer: &Answer) -> Cow<'_, Record> {
    match answer {
        Answer::Record(record) => Cow::Borrowed(record),
        Answer::Document(document) => Cow::Owned(record_of_document(document)),
        Answer::Table(table) => Cow::Owned(record_of_table(table)),
        Answer::Ack(ack) => Cow::Owned(record_of_ack(ack)),
    }
}

/// Any answer as a document.
pub(super) fn document(answer: &Answer) -> Cow<'_, Document> {
    match answer {
        Answer::Document(document) => Cow::Borrowed(document),
        Answer::Record(record) => Cow::Owned(document_of_record(record)),
        Answer::Table(table) => Cow::Owned(Document {
            tables: vec![NamedTable {
                name: "items".to_owned(),
                table: table.clone(),
            }],
            ..Document::default()
        }),
        Answer::Ack(ack) => Cow::Owned(Document {
            key: ack.key,
            caption: ack.message.clone(),
            ..document_of_record(&ack.data)
        }),
    }
}

/// Any answer as an accepted command.
pub(super) fn ack(answer: &Answer) -> Cow<'_, Ack> {
    match answer {
        Answer::Ack(ack) => Cow::Borrowed(ack),
        Answer::Record(record) => Cow::Owned(Ack {
            key: key_of(record),
            data: record.clone(),
            ..Ack::default()
        }),
        Answer::Document(document) => Cow::Owned(Ack {
            message: document.caption.clone(),
            key: document.key,
            data: record_of_document(document),
        }),
        Answer::Table(table) => Cow::Owned(Ack {
            data: record_of_table(table),
            ..Ack::default()
        }),
    }
}

/// A document as one row, its captions kept.
pub(super) fn row_of_document(document: &Document) -> Table {
    let mut table = one_row(&record_of_document(document));
    for (column, field) in table.columns.iter_mut().zip(&document.fields) {
        column.caption.clone_from(&field.caption);
    }
    table
}

/// One row, or none where there is nothing at all.
fn one_row(record: &Record) -> Table {
    if record.is_empty() {
        return Table::default();
    }
    let column = |name: &String| Column {
        name: name.clone(),
        caption: String::new(),
    };
    Table {
        columns: record.keys().map(column).collect(),
        rows: vec![record.values().cloned().collect()],
        page: Page {
            size: 1,
            index: 1,
            count: 1,
            total: 1,
        },
    }
}

fn record_of_document(document: &Document) -> Record {
    let mut record = Record::with_capacity_and_hasher(
        document.fields.len() + document.tables.len() + 1,
        Default::default(),
    );
    for field in &document.fields {
        let name = if field.name.is_empty() {
            &field.caption
        } else {
            &field.name
        };
        super::insert_distinct(&mut record, name.clone(), field.value.clone());
    }
    for inner in &document.tables {
        super::insert_distinct(
            &mut record,
            inner.name.clone(),
            Value::List(super::records(&inner.table, Value::clone)),
        );
    }
    // A new record's screen may hold an empty `ord` field while the answer already carries its key.
    if let Some(key) = document.key
        && record.get(KEY).is_none_or(Value::is_empty)
    {
        record.insert(KEY.to_owned(), Value::Integer(key));
    }
    record
}

/// A single row is the record itself; several have no names of their own and stay a list.
fn record_of_table(table: &Table) -> Record {
    let mut rows = super::records(table, Value::clone);
    match rows.pop() {
        Some(Value::Record(record)) if rows.is_empty() => *record,
        Some(last) => {
            rows.push(last);
            Record::from_iter([("items".to_owned(), Value::List(rows))])
        }
        None => Record::default(),
    }
}

fn record_of_ack(ack: &Ack) -> Record {
    let mut record = ack.data.clone();
    if let Some(key) = ack.key
        && !record.contains_key(KEY)
    {
        record.insert(KEY.to_owned(), Value::Integer(key));
    }
    if !ack.message.is_empty() {
        super::insert_distinct(
            &mut record,
            "message".to_owned(),
            Value::from(ack.message.as_str()),
        );
    }
    record
}

fn document_of_record(record: &Record) -> Document {
    let mut document = Document {
        key: key_of(record),
        ..Document::default()
    };
    for (name, value) in record {
        match rows_of(value) {
            Some(table) => document.tables.push(NamedTable {
                name: name.clone(),
                table,
            }),
            None => document.fields.push(DocumentField {
                name: name.clone(),
                value: value.clone(),
                ..DocumentField::default()
            }),
        }
    }
    document
}

/// A list of records as rows: columns are all names that occur.
fn rows_of(value: &Value) -> Option<Table> {
    let records: Vec<&Record> = value
        .as_list()?
        .iter()
        .map(Value::as_record)
        .collect::<Option<_>>()?;
    let mut names = indexmap::IndexSet::new();
    for record in &records {
        names.extend(record.keys().map(String::as_str));
    }
    let row = |record: &&Record| {
        let cell = |name: &&str| record.get(*name).cloned().unwrap_or_default();
        names.iter().map(cell).collect()
    };
    let total = records.len();
    Some(Table {
        rows: records.iter().map(row).collect(),
        columns: names
            .iter()
            .map(|name| Column {
                name: (*name).to_owned(),
                caption: String::new(),
            })
            .collect(),
        page: Page {
            size: u32::try_from(total).unwrap_or(u32::MAX),
            index: 1,
            count: 1,
            total: total as u64,
        },
    })
}

/// The record's key under its usual name.
const KEY: &str = "ord";

fn key_of(record: &Record) -> Option<i64> {
    record
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(KEY))
        .and_then(|(_, value)| crate::coerce::integer(value))
}
