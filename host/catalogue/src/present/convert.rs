//! Installations do not always answer in the announced kind: a list may come as one record, a command may answer with
//! the record it wrote. Each function puts any answer into one kind and loses nothing that has a place there.

use crate::{Ack, Answer, Column, Document, DocumentField, NamedTable, Page, Record, Table, Value};

/// Any answer as rows and columns.
pub(super) fn table(answer: Answer) -> Table {
    match answer {
        Answer::Table(table) => table,
        Answer::Document(mut document) => match document.tables.pop() {
            Some(only) if document.fields.is_empty() && document.tables.is_empty() => only.table,
            last => {
                document.tables.extend(last);
                row_of_document(document)
            }
        },
        Answer::Record(record) => one_row(record),
        Answer::Ack(ack) => one_row(ack.data),
    }
}

/// Any answer as one record under wire names.
pub(super) fn record(answer: Answer) -> Record {
    match answer {
        Answer::Record(record) => record,
        Answer::Document(document) => record_of_document(document),
        Answer::Table(table) => record_of_table(table),
        Answer::Ack(ack) => record_of_ack(ack),
    }
}

/// Any answer as a document.
pub(super) fn document(answer: Answer) -> Document {
    match answer {
        Answer::Document(document) => document,
        Answer::Record(record) => document_of_record(record),
        Answer::Table(table) => Document {
            tables: vec![NamedTable {
                name: "items".to_owned(),
                table,
            }],
            ..Document::default()
        },
        Answer::Ack(ack) => Document {
            key: ack.key,
            caption: ack.message,
            ..document_of_record(ack.data)
        },
    }
}

/// Any answer as an accepted command.
pub(super) fn ack(answer: Answer) -> Ack {
    match answer {
        Answer::Ack(ack) => ack,
        Answer::Record(record) => Ack {
            key: key_of(&record),
            data: record,
            ..Ack::default()
        },
        Answer::Document(mut document) => Ack {
            message: std::mem::take(&mut document.caption),
            key: document.key,
            data: record_of_document(document),
        },
        Answer::Table(table) => Ack {
            data: record_of_table(table),
            ..Ack::default()
        },
    }
}

/// A document as one row, its captions kept.
pub(super) fn row_of_document(document: Document) -> Table {
    let captions: Vec<String> = document
        .fields
        .iter()
        .map(|field| field.caption.clone())
        .collect();
    let mut table = one_row(record_of_document(document));
    for (column, caption) in table.columns.iter_mut().zip(captions) {
        column.caption = caption;
    }
    table
}

/// One row, or none where there is nothing at all.
fn one_row(record: Record) -> Table {
    if record.is_empty() {
        return Table::default();
    }
    let (columns, cells) = record
        .into_iter()
        .map(|(name, value)| (column(name), value))
        .unzip();
    Table {
        columns,
        rows: vec![cells],
        page: Page {
            size: 1,
            index: 1,
            count: 1,
            total: 1,
        },
    }
}

fn column(name: String) -> Column {
    Column {
        name,
        caption: String::new(),
    }
}

fn record_of_document(document: Document) -> Record {
    let members = document.fields.len() + document.tables.len() + 1;
    let mut record = Record::with_capacity_and_hasher(members, Default::default());
    for field in document.fields {
        let name = if field.name.is_empty() {
            field.caption
        } else {
            field.name
        };
        super::insert_distinct(&mut record, name, field.value);
    }
    for inner in document.tables {
        let rows = super::records(inner.table, |cell| cell);
        super::insert_distinct(&mut record, inner.name, Value::List(rows));
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
fn record_of_table(table: Table) -> Record {
    let mut rows = super::records(table, |cell| cell);
    match rows.pop() {
        Some(Value::Record(record)) if rows.is_empty() => *record,
        Some(last) => {
            rows.push(last);
            Record::from_iter([("items".to_owned(), Value::List(rows))])
        }
        None => Record::default(),
    }
}

fn record_of_ack(ack: Ack) -> Record {
    let mut record = ack.data;
    if let Some(key) = ack.key
        && !record.contains_key(KEY)
    {
        record.insert(KEY.to_owned(), Value::Integer(key));
    }
    if !ack.message.is_empty() {
        super::insert_distinct(&mut record, "message".to_owned(), Value::from(ack.message));
    }
    record
}

fn document_of_record(record: Record) -> Document {
    let mut document = Document {
        key: key_of(&record),
        ..Document::default()
    };
    for (name, value) in record {
        match rows_of(&value) {
            Some(table) => document.tables.push(NamedTable { name, table }),
            None => document.fields.push(DocumentField {
                name,
                value,
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
        columns: names.iter().map(|name| column((*name).to_owned())).collect(),
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
