//! Answers of operations as people read them.

use crate::output;
use std::collections::HashMap;
use sunmao_catalogue::{Record, Value};

/// Chinese captions by column name, where the answer carries them.
type Captions<'a> = HashMap<&'a str, &'a str>;

/// Prints an answer: rows as a table, a record or a screen as names and values, an accepted command as its message.
pub fn answer(value: &Value) {
    let Some(record) = value.as_record() else {
        return output::json(value);
    };
    let captions = captions(record);
    match record.get("items").and_then(Value::as_list) {
        Some(items) => {
            rows(items, &captions);
            page(record, items.len());
        }
        None => screen(record, &captions),
    }
}

fn captions(record: &Record) -> Captions<'_> {
    let columns = record.get("columns").and_then(Value::as_list).unwrap_or_default();
    columns.iter().filter_map(caption).collect()
}

fn caption(column: &Value) -> Option<(&str, &str)> {
    Some((column.get("name")?.as_text()?, column.get("caption")?.as_text()?))
}

fn rows(items: &[Value], captions: &Captions<'_>) {
    let records: Vec<Record> = items.iter().filter_map(Value::as_record).map(flat).collect();
    let records: Vec<&Record> = records.iter().collect();
    let filled = filled_columns(&records);
    let shown: Vec<&str> = filled.iter().copied().take(output::readable_columns()).collect();
    if !shown.is_empty() {
        let header: Vec<String> = shown.iter().map(|name| heading(name, captions)).collect();
        let cells = |record: &&Record| shown.iter().map(|name| cell(record.get(*name))).collect();
        output::line(output::table(
            header.iter().map(String::as_str),
            records.iter().map(cells),
        ));
    }
    let hidden = &filled[shown.len()..];
    if !hidden.is_empty() {
        output::line(format!(
            "{} more columns with --json: {}",
            hidden.len(),
            hidden.join(", ")
        ));
    }
}

/// A row with what its list shows beside the known columns, behind them.
fn flat(record: &Record) -> Record {
    let mut flat = record.clone();
    if let Some(Value::Record(extra)) = flat.shift_remove("extra") {
        for (name, value) in *extra {
            flat.entry(name).or_insert(value);
        }
    }
    flat
}

fn heading(name: &str, captions: &Captions<'_>) -> String {
    match captions.get(name) {
        Some(caption) if *caption != name => format!("{name}\n{caption}"),
        _ => name.to_owned(),
    }
}

/// The columns in which at least one row has something.
fn filled_columns<'a>(records: &[&'a Record]) -> Vec<&'a str> {
    let Some(first) = records.first() else {
        return Vec::new();
    };
    let filled = |name: &&String| {
        records
            .iter()
            .any(|record| record.get(*name).is_some_and(|value| !is_bare(value)))
    };
    first.keys().filter(filled).map(String::as_str).collect()
}

fn page(record: &Record, shown: usize) {
    let number = |name: &str| {
        record
            .get("page")
            .and_then(|page| page.get(name))
            .and_then(Value::as_integer)
    };
    let place = match (number("index"), number("count"), number("total")) {
        (Some(index), Some(count), Some(total)) if count > 0 => {
            format!(", page {index} of {count}, {total} in all")
        }
        _ => String::new(),
    };
    output::line(format!("{shown} rows{place}"));
}

fn screen(record: &Record, captions: &Captions<'_>) {
    let mut lines = Vec::new();
    for (name, value) in record {
        match (name.as_str(), value) {
            // They stand beside the fields that they are about.
            ("columns" | "labels", _) => {}
            ("fields" | "data" | "extra" | "tables", Value::Record(members)) => lines.extend(members.iter()),
            _ => lines.push((name, value)),
        }
    }
    let labels = record.get("labels");
    let lines = lines
        .into_iter()
        .filter(|(_, value)| !is_bare(value))
        .map(|(name, value)| {
            let label = labels
                .and_then(|labels| labels.get(name))
                .and_then(Value::as_text);
            let label = label
                .filter(|label| value.as_text() != Some(label))
                .unwrap_or_default();
            let caption = captions.get(name.as_str()).copied().unwrap_or_default();
            vec![
                name.clone(),
                caption.to_owned(),
                cell(Some(value)),
                label.to_owned(),
            ]
        });
    output::line(output::table(["name", "caption", "value", "label"], lines));
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None => String::new(),
        Some(value) if is_bare(value) => String::new(),
        Some(Value::List(items)) => format!("[{} rows]", items.len()),
        Some(value) => value
            .to_text()
            .unwrap_or_else(|| serde_json::to_string(value).unwrap_or_default()),
    }
}

fn is_bare(value: &Value) -> bool {
    match value {
        Value::List(items) => items.is_empty(),
        Value::Record(members) => members.is_empty(),
        value => value.is_empty(),
    }
}
