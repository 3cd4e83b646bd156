//! The record types that all interfaces share, declared in `types.wit`.

use super::{Member, RecordShape, Shape, plain};
use crate::{Record, Value};
use std::sync::Arc;

fn shared(name: &str, members: Vec<Member>) -> Arc<RecordShape> {
    Arc::new(RecordShape {
        name: name.to_owned(),
        shared: true,
        members,
    })
}

/// `field`: a name and a value as text.
pub(crate) fn pair() -> Arc<RecordShape> {
    shared(
        "field",
        vec![
            plain("name", Shape::Text, "Wire name."),
            plain("value", Shape::Text, "The value as text."),
        ],
    )
}

/// `page`: a page's place in its list.
pub(crate) fn page() -> Arc<RecordShape> {
    shared(
        "page",
        vec![
            plain("size", Shape::Unsigned32, "Rows a page."),
            plain("index", Shape::Unsigned32, "Page number, from 1."),
            plain("count", Shape::Unsigned32, "Pages in all."),
            plain("total", Shape::Unsigned64, "Rows in all."),
        ],
    )
}

fn column() -> Arc<RecordShape> {
    shared(
        "column",
        vec![
            plain(
                "name",
                Shape::Text,
                "Wire name, or the caption where the ERP sends only captions.",
            ),
            plain("caption", Shape::Text, "What the staff see."),
        ],
    )
}

/// `table`: a list whose columns the vendor does not publish.
pub(crate) fn table() -> Arc<RecordShape> {
    shared(
        "table",
        vec![
            plain(
                "columns",
                Shape::List(Box::new(Shape::Record(column()))),
                "Columns in order.",
            ),
            plain(
                "rows",
                Shape::List(Box::new(Shape::List(Box::new(Shape::Text)))),
                "Rows; each has exactly one cell a column.",
            ),
            plain(
                "page",
                Shape::Record(page()),
                "Where in the whole list this page lies.",
            ),
        ],
    )
}

fn document_field() -> Arc<RecordShape> {
    shared(
        "document-field",
        vec![
            plain("name", Shape::Text, "Wire name."),
            plain("caption", Shape::Text, "What the staff see."),
            plain("value", Shape::Text, "The stored value."),
            plain(
                "text",
                Shape::Text,
                "The label of a coded value, where the ERP sends it.",
            ),
        ],
    )
}

fn named_table() -> Arc<RecordShape> {
    shared(
        "named-table",
        vec![
            plain("name", Shape::Text, "Wire name of the list."),
            plain("table", Shape::Record(table()), "Its rows."),
        ],
    )
}

/// `document`: one record whose members the vendor does not publish.
pub(crate) fn document() -> Arc<RecordShape> {
    shared(
        "document",
        vec![
            plain(
                "key",
                Shape::Optional(Box::new(Shape::Integer)),
                "The record's key (`ord`).",
            ),
            plain("caption", Shape::Text, "The screen's caption."),
            plain(
                "fields",
                Shape::List(Box::new(Shape::Record(document_field()))),
                "Captioned fields in order.",
            ),
            plain(
                "tables",
                Shape::List(Box::new(Shape::Record(named_table()))),
                "Lists inside the record.",
            ),
        ],
    )
}

/// `ack`: a command was accepted.
pub(crate) fn ack() -> Arc<RecordShape> {
    shared(
        "ack",
        vec![
            plain("message", Shape::Text, "The ERP's own words."),
            plain(
                "key",
                Shape::Optional(Box::new(Shape::Integer)),
                "The record's key, where the answer carries one.",
            ),
            plain(
                "data",
                Shape::List(Box::new(Shape::Record(pair()))),
                "Whatever else the answer carries.",
            ),
        ],
    )
}

/// The shared record types in the order of their declaration.
pub(crate) fn shared_types() -> Vec<Arc<RecordShape>> {
    vec![
        pair(),
        page(),
        column(),
        table(),
        document_field(),
        named_table(),
        document(),
        ack(),
    ]
}

/// A value of the type `field`.
pub(crate) fn pair_value(name: &str, value: Value) -> Value {
    let name = ("name".to_owned(), Value::from(name));
    let value = ("value".to_owned(), value);
    Value::from(Record::from_iter([name, value]))
}
