//! Answers under the catalogue's names.

use crate::{
    Ack, Answer, Column, Document, DocumentField, NamedTable, Operation, Page, Record, Table, Value,
    coerce::text,
    shape::{ResponseForm, shared::pair_value},
};
use compact_str::ToCompactString;
use known::{Columns, known_record};

mod convert;
mod known;

/// Who looks at an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// A typed guest: exactly the operation's response shape, every member present (`Null` for an absent option).
    Typed,
    /// Scripts, the command line and HTTP: rows of unknown columns become records by column name under `items`, documents
    /// have `fields` as a record and `tables` as records of rows; `columns` keeps the captions. `extra` and an ack's
    /// `data` are records too, `columns` keeps the captions of what `extra` holds of a list that the vendor does not
    /// publish, and a document's `labels` holds the labels of its coded values.
    Dynamic,
}

impl Operation {
    /// An answer under English names, in the shape that the face expects. Values are read by the announced type
    /// (thousands separators, loose dates, empty text); what does not fit goes to `extra` as text. An answer of another
    /// kind than the catalogue announces is put into the announced form, so that a guest never meets a surprise.
    pub fn present(&self, answer: Answer, face: Face) -> Value {
        match self.response_form(face) {
            ResponseForm::Rows => self.rows(convert::table(answer), face),
            ResponseForm::Record => Value::from(self.record(answer, face)),
            ResponseForm::Table => table(convert::table(answer), face),
            ResponseForm::Document => document(convert::document(answer), face),
            ResponseForm::Ack => ack(convert::ack(answer), face),
        }
    }

    fn rows(&self, table: Table, face: Face) -> Value {
        let columns = Columns::new(&self.fields, names_of(&table.columns));
        let items = table
            .rows
            .into_iter()
            .map(|row| Value::from(columns.record(row, face)))
            .collect();
        let (items, page) = (("items", Value::List(items)), ("page", page(table.page)));
        match face {
            // What else the installation shows is in `extra`, where only the captions say what it is.
            Face::Dynamic if self.is_open() => named([
                items,
                page,
                ("columns", self::columns(columns.others(&table.columns))),
            ]),
            _ => named([items, page]),
        }
    }

    fn record(&self, answer: Answer, face: Face) -> Record {
        let Answer::Document(document) = answer else {
            return known_record(&self.fields, convert::record(answer), face);
        };
        let table = convert::row_of_document(document);
        let columns = Columns::new(&self.fields, names_of(&table.columns));
        columns.record(table.rows.into_iter().flatten().collect(), face)
    }
}

/// Name and caption of each column.
fn names_of(columns: &[Column]) -> impl Iterator<Item = (&str, &str)> {
    columns.iter().map(|column| (&*column.name, &*column.caption))
}

fn table(table: Table, face: Face) -> Value {
    match face {
        Face::Typed => typed_table(table),
        Face::Dynamic => {
            let (page, columns) = (page(table.page), columns(names_of(&table.columns)));
            named([
                ("items", Value::List(rows(table))),
                ("page", page),
                ("columns", columns),
            ])
        }
    }
}

fn typed_table(table: Table) -> Value {
    let width = table.columns.len();
    let cells = |mut row: Vec<Value>| {
        row.resize(row.len().max(width), Value::Null);
        Value::List(row.into_iter().map(words).collect())
    };
    named([
        ("columns", columns(names_of(&table.columns))),
        ("rows", Value::List(table.rows.into_iter().map(cells).collect())),
        ("page", page(table.page)),
    ])
}

/// Rows as records by column name, cells as text.
fn rows(table: Table) -> Vec<Value> {
    records(table, words)
}

/// Rows as records by column name, cells read by `cell`.
fn records(table: Table, cell: impl Fn(Value) -> Value) -> Vec<Value> {
    let blank = blank(&table.columns);
    let record = |row: Vec<Value>| {
        let mut record = blank.clone();
        let cells = row.into_iter().chain(std::iter::repeat(Value::Null));
        for (member, value) in record.values_mut().zip(cells) {
            *member = cell(value);
        }
        Value::from(record)
    };
    table.rows.into_iter().map(record).collect()
}

/// A row with a member for every column, under distinct names: the wire name, else the caption, else the position; a
/// repeated one is numbered.
fn blank(columns: &[Column]) -> Record {
    let mut blank = Record::with_capacity_and_hasher(columns.len(), Default::default());
    for (index, column) in columns.iter().enumerate() {
        let name = match (column.name.as_str(), column.caption.as_str()) {
            ("", "") => format!("column-{}", index + 1),
            ("", caption) => caption.to_owned(),
            (name, _) => name.to_owned(),
        };
        insert_distinct(&mut blank, name, Value::Null);
    }
    blank
}

/// Inserts under the name, or under the name with the first free number behind it: nothing is overwritten.
fn insert_distinct(record: &mut Record, name: String, value: Value) {
    let mut distinct = name.clone();
    let mut number = 2;
    while record.contains_key(&distinct) {
        distinct = format!("{name}-{number}");
        number += 1;
    }
    record.insert(distinct, value);
}

fn document(document: Document, face: Face) -> Value {
    let key = document.key.map_or(Value::Null, Value::Integer);
    match face {
        Face::Typed => named([
            ("key", key),
            ("caption", Value::from(document.caption)),
            ("fields", typed_fields(document.fields)),
            ("tables", typed_tables(document.tables)),
        ]),
        Face::Dynamic => dynamic_document(document, key),
    }
}

fn typed_fields(fields: Vec<DocumentField>) -> Value {
    let field = |field: DocumentField| {
        named([
            ("name", Value::from(field.name)),
            ("caption", Value::from(field.caption)),
            ("value", words(field.value)),
            ("text", Value::from(field.text)),
        ])
    };
    Value::List(fields.into_iter().map(field).collect())
}

fn typed_tables(tables: Vec<NamedTable>) -> Value {
    let table = |inner: NamedTable| {
        named([
            ("name", Value::from(inner.name)),
            ("table", typed_table(inner.table)),
        ])
    };
    Value::List(tables.into_iter().map(table).collect())
}

fn dynamic_document(document: Document, key: Value) -> Value {
    let captions = document.fields.iter();
    let columns = columns(captions.map(|field| (&*field.name, &*field.caption)));
    let mut fields = Record::with_capacity_and_hasher(document.fields.len(), Default::default());
    let mut labels = Record::default();
    for field in document.fields {
        let name = if field.name.is_empty() {
            field.caption
        } else {
            field.name
        };
        if !field.text.is_empty() {
            insert_distinct(&mut labels, name.clone(), Value::from(field.text));
        }
        insert_distinct(&mut fields, name, words(field.value));
    }
    let mut tables = Record::with_capacity_and_hasher(document.tables.len(), Default::default());
    for inner in document.tables {
        insert_distinct(&mut tables, inner.name, Value::List(rows(inner.table)));
    }
    named([
        ("key", key),
        ("caption", Value::from(document.caption)),
        ("fields", Value::from(fields)),
        ("labels", Value::from(labels)),
        ("tables", Value::from(tables)),
        ("columns", columns),
    ])
}

fn ack(ack: Ack, face: Face) -> Value {
    named([
        ("message", Value::from(ack.message)),
        ("key", ack.key.map_or(Value::Null, Value::Integer)),
        ("data", texts(ack.data, face)),
    ])
}

/// Names and texts: a list of `field` for typed guests, a record for the others.
fn texts(values: impl IntoIterator<Item = (String, Value)>, face: Face) -> Value {
    let values = values.into_iter().map(|(name, value)| (name, words(value)));
    match face {
        Face::Typed => Value::List(values.map(|(name, value)| pair_value(&name, value)).collect()),
        Face::Dynamic => {
            let mut record = Record::default();
            for (name, value) in values {
                insert_distinct(&mut record, name, value);
            }
            Value::from(record)
        }
    }
}

fn columns<'a>(columns: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    let column = |(name, caption)| named([("name", Value::from(name)), ("caption", Value::from(caption))]);
    Value::List(columns.map(column).collect())
}

fn page(page: Page) -> Value {
    named([
        ("size", Value::Integer(page.size.into())),
        ("index", Value::Integer(page.index.into())),
        ("count", Value::Integer(page.count.into())),
        (
            "total",
            Value::Integer(i64::try_from(page.total).unwrap_or(i64::MAX)),
        ),
    ])
}

/// A value as text.
fn words(value: Value) -> Value {
    match value {
        Value::Text(_) => value,
        Value::Integer(number) => Value::Text(number.to_compact_string()),
        value => Value::from(&*text(&value)),
    }
}

fn named<const COUNT: usize>(members: [(&str, Value); COUNT]) -> Value {
    Value::from(Record::from_iter(
        members.map(|(name, value)| (name.to_owned(), value)),
    ))
}
