//! Look-ups: trees flattened into rows, and plain options.

use super::{Rejection, listed, member, table};
use sunmao_catalogue::{Column, Page, Record, Table, Value};

/// A tree as rows `value`, `text`, `parent` (the parent's value; null at the root) and `level` (from 1), parents before
/// their children.
pub(super) fn flatten(trees: Value) -> Result<Table, Rejection> {
    let mut table = Table {
        columns: ["value", "text", "parent", "level"].map(named).to_vec(),
        ..Table::default()
    };
    for tree in listed(trees).ok_or_else(|| Rejection::broken("a tree without nodes"))? {
        let Value::Record(mut tree) = tree else {
            return Err(Rejection::broken("a tree that is no object"));
        };
        match super::take(&mut tree, "nodes") {
            Some(nodes) => descend(nodes, &Value::Null, 1, &mut table.rows)?,
            None => node(*tree, &Value::Null, 1, &mut table.rows)?,
        }
    }
    table.page = whole(table.rows.len());
    Ok(table)
}

/// Options as rows `value` and `text`, from objects, a code-to-label object, or bare texts.
pub(super) fn options(options: Value, asked: &table::Asked) -> Result<Table, Rejection> {
    let pairs = match options {
        Value::Record(labels) if member(&labels, "value").is_none() => labels
            .into_iter()
            .map(|(code, label)| Value::List(vec![Value::from(code), label]))
            .collect(),
        options => match listed(options).ok_or_else(|| Rejection::broken("options that are no list"))? {
            scalars if scalars.iter().all(|option| option.to_text().is_some()) => scalars
                .into_iter()
                .map(|option| Value::List(vec![option.clone(), option]))
                .collect(),
            objects => objects,
        },
    };
    let columns = Value::List(vec![Value::from("value"), Value::from("text")]);
    table::build(Some(columns), Some(Value::List(pairs)), None, asked)
}

fn descend(nodes: Value, parent: &Value, level: i64, rows: &mut Vec<Vec<Value>>) -> Result<(), Rejection> {
    for value in listed(nodes).unwrap_or_default() {
        match value {
            Value::Record(record) => node(*record, parent, level, rows)?,
            _ => return Err(Rejection::broken("a tree node that is no object")),
        }
    }
    Ok(())
}

/// The depth is bounded by the JSON reader, which takes 128 levels.
fn node(mut record: Record, parent: &Value, level: i64, rows: &mut Vec<Vec<Value>>) -> Result<(), Rejection> {
    let value = super::take(&mut record, "value").unwrap_or_default();
    let text = super::take(&mut record, "text").unwrap_or_default();
    let children = super::take(&mut record, "nodes").unwrap_or_default();
    rows.push(vec![value.clone(), text, parent.clone(), Value::Integer(level)]);
    descend(children, &value, level + 1, rows)
}

fn whole(rows: usize) -> Page {
    Page {
        size: u32::try_from(rows).unwrap_or(u32::MAX),
        index: 1,
        count: 1,
        total: rows as u64,
    }
}

fn named(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        caption: String::new(),
    }
}
