//! Values of the host to values of Rhai and back.

use rhai::{Dynamic, Map};
use rust_decimal::Decimal;
use sunmao_catalogue::{Record, Value, value_from_json};

/// Deepest nesting of a value that leaves a script; the ERP's own stay below ten.
const DEEPEST: usize = 64;

/// A value as a script sees it.
pub fn to_script(value: Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::Decimal(value) => Dynamic::from(value),
        Value::Text(value) => value.as_str().into(),
        Value::List(values) => Dynamic::from(values.into_iter().map(to_script).collect::<Vec<_>>()),
        Value::Record(record) => Dynamic::from(map(*record)),
    }
}

/// A record's members under their names.
pub fn map(record: Record) -> Map {
    record
        .into_iter()
        .map(|(name, value)| (name.into(), to_script(value)))
        .collect()
}

/// A value that a script gave. The error says where in it something cannot leave a script.
pub fn from_script(value: &Dynamic) -> Result<Value, String> {
    convert(value, DEEPEST)
}

/// Reads JSON text; numbers with a fraction become decimals, and those that are too long for one their digits as text.
pub fn from_json(text: &str) -> Result<Dynamic, String> {
    value_from_json(text)
        .map(to_script)
        .map_err(|error| format!("not JSON: {error}"))
}

/// A value as JSON text, numbers as numbers where a reader of floats sees the same, else as text; text stays as it is.
pub fn to_json(value: &Dynamic) -> Result<String, String> {
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.to_string());
    }
    // What can leave a script nests no deeper than the writer can follow.
    serde_json::to_string(&json(from_script(value)?)).map_err(|error| error.to_string())
}

/// The value for the writer, whose numbers with a fraction are floats.
fn json(value: Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::Decimal(value) => number(value),
        Value::Text(value) => value.as_str().into(),
        Value::List(values) => values.into_iter().map(json).collect(),
        Value::Record(record) => record
            .into_iter()
            .map(|(name, value)| (name, json(value)))
            .collect(),
    }
}

fn number(value: Decimal) -> serde_json::Value {
    let text = value.to_string();
    let float = text.parse::<f64>().ok();
    let is_exact = |float: &f64| Decimal::from_str_exact(&float.to_string()) == Ok(value);
    match float.filter(is_exact) {
        Some(float) => float.into(),
        None => text.into(),
    }
}

/// What a value is, for people.
pub fn kind(value: &Dynamic) -> &'static str {
    match value.type_name() {
        "()" => "nothing",
        "bool" => "true or false",
        "i64" => "a whole number",
        "decimal" => "a decimal",
        "string" => "text",
        "char" => "a character",
        "array" => "an array",
        "map" => "a map",
        "Fn" => "a function",
        _ => "a value of another kind",
    }
}

fn convert(value: &Dynamic, depth: usize) -> Result<Value, String> {
    if depth == 0 {
        return Err(format!("nested deeper than {DEEPEST}"));
    }
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(value) = value.as_bool() {
        return Ok(Value::Bool(value));
    }
    if let Ok(value) = value.as_int() {
        return Ok(Value::Integer(value));
    }
    if let Ok(value) = value.as_decimal() {
        return Ok(Value::Decimal(value));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(Value::from(text.to_string()));
    }
    if let Ok(letter) = value.as_char() {
        return Ok(Value::from(letter.to_string()));
    }
    if let Ok(values) = value.as_array_ref() {
        let values = values
            .iter()
            .enumerate()
            .map(|(at, value)| convert(value, depth - 1).map_err(|error| format!("[{at}] {error}")));
        return values.collect::<Result<_, _>>().map(Value::List);
    }
    if let Ok(map) = value.as_map_ref() {
        let members = map.iter().map(|(name, value)| {
            let value = convert(value, depth - 1).map_err(|error| format!("{name}: {error}"))?;
            Ok((name.to_string(), value))
        });
        return members.collect::<Result<Record, String>>().map(Value::from);
    }
    Err(format!("{} cannot leave a script", kind(value)))
}
