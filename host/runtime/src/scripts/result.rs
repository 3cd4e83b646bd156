//! What a role's function returned, read strictly: a value of another kind is an error that says what was expected.

use super::value;
use crate::extension::{Decision, Event};
use rhai::{Dynamic, Map};

const NO_REASON: &str = "not admitted; the script gives no reason";
const DECISION: &str = "true, false, the reason to skip as text, or #{ admit: false, reason: \"…\" }";

/// What `judge` decided.
pub fn decision(returned: &Dynamic) -> Result<Decision, String> {
    if let Ok(admitted) = returned.as_bool() {
        return Ok(judged(admitted, String::new()));
    }
    if let Ok(reason) = returned.as_immutable_string_ref() {
        return Ok(judged(false, reason.to_string()));
    }
    let Ok(map) = returned.as_map_ref() else {
        return Err(format!("expected {DECISION}, not {}", value::kind(returned)));
    };
    let admitted = map.get("admit").and_then(|admitted| admitted.as_bool().ok());
    let admitted = admitted
        .ok_or_else(|| format!("expected {DECISION}; `admit` is missing or neither true nor false"))?;
    let reason = map.get("reason").cloned().unwrap_or_default();
    match reason.is_unit() {
        true => Ok(judged(admitted, String::new())),
        false => {
            let kind = value::kind(&reason);
            let reason = reason
                .into_string()
                .map_err(|_| format!("expected `reason` as text, not {kind}"))?;
            Ok(judged(admitted, reason))
        }
    }
}

fn judged(admitted: bool, reason: String) -> Decision {
    match (admitted, reason.trim()) {
        (true, _) => Decision::Admit,
        (false, "") => Decision::Skip(NO_REASON.to_owned()),
        (false, _) => Decision::Skip(reason),
    }
}

/// An event for `handle`. A payload that is JSON is read; any other is text.
pub fn event_for_script(event: &Event) -> Map {
    let payload = value::from_json(&event.payload).unwrap_or_else(|_| event.payload.clone().into());
    Map::from_iter([
        ("id".into(), i64::try_from(event.id).unwrap_or(i64::MAX).into()),
        ("name".into(), event.name.clone().into()),
        ("key".into(), event.key.clone().into()),
        ("payload".into(), payload),
        ("attempt".into(), i64::from(event.attempt).into()),
    ])
}
