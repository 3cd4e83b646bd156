//! A record as a script sees it, under snake_case names, and what a mapping gives back.

use super::library::Library;
use super::value;
use rhai::Dynamic;
use sunmao_catalogue::{Face, Record, RecordKind, Side, Value};

/// The record's members, every one of them, so that a misspelt one is an error: absent text is `""`, an absent truth
/// value false, an absent number `()`.
pub fn to_script(kind: &RecordKind, record: &Record) -> Dynamic {
    let id = record.get("id").and_then(Value::to_text).unwrap_or_default();
    let mut body = record.clone();
    body.shift_remove("id");
    let shown = kind.present(&id, &body, Face::Dynamic);
    value::to_script(Value::from(shown))
}

/// What a mapping is given.
pub fn side_to_script(side: &Side, record: &Record) -> Dynamic {
    match side {
        Side::Kind(kind) => to_script(kind, record),
        Side::Operation(_) => value::to_script(Value::from(in_snake_case(record))),
    }
}

/// What a mapping made: a record with its `id`, or arguments by the catalogue's names. What is `()` is left out; a mapping to a
/// record that returns nothing makes none.
pub fn side_from_script(side: &Side, returned: &Dynamic) -> Result<Record, String> {
    if side.is_kind() && returned.is_unit() {
        return Ok(Record::default());
    }
    let Value::Record(record) = value::from_script(returned)? else {
        return Err(format!("expected a map, not {}", value::kind(returned)));
    };
    let library = Library::shared();
    let members = record.into_iter().filter(|(_, value)| *value != Value::Null);
    Ok(match side {
        Side::Kind(_) => members.collect(),
        Side::Operation(_) => members
            .map(|(name, value)| (library.catalogue_name(&name), value))
            .collect(),
    })
}

/// A record under the names that scripts write.
pub fn in_snake_case(record: &Record) -> Record {
    let library = Library::shared();
    let members = record.iter();
    members
        .map(|(name, value)| (library.script_name(name), value.clone()))
        .collect()
}
