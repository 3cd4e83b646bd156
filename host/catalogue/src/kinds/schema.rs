//! A kind's records as JSON Schema, for the OpenAPI document of the API that they are filed over.

use crate::{Field, FieldType, RecordKind, prose};
use serde_json::{Map, Value as Json, json};

/// A whole number, or one with a fraction, as text.
const DECIMAL: &str = r"^[+-]?[0-9]+(\.[0-9]+)?$";

impl RecordKind {
    /// The schema of a record's body, as it is filed and as it is shown: no members beside those that the kind has.
    pub fn json_schema(&self) -> Json {
        let mut schema = record(&self.fields);
        schema.insert(
            "description".to_owned(),
            json!(format!("{}: {}", self.label, self.description)),
        );
        schema.into()
    }
}

fn record(fields: &[Field]) -> Map<String, Json> {
    let members: Map<String, Json> = fields
        .iter()
        .map(|field| (field.snake_name(), member(field)))
        .collect();
    let required = fields.iter().filter(|field| field.required);
    let required: Vec<String> = required.map(Field::snake_name).collect();
    let mut schema = Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), members.into()),
        ("additionalProperties".to_owned(), json!(false)),
    ]);
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

fn member(field: &Field) -> Json {
    let mut schema = of_its_type(field);
    let mut words = vec![field.label.clone()];
    words.extend(prose::notes(field, usize::MAX));
    schema.insert("description".to_owned(), json!(words.join("; ")));
    let limits = [
        ("maxLength", field.max_length.map(|length| json!(length))),
        ("minimum", field.minimum.map(|minimum| json!(minimum))),
        ("maximum", field.maximum.map(|maximum| json!(maximum))),
    ];
    for (name, limit) in limits {
        if let Some(limit) = limit {
            schema.insert(name.to_owned(), limit);
        }
    }
    schema.into()
}

fn of_its_type(field: &Field) -> Map<String, Json> {
    let members: &[(&str, Json)] = &match field.kind {
        FieldType::List => vec![
            ("type", json!("array")),
            ("items", Json::Object(record(&field.fields))),
        ],
        FieldType::Object => return record(&field.fields),
        FieldType::Int => vec![("type", json!("integer"))],
        // Exact, so text wherever there is a fraction; a number may be given all the same.
        FieldType::Decimal => vec![("type", json!(["string", "number"])), ("pattern", json!(DECIMAL))],
        FieldType::Bool => vec![("type", json!("boolean"))],
        FieldType::Date => vec![("type", json!("string")), ("format", json!("date"))],
        FieldType::Time => vec![("type", json!("string")), ("format", json!("date-time"))],
        FieldType::String | FieldType::Datetime if field.values.is_empty() => {
            vec![("type", json!("string"))]
        }
        FieldType::String | FieldType::Datetime => {
            let codes: Vec<&str> = field.values.iter().map(|value| value.code.as_str()).collect();
            vec![("type", json!("string")), ("enum", json!(codes))]
        }
    };
    let members = members.iter().cloned();
    members.map(|(name, value)| (name.to_owned(), value)).collect()
}
