//! An operation's answer as a script sees it: the catalogue's names in snake_case, the names of unknown columns as they
//! came.

use super::value;
use rhai::{Dynamic, Map};
use sunmao_catalogue::{Answer, Face, Field, Operation, Record, Value};

/// Presents an answer to a script.
pub fn to_script(operation: &Operation, answer: Answer) -> Dynamic {
    match operation.present(answer, Face::Dynamic) {
        // Without known fields every column is an unknown one.
        Value::Record(record) if !operation.fields.is_empty() => presented(&operation.fields, *record),
        value => value::to_script(value),
    }
}

/// A page of records holds them under `items`; a single record is one itself.
fn presented(fields: &[Field], mut record: Record) -> Dynamic {
    if !matches!(
        (record.get("items"), record.get("page")),
        (Some(Value::List(_)), Some(_))
    ) {
        return Dynamic::from(known(fields, record));
    }
    let Some(Value::List(items)) = record.shift_remove("items") else {
        return Dynamic::from(known(fields, record));
    };
    let mut page = value::map(record);
    page.insert("items".into(), rows(fields, items));
    Dynamic::from(page)
}

fn rows(fields: &[Field], rows: Vec<Value>) -> Dynamic {
    Dynamic::from(
        rows.into_iter()
            .map(|row| nested(fields, row))
            .collect::<Vec<_>>(),
    )
}

fn nested(fields: &[Field], value: Value) -> Dynamic {
    match value {
        Value::Record(record) if !fields.is_empty() => Dynamic::from(known(fields, *record)),
        Value::List(values) if !fields.is_empty() => rows(fields, values),
        value => value::to_script(value),
    }
}

/// Members come in the fields' order, so each field is looked for behind the last one found.
fn known(fields: &[Field], record: Record) -> Map {
    let mut next = 0;
    let mut map = Map::new();
    for (name, value) in record {
        let found = (next..fields.len())
            .chain(0..next)
            .find(|at| fields[*at].name == name);
        match found {
            Some(at) => {
                next = at + 1;
                map.insert(fields[at].snake_name().into(), nested(&fields[at].fields, value));
            }
            None => {
                map.insert(name.into(), value::to_script(value));
            }
        }
    }
    map
}
