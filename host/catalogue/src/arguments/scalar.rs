//! One scalar argument: a loose value becomes the vendor's type, labels become codes, limits are kept.

use crate::{EnumValue, Field, FieldType, Value, coerce, kind::is_sound_id};
use jiff::Timestamp;
use rust_decimal::Decimal;

/// What is wrong with one value.
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) hint: String,
}

impl Wrong {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Wrong {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// The value as it travels. Several values are joined with commas where the field takes several.
pub(super) fn wire_value(field: &Field, value: &Value) -> Result<Value, Wrong> {
    let value = if field.multiple {
        joined(field, value)?
    } else {
        single(field, value)?
    };
    check_length(field, &value)?;
    Ok(value)
}

/// The value as a record holds it: of its own JSON type, codes as codes, days and times in one form.
pub(crate) fn member_value(field: &Field, value: &Value) -> Result<Value, Wrong> {
    let value = member(field, value)?;
    check_range(field, &value)?;
    check_length(field, &value)?;
    Ok(value)
}

fn member(field: &Field, value: &Value) -> Result<Value, Wrong> {
    let text = value.as_text();
    let read = match field.kind {
        FieldType::String if !field.values.is_empty() => {
            return match text {
                Some(_) => coded(field, value),
                None => Err(Wrong::new("is no text", format!("one of {}", listed(field)))),
            };
        }
        FieldType::String if field.reference.is_some() => text
            .filter(|text| is_sound_id(text))
            .map(Value::from)
            .ok_or("is no id of a record"),
        FieldType::Int => match text {
            Some(_) => None,
            None => coerce::integer(value)
                .filter(|_| !matches!(value, Value::Bool(_)))
                .map(Value::Integer),
        }
        .ok_or("is no whole number"),
        FieldType::Decimal => coerce::decimal(value).map(Value::Decimal).ok_or("is no number"),
        FieldType::Bool => matches!(value, Value::Bool(_))
            .then(|| value.clone())
            .ok_or("is no truth value"),
        FieldType::Date => text.and_then(day).ok_or("is no day"),
        FieldType::Time => text.and_then(instant).ok_or("is no time"),
        FieldType::Datetime => text
            .and_then(coerce::moment)
            .map(|moment| Value::from(moment.iso()))
            .ok_or("is no date"),
        FieldType::String | FieldType::List | FieldType::Object => text.map(Value::from).ok_or("is no text"),
    };
    read.map_err(|message| Wrong::new(message, wanted(field)))
}

fn day(text: &str) -> Option<Value> {
    match coerce::moment(text)? {
        coerce::Moment::Day(day) => Some(Value::from(day.to_string())),
        coerce::Moment::Time(_) => None,
    }
}

fn instant(text: &str) -> Option<Value> {
    let instant: Timestamp = text.trim().parse().ok()?;
    Some(Value::from(instant.to_string()))
}

/// What would be right in a member's place.
fn wanted(field: &Field) -> String {
    let range = || match (field.minimum, field.maximum) {
        (Some(least), Some(most)) => format!(" from {least} to {most}"),
        (Some(least), None) => format!(" of at least {least}"),
        (None, Some(most)) => format!(" of at most {most}"),
        (None, None) => String::new(),
    };
    match field.kind {
        FieldType::Int => format!("a whole number{}", range()),
        FieldType::Decimal => format!("a decimal number{}, such as 1200.50", range()),
        FieldType::Bool => "true or false".to_owned(),
        FieldType::Date | FieldType::Datetime => "a day such as 2026-03-07".to_owned(),
        FieldType::Time => "a time such as 2026-03-07T10:00:00Z".to_owned(),
        FieldType::String if field.reference.is_some() => "1 to 64 characters without spaces".to_owned(),
        FieldType::String | FieldType::List | FieldType::Object => "text in quotes".to_owned(),
    }
}

/// What separates codes in text; the second is what a Chinese keyboard types.
const SEPARATORS: [char; 2] = [',', '，'];

fn joined(field: &Field, value: &Value) -> Result<Value, Wrong> {
    let Some(parts) = parts(value) else {
        return single(field, value);
    };
    let mut texts = Vec::with_capacity(parts.len());
    for part in &parts {
        texts.push(coerce::text(&single(field, part)?).into_owned());
    }
    Ok(Value::from(texts.join(",")))
}

/// Whether a value of several parts has none that is not empty.
pub(super) fn has_no_part(value: &Value) -> bool {
    parts(value).is_some_and(|parts| parts.is_empty())
}

/// The parts of a list or of text with separators, without the empty ones; nothing else has parts.
fn parts(value: &Value) -> Option<Vec<Value>> {
    let mut parts = match value {
        Value::List(items) => items.clone(),
        Value::Text(text) => text
            .split(SEPARATORS)
            .map(|part| Value::from(part.trim()))
            .collect(),
        _ => return None,
    };
    parts.retain(|part| *part != Value::Null && part.as_text().is_none_or(|text| !text.trim().is_empty()));
    Some(parts)
}

fn single(field: &Field, value: &Value) -> Result<Value, Wrong> {
    if matches!(value, Value::List(_) | Value::Record(_)) {
        return Err(Wrong::new(
            "is more than one value",
            "give text, a number or a truth value",
        ));
    }
    // Empty text empties a field or leaves a filter open, whatever the field's type.
    if value.is_empty() {
        return Ok(Value::from(""));
    }
    let value = if field.values.is_empty() {
        typed(field, value)?
    } else {
        coded(field, value)?
    };
    check_range(field, &value)?;
    Ok(value)
}

fn typed(field: &Field, value: &Value) -> Result<Value, Wrong> {
    let typed = match field.kind {
        FieldType::Int => coerce::integer(value)
            .map(Value::Integer)
            .or_else(|| label(field, value)),
        FieldType::Decimal => coerce::exact(value),
        FieldType::Bool => coerce::truth(value).map(Value::Bool),
        FieldType::Datetime | FieldType::Date | FieldType::Time => value
            .as_text()
            .and_then(coerce::moment)
            .map(|moment| Value::from(moment.wire())),
        FieldType::String | FieldType::List | FieldType::Object => Some(words(value)),
    };
    typed.ok_or_else(|| mistyped(field, value))
}

/// A label that stands for its code until someone can ask the operation that lists the codes.
fn label(field: &Field, value: &Value) -> Option<Value> {
    field.lookup_label.as_ref()?;
    value.as_text().map(|text| Value::from(text.trim()))
}

/// Text as the ERP stores it: it knows flags only as digits.
fn words(value: &Value) -> Value {
    match value {
        Value::Bool(flag) => Value::from(if *flag { "1" } else { "0" }),
        _ => Value::from(coerce::text(value).into_owned()),
    }
}

fn mistyped(field: &Field, value: &Value) -> Wrong {
    let (kind, hint) = match field.kind {
        FieldType::Int => ("whole number", "for example 5"),
        FieldType::Decimal => ("decimal number", "for example 1200.50"),
        FieldType::Bool => ("truth value", "true or false"),
        _ => ("date", "for example 2025-03-07 or 2025-03-07 10:00:00"),
    };
    Wrong::new(format!("`{}` is no {kind}", coerce::text(value)), hint)
}

/// A code, given as itself or by its label.
fn coded(field: &Field, value: &Value) -> Result<Value, Wrong> {
    let text = coerce::text(&words(value)).trim().to_owned();
    if let Some(known) = field.values.iter().find(|known| known.code == text) {
        return Ok(code(field, known));
    }
    let labelled: Vec<&EnumValue> = field.values.iter().filter(|known| known.label == text).collect();
    match labelled.as_slice() {
        [known] => return Ok(code(field, known)),
        [] => {}
        several => {
            let codes: Vec<&str> = several.iter().map(|known| known.code.as_str()).collect();
            let message = format!("`{text}` is the label of several codes");
            return Err(Wrong::new(message, format!("give one of {}", codes.join(", "))));
        }
    }
    let typed = typed(field, value);
    if field.values_are_sample {
        return typed.map_err(|wrong| Wrong::new(wrong.message, format!("known here: {}", listed(field))));
    }
    // `01` and `1.0` are the code `1` where codes are numbers.
    typed
        .ok()
        .filter(|typed| field.values.iter().any(|known| known.code == coerce::text(typed)))
        .ok_or_else(|| {
            Wrong::new(
                format!("`{text}` is not allowed"),
                format!("one of {}", listed(field)),
            )
        })
}

/// A known code in the field's type; as text where the vendor mistook the type.
fn code(field: &Field, known: &EnumValue) -> Value {
    let code = Value::from(known.code.as_str());
    typed(field, &code).unwrap_or(code)
}

fn listed(field: &Field) -> String {
    let values: Vec<String> = field
        .values
        .iter()
        .map(|known| format!("{} {}", known.code, known.label))
        .collect();
    values.join(", ")
}

/// Too long for a number of ours, a value's sign is all there is to look at.
fn check_range(field: &Field, value: &Value) -> Result<(), Wrong> {
    let number = coerce::decimal(value);
    let is_negative = || coerce::text(value).starts_with('-');
    if let Some(minimum) = field.minimum {
        let is_enough = match number {
            Some(number) => number >= Decimal::from(minimum),
            None => minimum > 0 || !is_negative(),
        };
        if !is_enough {
            return Err(Wrong::new(
                format!("{} is too small", coerce::text(value)),
                format!("at least {minimum}"),
            ));
        }
    }
    if let Some(maximum) = field.maximum {
        let is_little = match number {
            Some(number) => number <= Decimal::from(maximum),
            None => is_negative(),
        };
        if !is_little {
            return Err(Wrong::new(
                format!("{} is too large", coerce::text(value)),
                format!("at most {maximum}"),
            ));
        }
    }
    Ok(())
}

fn check_length(field: &Field, value: &Value) -> Result<(), Wrong> {
    let Some(limit) = field.max_length else {
        return Ok(());
    };
    let length = coerce::text(value).chars().count();
    if u32::try_from(length).is_ok_and(|length| length <= limit) {
        return Ok(());
    }
    Err(Wrong::new(
        format!("is {length} characters long"),
        format!("at most {limit} characters"),
    ))
}
