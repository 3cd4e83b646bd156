//! A field that both sides changed, as a script's `merge` sees it, and what it says of it.

use super::{record, value};
use crate::extension::Change;
use crate::merge::Ruling;
use rhai::{Dynamic, Map};
use sunmao_catalogue::{Record, Value};

const RULING: &str =
    "\"erp\", \"hub\", \"newer\", \"erp-unless-verified\", #{ value: … }, or () where nobody decides";

/// The change as a map: the field in snake_case, three values, both records, and when each side last changed.
pub fn change_to_script(change: &Change) -> Dynamic {
    let time = |time: Option<jiff::Timestamp>| time.map_or(Dynamic::UNIT, |time| time.to_string().into());
    let value = |value: &Value| value::to_script(value.clone());
    let record = |record: &Record| value::to_script(Value::from(record::in_snake_case(record)));
    Dynamic::from(Map::from_iter([
        ("flow".into(), change.flow.clone().into()),
        ("kind".into(), change.kind.clone().into()),
        ("field".into(), change.field.replace('-', "_").into()),
        ("base".into(), value(&change.base)),
        ("hub".into(), value(&change.hub)),
        ("erp".into(), value(&change.erp)),
        ("record".into(), record(&change.record)),
        ("erp_record".into(), record(&change.erp_record)),
        ("hub_changed_at".into(), time(change.hub_changed_at)),
        ("erp_changed_at".into(), time(change.erp_changed_at)),
    ]))
}

/// What the script says.
pub fn from_script(returned: &Dynamic) -> Result<Ruling, String> {
    if returned.is_unit() {
        return Ok(Ruling::Undecided);
    }
    if let Ok(word) = returned.as_immutable_string_ref() {
        return match word.as_str() {
            "erp" => Ok(Ruling::Erp),
            "hub" => Ok(Ruling::Hub),
            "newer" => Ok(Ruling::Newer),
            "erp-unless-verified" => Ok(Ruling::ErpUnlessVerified),
            other => Err(format!("expected {RULING}, not {other:?}")),
        };
    }
    let Ok(map) = returned.as_map_ref() else {
        return Err(format!("expected {RULING}, not {}", value::kind(returned)));
    };
    let chosen = map
        .get("value")
        .ok_or_else(|| format!("expected {RULING}; `value` is missing"))?;
    value::from_script(chosen).map(Ruling::Value)
}

#[cfg(test)]
mod tests;
