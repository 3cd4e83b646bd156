//! Values of the component model to neutral values and back, led by the catalogue's shapes. Guest input is hostile: a
//! value of another shape than announced is an error, never a panic.

use sunmao_catalogue::{Fault, Record, RecordShape, Shape, Value};
use wasmtime::component::Val;

/// A value whose shape is not the announced one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: expected {expected}")]
pub struct ShapeMismatch {
    /// Where.
    pub path: String,
    /// What should have been there.
    pub expected: &'static str,
}

/// A guest's request record as arguments by English name; absent options are left out.
pub fn request(shape: &RecordShape, value: &Val) -> Result<Record, ShapeMismatch> {
    let Val::Record(members) = value else {
        return Err(mismatch(&shape.name, "a record"));
    };
    let mut record = Record::with_capacity_and_hasher(members.len(), Default::default());
    for ((name, value), member) in members.iter().zip(&shape.members) {
        match lift(&member.shape, value).map_err(|error| nested(name, error))? {
            Value::Null => {}
            Value::List(values) if values.is_empty() => {}
            value => {
                record.insert(name.clone(), value);
            }
        }
    }
    Ok(record)
}

/// A guest's value as ours.
pub(super) fn lift(shape: &Shape, value: &Val) -> Result<Value, ShapeMismatch> {
    Ok(match (shape, value) {
        (Shape::Bool, Val::Bool(value)) => Value::Bool(*value),
        (Shape::Unsigned32, Val::U32(value)) => Value::Integer(i64::from(*value)),
        (Shape::Unsigned64, Val::U64(value)) => {
            Value::Integer(i64::try_from(*value).map_err(|_| mismatch("", "a number below 2^63"))?)
        }
        (Shape::Integer, Val::S64(value)) => Value::Integer(*value),
        (Shape::Decimal | Shape::Date | Shape::Text, Val::String(value)) => Value::from(value.clone()),
        (Shape::Optional(_), Val::Option(None)) => Value::Null,
        (Shape::Optional(inner), Val::Option(Some(value))) => lift(inner, value)?,
        (Shape::List(inner), Val::List(values)) => Value::List(
            values
                .iter()
                .map(|value| lift(inner, value))
                .collect::<Result<_, _>>()?,
        ),
        (Shape::Record(inner), value @ Val::Record(_)) => Value::from(request(inner, value)?),
        (shape, _) => return Err(mismatch("", expectation(shape))),
    })
}

/// A presented answer (`Face::Typed`) as the value its shape announces.
pub fn response(shape: &Shape, value: Value) -> Result<Val, ShapeMismatch> {
    Ok(match (shape, value) {
        (Shape::Optional(_), Value::Null) => Val::Option(None),
        (Shape::Optional(inner), value) => Val::Option(Some(Box::new(response(inner, value)?))),
        (Shape::Bool, Value::Bool(value)) => Val::Bool(value),
        (Shape::Integer, Value::Integer(value)) => Val::S64(value),
        (Shape::Unsigned32, Value::Integer(value)) => {
            Val::U32(u32::try_from(value).map_err(|_| mismatch("", expectation(shape)))?)
        }
        (Shape::Unsigned64, Value::Integer(value)) => {
            Val::U64(u64::try_from(value).map_err(|_| mismatch("", expectation(shape)))?)
        }
        (Shape::Decimal | Shape::Date | Shape::Text, Value::Text(value)) => Val::String(value.into_string()),
        (Shape::Decimal | Shape::Date | Shape::Text, value) => {
            Val::String(value.to_text().ok_or_else(|| mismatch("", expectation(shape)))?)
        }
        (Shape::List(inner), Value::List(values)) => Val::List(
            values
                .into_iter()
                .map(|value| response(inner, value))
                .collect::<Result<_, _>>()?,
        ),
        (Shape::List(_), Value::Null) => Val::List(Vec::new()),
        (Shape::Record(shape), Value::Record(mut record)) => {
            let mut members = Vec::with_capacity(shape.members.len());
            for member in &shape.members {
                let value = record
                    .get_mut(member.name.as_str())
                    .map(std::mem::take)
                    .unwrap_or_default();
                let value = response(&member.shape, value).map_err(|error| nested(&member.name, error))?;
                members.push((member.name.clone(), value));
            }
            Val::Record(members)
        }
        (shape, _) => return Err(mismatch("", expectation(shape))),
    })
}

/// A fault as the record `error` of `zhibang:erp/types`.
pub fn fault(fault: Fault) -> Val {
    Val::Record(vec![
        ("kind".to_owned(), Val::Enum(fault.kind.name().to_owned())),
        (
            "code".to_owned(),
            Val::Option(fault.code.map(|code| Box::new(Val::S32(code)))),
        ),
        ("message".to_owned(), Val::String(fault.message)),
        ("hint".to_owned(), Val::String(fault.hint)),
    ])
}

pub(super) fn mismatch(path: &str, expected: &'static str) -> ShapeMismatch {
    ShapeMismatch {
        path: path.to_owned(),
        expected,
    }
}

pub(super) fn nested(name: &str, error: ShapeMismatch) -> ShapeMismatch {
    let path = if error.path.is_empty() {
        name.to_owned()
    } else {
        format!("{name}.{}", error.path)
    };
    ShapeMismatch { path, ..error }
}

/// What a shape wants to see, for messages.
pub fn expectation(shape: &Shape) -> &'static str {
    match shape {
        Shape::Bool => "true or false",
        Shape::Unsigned32 => "a number from 0 to 2^32-1",
        Shape::Unsigned64 => "a number from 0 to 2^64-1",
        Shape::Integer => "a whole number",
        Shape::Decimal => "a decimal as text",
        Shape::Date => "a date as text",
        Shape::Text => "text",
        Shape::List(_) => "a list",
        Shape::Optional(_) => "an option",
        Shape::Record(_) => "a record",
    }
}
