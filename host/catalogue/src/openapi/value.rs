//! Values on the wire: what a parameter takes and what a member of an answer may hold.

use crate::{Field, FieldType, prose};
use serde_json::{Map, Value as Json, json};

/// Codes of an open set that are shown.
const SAMPLES: usize = 6;

/// A decimal as text, thousands separators or not; empty text is no value.
const NUMBER: &str = r"^([+-]?[0-9]{1,3}(,[0-9]{3})*(\.[0-9]+)?|[+-]?[0-9]+(\.[0-9]+)?)?$";

/// A date, or a date with time, as text; empty text is no value.
const DATE: &str = concat!(
    r"^([0-9]{4}[-/](0?[1-9]|1[0-2])[-/](0?[1-9]|[12][0-9]|3[01])",
    r"( ([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?)?)?$"
);

/// What a parameter takes, with its English name and what the vendor says of it.
pub(super) fn taken(field: &Field) -> Json {
    let mut schema = described(field);
    schema.extend(constraints(field));
    schema.into()
}

/// What a member of an answer may hold. The ERP keeps its promises on types loosely, so that only what nests is told
/// apart from what does not.
pub(super) fn shown(field: &Field) -> Json {
    let mut schema = described(field);
    let nested = record(&field.fields, shown);
    let nothing = json!({"const": ""});
    let (name, value) = match field.kind {
        FieldType::List => ("anyOf", json!([{"type": "array", "items": nested}, nothing])),
        FieldType::Object => ("anyOf", json!([nested, nothing])),
        _ => ("type", json!(["string", "number", "boolean"])),
    };
    schema.insert(name.to_owned(), value);
    schema.into()
}

/// An object of these members, each under its wire name. Others may stand beside them.
pub(super) fn record(fields: &[Field], value: fn(&Field) -> Json) -> Map<String, Json> {
    let mut schema = object();
    if !fields.is_empty() {
        let members: Map<String, Json> = fields
            .iter()
            .map(|field| (field.wire.clone(), value(field)))
            .collect();
        schema.insert("properties".to_owned(), members.into());
    }
    schema
}

/// The same, without what is required of the caller left out.
pub(super) fn taken_record(fields: &[Field]) -> Map<String, Json> {
    let mut schema = record(fields, taken);
    let required: Vec<&str> = required(fields).map(|field| field.wire.as_str()).collect();
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

pub(super) fn required(fields: &[Field]) -> impl Iterator<Item = &Field> {
    fields.iter().filter(|field| field.required)
}

/// The type of an object, whatever its members.
fn object() -> Map<String, Json> {
    Map::from_iter([("type".to_owned(), json!("object"))])
}

/// The English name as the title; the label and what else there is to know as the description.
fn described(field: &Field) -> Map<String, Json> {
    let mut words = vec![field.label.clone()];
    if field.multiple {
        words.push("several, comma-separated".to_owned());
    }
    words.extend(prose::notes(field, SAMPLES));
    Map::from_iter([
        ("title".to_owned(), json!(field.name)),
        ("description".to_owned(), json!(words.join("; "))),
    ])
}

fn constraints(field: &Field) -> Map<String, Json> {
    match field.kind {
        FieldType::List => {
            let items = Json::from(taken_record(&field.fields));
            return members(json!({"type": "array", "items": items}));
        }
        FieldType::Object => return taken_record(&field.fields),
        _ => {}
    }
    if !field.values.is_empty() && !field.values_are_sample && !field.multiple {
        return members(json!({"enum": codes(field)}));
    }
    let mut schema = members(scalar(field));
    if let Some(length) = field.max_length {
        schema.insert("maxLength".to_owned(), json!(length));
    }
    if field.required {
        schema.insert("minLength".to_owned(), json!(1));
    }
    if let Some(minimum) = field.minimum {
        schema.insert("minimum".to_owned(), json!(minimum));
    }
    let samples: Vec<&str> = field
        .values
        .iter()
        .take(SAMPLES)
        .map(|value| value.code.as_str())
        .collect();
    if !samples.is_empty() {
        schema.insert("examples".to_owned(), json!(samples));
    }
    schema
}

fn scalar(field: &Field) -> Json {
    match field.kind {
        _ if field.multiple || !field.values.is_empty() => json!({"type": ["string", "integer"]}),
        FieldType::Int => json!({"type": ["integer", "string"]}),
        FieldType::Decimal => json!({"type": ["number", "string"], "pattern": NUMBER}),
        FieldType::Datetime | FieldType::Date | FieldType::Time => json!({"type": "string", "pattern": DATE}),
        FieldType::Bool => json!({"type": ["boolean", "integer", "string"]}),
        _ => json!({"type": ["string", "number"]}),
    }
}

/// Every code of a closed set, as text and, where it is one, as a number. What is not required may be left empty.
fn codes(field: &Field) -> Vec<Json> {
    let mut codes: Vec<Json> = Vec::new();
    for value in &field.values {
        let number: Option<i64> = value.code.parse().ok();
        let number = number.filter(|number| number.to_string() == value.code);
        codes.push(json!(value.code));
        codes.extend(number.map(|number| json!(number)));
    }
    codes.extend((!field.required).then(|| json!("")));
    // A code that stands twice with two labels is one code.
    let mut distinct: Vec<Json> = Vec::with_capacity(codes.len());
    for code in codes {
        if !distinct.contains(&code) {
            distinct.push(code);
        }
    }
    distinct
}

fn members(schema: Json) -> Map<String, Json> {
    match schema {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}
