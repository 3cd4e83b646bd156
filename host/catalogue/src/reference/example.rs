//! How an operation is called: what is asked for at least, and an example that works.

use crate::{Effect, Field, FieldType, Operation, Record, Repeat, Value};

/// Columns of a terminal that an example may fill before it is broken into several lines.
const WIDTH: usize = 88;

/// `sunmao call` with what is required.
pub(super) fn shell_synopsis(operation: &Operation) -> String {
    let mut words = vec![format!("sunmao call {}", operation.name)];
    let required = operation.params.iter().filter(|field| field.required);
    words.extend(required.map(|field| format!("{}={}", field.name, placeholder(field))));
    let takes_more = !operation.documented || operation.params.iter().any(|field| !field.required);
    words.extend(takes_more.then(|| "[NAME=VALUE …]".to_owned()));
    words.extend(operation.paging.is_some().then(|| "[--all]".to_owned()));
    words.join(" ")
}

/// The function of a Rhai script with what is required.
pub(super) fn rhai_synopsis(operation: &Operation) -> String {
    let function = operation.name.replace('.', "::").replace('-', "_");
    if operation.documented && operation.params.is_empty() {
        return format!("{function}()");
    }
    let required = operation.params.iter().filter(|field| field.required);
    let mut members: Vec<String> = required
        .map(|field| format!("{}: {}", field.snake_name(), placeholder(field)))
        .collect();
    if !operation.documented || operation.params.iter().any(|field| !field.required) {
        members.push("…".to_owned());
    }
    format!("{function}(#{{ {} }})", members.join(", "))
}

fn placeholder(field: &Field) -> &'static str {
    match field.kind {
        _ if !field.values.is_empty() || field.lookup.is_some() => "CODE",
        FieldType::String => "TEXT",
        FieldType::Int | FieldType::Decimal => "NUMBER",
        FieldType::Datetime | FieldType::Date | FieldType::Time => "DATE",
        FieldType::Bool => "true|false",
        FieldType::List => "[…]",
        FieldType::Object => "{…}",
    }
}

/// A command line that the catalogue finds sound. A long one is broken as a shell allows.
pub(super) fn command_line(operation: &Operation) -> String {
    let words: Vec<String> = arguments(operation)
        .iter()
        .map(|(name, value)| format!("{name}={}", quoted(&written(value))))
        .collect();
    let command = format!("sunmao call {}", operation.name);
    let whole = format!("{command} {}", words.join(" "));
    if words.is_empty() {
        command
    } else if textwrap::core::display_width(&whole) <= WIDTH {
        whole
    } else {
        format!("{command} \\\n    {}", words.join(" \\\n    "))
    }
}

/// What the example gives: what is or may be required, and the key of the record that is meant; else the page, or the
/// first parameters.
fn arguments(operation: &Operation) -> Record {
    let example = operation.example();
    let mut needed = picked(&operation.params, &example, |field| {
        is_needed(field) || names_record(operation, field)
    });
    if !operation.documented && !operation.is_read() {
        needed.extend(unpublished(&example));
    }
    if !needed.is_empty() || !operation.documented {
        return needed;
    }
    let paging = operation.paging.as_ref();
    let page = picked(&operation.params, &example, |field| {
        paging.is_some_and(|paging| field.wire == paging.size || field.wire == paging.index)
    });
    if !page.is_empty() {
        return page;
    }
    let first: Vec<&str> = operation
        .params
        .iter()
        .take(2)
        .map(|field| field.wire.as_str())
        .collect();
    picked(&operation.params, &example, |field| {
        first.contains(&field.wire.as_str())
    })
}

/// Plausible fields of an operation of unpublished parameters, by name rather than in `extra`.
fn unpublished(example: &Record) -> impl Iterator<Item = (String, Value)> {
    let extra = example.get("extra").and_then(Value::as_list).unwrap_or_default();
    extra.iter().filter_map(|pair| {
        let name = pair.get("name").and_then(Value::as_text)?;
        Some((name.to_owned(), pair.get("value")?.clone()))
    })
}

fn picked(fields: &[Field], example: &Record, wanted: impl Fn(&Field) -> bool) -> Record {
    let chosen = fields.iter().filter(|field| wanted(field));
    chosen
        .filter_map(|field| Some((field.name.clone(), needed_of(field, example.get(&field.name)?))))
        .collect()
}

/// A value without the members that are not needed.
fn needed_of(field: &Field, value: &Value) -> Value {
    match value {
        Value::Record(record) if !field.fields.is_empty() => {
            let needed = picked(&field.fields, record, is_needed);
            if needed.is_empty() {
                value.clone()
            } else {
                Value::from(needed)
            }
        }
        Value::List(values) if !field.multiple => {
            Value::List(values.iter().map(|value| needed_of(field, value)).collect())
        }
        value => value.clone(),
    }
}

fn is_needed(field: &Field) -> bool {
    field.required || field.required_by_policy || field.unique
}

/// Whether the parameter says which record is meant. A save without a key makes a record of its own, which an example
/// had better do.
fn names_record(operation: &Operation, field: &Field) -> bool {
    let is_key = ["ord", "id"]
        .iter()
        .any(|name| field.wire.eq_ignore_ascii_case(name));
    match &operation.effect {
        Effect::Write(_) if operation.verb.starts_with("save") => false,
        Effect::Write(write) => match &write.repeat {
            Repeat::ReservedKey { parameter, .. } => field.wire == *parameter,
            Repeat::UniqueNumber { parameter, .. } => field.wire == *parameter,
            Repeat::Never => is_key,
        },
        Effect::Read => is_key && operation.paging.is_none(),
    }
}

/// The value as `sunmao call` reads it. JSON that is long stands on several lines.
fn written(value: &Value) -> String {
    match value {
        Value::List(values) if values.iter().all(|value| value.to_text().is_some()) => {
            let texts: Vec<String> = values.iter().filter_map(Value::to_text).collect();
            texts.join(",")
        }
        // Values are text, numbers, lists and named members only, which never fail to be written.
        Value::List(_) | Value::Record(_) => {
            let line = serde_json::to_string(value).unwrap_or_default();
            if textwrap::core::display_width(&line) <= WIDTH / 2 {
                return line;
            }
            let lines = serde_json::to_string_pretty(value).unwrap_or_default();
            lines.replace('\n', "\n    ")
        }
        scalar => scalar.to_text().unwrap_or_default(),
    }
}

/// The text as one word of a shell.
fn quoted(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.,:/+%".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
