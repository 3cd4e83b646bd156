//! Example arguments: sound, the same every time, and complete, for tests and the reference.

use crate::{Field, FieldType, Operation, Record, Value, shape::shared};
use rust_decimal::Decimal;

/// Fields that an operation of unpublished parameters plausibly takes.
const UNPUBLISHED: [(&str, &str); 3] = [("ord", "1"), ("title", "示例单据"), ("intro", "示例备注")];

impl Operation {
    /// A sound, deterministic set of arguments (English names) that exercises every parameter: for tests, references.
    /// Where the vendor publishes no parameters, plausible ones travel in `extra`.
    pub fn example(&self) -> Record {
        let mut example = members(&self.params);
        if !self.documented {
            let fields = UNPUBLISHED
                .iter()
                .filter(|(name, _)| self.param(name).is_none())
                .map(|(name, value)| shared::pair_value(name, Value::from(*value)))
                .collect();
            example.insert("extra".to_owned(), Value::List(fields));
        }
        example
    }
}

fn members(fields: &[Field]) -> Record {
    fields
        .iter()
        .map(|field| (field.name.clone(), example(field)))
        .collect()
}

fn example(field: &Field) -> Value {
    match field.kind {
        FieldType::Object => record(field),
        FieldType::List => Value::List(vec![record(field)]),
        _ if field.multiple => several(field),
        _ => code(field, 0).unwrap_or_else(|| plain(field)),
    }
}

/// A record inside the arguments; typed guests write one of unpublished members as a list of names and values.
fn record(field: &Field) -> Value {
    if field.fields.is_empty() {
        Value::List(vec![shared::pair_value("ord", "1".into())])
    } else {
        Value::from(members(&field.fields))
    }
}

/// Two values where they fit, so that the joining shows.
fn several(field: &Field) -> Value {
    let first = code(field, 0).unwrap_or_else(|| Value::from("1"));
    let second = code(field, 1).unwrap_or_else(|| Value::from("2"));
    let length = |value: &Value| value.to_text().map_or(0, |text| text.chars().count());
    let together = length(&first) + length(&second) + 1;
    match field.max_length {
        Some(limit) if together > limit as usize => Value::List(vec![first]),
        _ => Value::List(vec![first, second]),
    }
}

fn code(field: &Field, index: usize) -> Option<Value> {
    let code = field.values.get(index)?.code.as_str();
    match field.kind {
        FieldType::Int => code.parse().ok().map(Value::Integer),
        FieldType::Decimal => code.parse().ok().map(Value::Decimal),
        FieldType::Bool => Some(Value::Bool(code == "1")),
        _ => Some(Value::from(code)),
    }
}

fn plain(field: &Field) -> Value {
    let minimum = field.minimum.unwrap_or(0);
    match field.kind {
        FieldType::Int => Value::Integer(minimum.max(1)),
        FieldType::Decimal => Value::Decimal(Decimal::from(minimum.max(1)) + Decimal::new(50, 2)),
        FieldType::Datetime | FieldType::Date | FieldType::Time => Value::from("2025-03-07"),
        FieldType::Bool => Value::Bool(true),
        // A label would have to be one that somebody has.
        FieldType::String if field.lookup_only => Value::from("1"),
        FieldType::String | FieldType::List | FieldType::Object => Value::from(words(field)),
    }
}

/// The label, cut to the field's limit: every field gets its own text, so that a mix-up shows.
fn words(field: &Field) -> String {
    let limit = field.max_length.map_or(20, |limit| limit.min(20) as usize);
    field.label.chars().take(limit).collect()
}
