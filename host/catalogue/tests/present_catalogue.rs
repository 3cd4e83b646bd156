//! Answers of every operation of the catalogue: whatever an installation sends, a typed guest gets the announced shape.

#![cfg(test)]

#[path = "support/arbitrary.rs"]
mod arbitrary;
#[path = "support/shapes.rs"]
mod shapes;

use arbitrary::any_value;
use proptest::prelude::*;
use shapes::assert_shape;
use sunmao_catalogue::{
    Ack, Answer, Catalogue, Column, Document, DocumentField, Face, Field, FieldType, NamedTable, Operation,
    Page, Record, ResultKind, Table, Value,
};

fn column(name: &str, caption: &str) -> Column {
    Column {
        name: name.to_owned(),
        caption: caption.to_owned(),
    }
}

/// An answer of the announced kind with a sound value for every known field.
fn example_answer(operation: &Operation) -> Answer {
    let known = || -> Record {
        operation
            .fields
            .iter()
            .map(|field| (field.wire.clone(), example_cell(field)))
            .collect()
    };
    match operation.result {
        ResultKind::Table => Answer::Table(Table {
            columns: operation
                .fields
                .iter()
                .map(|field| column(&field.wire, &field.label))
                .collect(),
            rows: vec![known().into_values().collect(); 2],
            page: Page::default(),
        }),
        ResultKind::Record => Answer::Record(known()),
        ResultKind::Bill => Answer::Document(Document {
            fields: operation.fields.iter().map(example_field).collect(),
            ..Document::default()
        }),
        ResultKind::Message | ResultKind::Ack | ResultKind::Session => Answer::Ack(Ack::default()),
    }
}

fn example_field(field: &Field) -> DocumentField {
    DocumentField {
        name: field.wire.clone(),
        caption: field.label.clone(),
        value: example_cell(field),
        ..DocumentField::default()
    }
}

fn example_cell(field: &Field) -> Value {
    match field.kind {
        FieldType::String => Value::from("甲"),
        FieldType::Int => Value::from("1,200"),
        FieldType::Decimal => Value::from("1,200.50"),
        FieldType::Datetime | FieldType::Date | FieldType::Time => Value::from("2025-3-7"),
        FieldType::Bool => Value::Integer(1),
        FieldType::Object => Value::from(members(&field.fields)),
        FieldType::List => Value::List(vec![Value::from(members(&field.fields))]),
    }
}

fn members(fields: &[Field]) -> Record {
    fields
        .iter()
        .map(|field| (field.wire.clone(), example_cell(field)))
        .collect()
}

#[test]
fn every_operations_answer_has_exactly_its_shape_and_every_known_field_a_value() {
    let catalogue = Catalogue::shared();
    for operation in catalogue.operations() {
        let answer = example_answer(operation);
        let presented = operation.present(answer.clone(), Face::Typed);
        assert_shape(&operation.name, &operation.response_shape(), &presented);
        let known = match operation.result {
            ResultKind::Table if !operation.fields.is_empty() => {
                presented.get("items").and_then(Value::as_list).unwrap().first()
            }
            ResultKind::Record | ResultKind::Bill if !operation.fields.is_empty() => Some(&presented),
            _ => None,
        };
        let Some(known) = known else { continue };
        for field in &operation.fields {
            assert_ne!(
                known.get(&field.name),
                Some(&Value::Null),
                "{}: {}",
                operation.name,
                field.name
            );
        }
        assert_eq!(
            known.get("extra"),
            Some(&Value::List(Vec::new())),
            "{}",
            operation.name
        );
    }
}

/// A value whose names are now and then the vendor's.
fn any_cell() -> impl Strategy<Value = Value> {
    any_value(any_name())
}

fn any_record() -> impl Strategy<Value = Record> {
    prop::collection::vec((any_name(), any_cell()), 0..6).prop_map(Record::from_iter)
}

fn any_name() -> impl Strategy<Value = String> + Clone + 'static {
    let wires: Vec<String> = Catalogue::shared()
        .operations()
        .iter()
        .flat_map(|operation| operation.fields.iter().map(|field| field.wire.clone()))
        .collect();
    prop_oneof![prop::sample::select(wires), "\\PC{0,6}"]
}

fn any_table() -> impl Strategy<Value = Table> {
    let columns = prop::collection::vec((any_name(), any_name()), 0..6);
    let rows = prop::collection::vec(prop::collection::vec(any_cell(), 0..7), 0..4);
    (columns, rows, any::<(u32, u32, u32, u64)>()).prop_map(|(columns, rows, (size, index, count, total))| {
        Table {
            columns: columns
                .iter()
                .map(|(name, caption)| column(name, caption))
                .collect(),
            rows,
            page: Page {
                size,
                index,
                count,
                total,
            },
        }
    })
}

fn any_document() -> impl Strategy<Value = Document> {
    let field = (any_name(), any_name(), any_cell(), "\\PC{0,6}").prop_map(|(name, caption, value, text)| {
        DocumentField {
            name,
            caption,
            value,
            text,
        }
    });
    let inner = (any_name(), any_table()).prop_map(|(name, table)| NamedTable { name, table });
    let fields = prop::collection::vec(field, 0..6);
    let tables = prop::collection::vec(inner, 0..3);
    (any::<Option<i64>>(), "\\PC{0,6}", fields, tables).prop_map(|(key, caption, fields, tables)| Document {
        key,
        caption,
        fields,
        tables,
    })
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let ack = ("\\PC{0,6}", any::<Option<i64>>(), any_record());
    prop_oneof![
        any_table().prop_map(Answer::Table),
        any_document().prop_map(Answer::Document),
        any_record().prop_map(Answer::Record),
        ack.prop_map(|(message, key, data)| Answer::Ack(Ack { message, key, data })),
    ]
}

proptest! {
    /// Whatever an installation answers, a typed guest gets the shape it was built for.
    #[test]
    fn any_answer_of_any_operation_has_the_shape(operation: prop::sample::Index, answer in any_answer()) {
        let catalogue = Catalogue::shared();
        let operation = operation.get(catalogue.operations());
        let presented = operation.present(answer.clone(), Face::Typed);
        assert_shape(&operation.name, &operation.response_shape(), &presented);
        operation.present(answer, Face::Dynamic);
    }
}
