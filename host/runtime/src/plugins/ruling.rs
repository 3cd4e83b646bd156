//! The role `merge`: one change as a component takes it, and its ruling as ours.

use super::convert::{self, ShapeMismatch};
use crate::extension::Change;
use crate::merge::Ruling;
use crate::services::iso_milliseconds;
use jiff::Timestamp;
use sunmao_catalogue::{Record, Value};
use wasmtime::component::Val;
use wasmtime::component::types::{ComponentFunc, Type};

/// The members of `change`, and whether each is an option.
const CHANGE: [(&str, bool); 11] = [
    ("flow", false),
    ("kind", false),
    ("id", false),
    ("field", false),
    ("base", false),
    ("hub", false),
    ("erp", false),
    ("hub-record", false),
    ("erp-record", false),
    ("hub-changed-at", true),
    ("erp-changed-at", true),
];

/// The cases of `ruling`, and whether each carries a text.
const RULING: [(&str, bool); 6] = [
    ("undecided", false),
    ("erp", false),
    ("hub", false),
    ("newer", false),
    ("erp-unless-verified", false),
    ("value", true),
];

/// What differs between a component's `rule` and ours.
pub fn difference(function: &ComponentFunc) -> Option<String> {
    let parameters: Vec<Type> = function.params().map(|(_, kind)| kind).collect();
    let results: Vec<Type> = function.results().collect();
    match (parameters.as_slice(), results.as_slice()) {
        ([change], [ruling]) if is_change(change) && is_ruling(ruling) => None,
        ([change], [_]) if is_change(change) => {
            Some("its result is not `ruling` of `sunmao:host/types`".to_owned())
        }
        _ => Some("its parameter is not `merge.change`".to_owned()),
    }
}

fn is_change(kind: &Type) -> bool {
    let Type::Record(record) = kind else { return false };
    let is_text = |kind: &Type, optional: bool| match kind {
        Type::Option(inner) => optional && inner.ty() == Type::String,
        kind => !optional && *kind == Type::String,
    };
    let fields: Vec<_> = record.fields().collect();
    fields.len() == CHANGE.len()
        && fields
            .iter()
            .zip(CHANGE)
            .all(|(field, (name, optional))| field.name == name && is_text(&field.ty, optional))
}

fn is_ruling(kind: &Type) -> bool {
    let Type::Variant(variant) = kind else {
        return false;
    };
    let cases: Vec<_> = variant.cases().collect();
    let carries = |kind: &Option<Type>, text: bool| match kind {
        Some(kind) => text && *kind == Type::String,
        None => !text,
    };
    cases.len() == RULING.len()
        && cases
            .iter()
            .zip(RULING)
            .all(|(case, (name, text))| case.name == name && carries(&case.ty, text))
}

/// A change as the component takes it.
pub fn parameter(change: &Change) -> Val {
    let values = [
        Val::String(change.flow.clone()),
        Val::String(change.kind.clone()),
        Val::String(
            change
                .record
                .get("id")
                .and_then(Value::to_text)
                .unwrap_or_default(),
        ),
        Val::String(change.field.clone()),
        json(&change.base),
        json(&change.hub),
        json(&change.erp),
        record(&change.record),
        record(&change.erp_record),
        time(change.hub_changed_at),
        time(change.erp_changed_at),
    ];
    let members = CHANGE.iter().zip(values);
    Val::Record(
        members
            .map(|((name, _), value)| ((*name).to_owned(), value))
            .collect(),
    )
}

/// A component's ruling.
///
/// # Errors
/// Its value is no JSON.
pub fn ruling(value: Val) -> Result<Ruling, ShapeMismatch> {
    let Val::Variant(case, carried) = value else {
        return Err(convert::mismatch("", "a ruling"));
    };
    Ok(match (case.as_str(), carried.map(|carried| *carried)) {
        ("erp", _) => Ruling::Erp,
        ("hub", _) => Ruling::Hub,
        ("newer", _) => Ruling::Newer,
        ("erp-unless-verified", _) => Ruling::ErpUnlessVerified,
        ("value", Some(Val::String(text))) => {
            let value = sunmao_catalogue::value_from_json(&text);
            Ruling::Value(value.map_err(|_| convert::mismatch("value", "JSON"))?)
        }
        _ => Ruling::Undecided,
    })
}

fn json(value: &Value) -> Val {
    // Values of ours have no form that JSON has not.
    Val::String(serde_json::to_string(value).unwrap_or_default())
}

fn record(record: &Record) -> Val {
    Val::String(serde_json::to_string(record).unwrap_or_default())
}

fn time(time: Option<Timestamp>) -> Val {
    Val::Option(time.map(|time| Box::new(Val::String(iso_milliseconds(time)))))
}
