//! Conflicts: what a person settled, what there is to note, and what is over. A dispute is one, whichever flow meets it:
//! the flows of a link call its field by different names, so across flows it is known by its two values.

use super::{Disputed, Verdict};
use serde::{Deserialize, Serialize};
use sunmao_catalogue::{Record, RecordKind, Value};
use sunmao_store::Conflict;

/// What a person decided about a conflict, as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Settlement {
    /// The value of one side.
    Take(Side),
    /// Another value for both.
    Value(Value),
}

/// One of the two sides of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The hub.
    Hub,
    /// The ERP.
    Erp,
}

/// What a person decided about a field with exactly these values. It holds while it is carried out too: each side has
/// its value of the conflict or, already, the one that was decided on.
pub fn settled(conflicts: &[Conflict], disputed: &Disputed) -> Option<Verdict> {
    let own = conflicts.iter().find(|conflict| conflict.field == disputed.field);
    let of_others = conflicts
        .iter()
        .filter(|conflict| own.is_none() && conflict.candidates.is_empty());
    let mut candidates = own.into_iter().chain(of_others);
    candidates.find_map(|conflict| verdict(conflict, disputed))
}

/// The undecided fields that no other flow has noted.
pub fn to_note(flow: &str, undecided: Vec<Disputed>, known: &[Conflict]) -> Vec<Disputed> {
    let mut undecided = undecided;
    undecided.retain(|disputed| !is_noted_by_another(flow, disputed, known));
    undecided
}

/// The fields of conflicts that are over although the flow that noted them has not looked again: this flow noted it and
/// another one has noted it too, or one of the sides has another value by now. `hub` is the hub's body, `row` the ERP's
/// record by the names of its object.
pub fn outdated(
    flow: &str,
    undecided: &[Disputed],
    known: &[Conflict],
    kind: &RecordKind,
    hub: &Record,
    row: &Record,
) -> Vec<String> {
    let is_over = |conflict: &&Conflict| {
        if !conflict.candidates.is_empty() {
            return false;
        }
        if conflict.flow == flow {
            let mut own = undecided
                .iter()
                .filter(|disputed| disputed.field == conflict.field);
            return own.any(|disputed| is_noted_by_another(flow, disputed, known));
        }
        // What is still disputed in these values is still that conflict, whatever this flow calls it.
        if undecided.iter().any(|disputed| is_over_same(conflict, disputed)) {
            return false;
        }
        let own = kind
            .field(&conflict.field)
            .map(|field| hub.get(&field.snake_name()));
        let hub_moved =
            own.is_some_and(|own| !is_written(conflict.hub.as_deref(), own.unwrap_or(&Value::Null)));
        let shown = row
            .iter()
            .find(|(name, _)| name.replace('-', "_") == conflict.field.replace('-', "_"));
        hub_moved || shown.is_some_and(|(_, shown)| !is_written(conflict.erp.as_deref(), shown))
    };
    let over = known.iter().filter(is_over);
    over.map(|conflict| conflict.field.clone()).collect()
}

impl Settlement {
    /// As it is kept.
    pub fn read(text: &str) -> Option<Settlement> {
        serde_json::from_str(text).ok()
    }

    /// As it is kept.
    pub fn write(&self) -> String {
        // A plain value cannot fail to be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn verdict(conflict: &Conflict, disputed: &Disputed) -> Option<Verdict> {
    let settlement = Settlement::read(conflict.settlement.as_deref()?)?;
    let (hub, erp) = (conflict.hub.as_deref(), conflict.erp.as_deref());
    let decided = match &settlement {
        Settlement::Take(Side::Hub) => hub.map(str::to_owned),
        Settlement::Take(Side::Erp) => erp.map(str::to_owned),
        Settlement::Value(value) => serde_json::to_string(value).ok(),
    };
    let stands =
        |own: Option<&str>, value: &Value| is_written(own, value) || is_written(decided.as_deref(), value);
    if !stands(hub, &disputed.hub) || !stands(erp, &disputed.erp) {
        return None;
    }
    Some(match settlement {
        Settlement::Take(Side::Hub) => match is_written(hub, &disputed.hub) {
            true => Verdict::Hub,
            false => Verdict::Erp,
        },
        Settlement::Take(Side::Erp) => match is_written(erp, &disputed.erp) {
            true => Verdict::Erp,
            false => Verdict::Hub,
        },
        Settlement::Value(value) => Verdict::Value(value),
    })
}

fn is_noted_by_another(flow: &str, disputed: &Disputed, known: &[Conflict]) -> bool {
    let mut others = known.iter().filter(|conflict| conflict.flow != flow);
    others.any(|conflict| is_over_same(conflict, disputed))
}

fn is_over_same(conflict: &Conflict, disputed: &Disputed) -> bool {
    conflict.candidates.is_empty()
        && is_written(conflict.hub.as_deref(), &disputed.hub)
        && is_written(conflict.erp.as_deref(), &disputed.erp)
}

/// Whether a value is the one that a conflict keeps, as far as white space and the kind of a number go.
fn is_written(kept: Option<&str>, value: &Value) -> bool {
    let kept: Value = kept
        .and_then(|kept| serde_json::from_str(kept).ok())
        .unwrap_or_default();
    let words = |value: &Value| {
        let text = value.to_text()?;
        Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    kept == *value || words(&kept).is_some_and(|kept| words(value) == Some(kept))
}

#[cfg(test)]
mod tests;
