//! What both sides changed and no rule decides.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sunmao_store::{Conflict as StoredConflict, ConflictState};
use utoipa::{IntoParams, ToSchema};

/// Which conflicts.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConflictQuery {
    /// Only those that stand there; those that are open if left out.
    pub state: Option<State>,
    /// Only those of this link.
    pub link: Option<String>,
    /// Only those of this record, such as `contact/c-1`.
    pub record: Option<String>,
    /// Those behind this number.
    pub after: Option<i64>,
    /// How many at most: 100 if left out, 1,000 at most.
    #[param(minimum = 0)]
    pub limit: Option<u32>,
}

/// Where a conflict stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = ConflictState)]
pub enum State {
    /// Waits for a person.
    Open,
    /// A person decided; the flow has not come by yet.
    Settled,
    /// Both sides agree.
    Closed,
}

/// Conflicts by number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConflictPage {
    /// The conflicts.
    pub items: Vec<Conflict>,
    /// How many of the kind there are in all.
    pub count: u64,
    /// The `after` of the next page; null on the last.
    pub next: Option<i64>,
}

/// One field on which a record and its record in the ERP do not agree, or a record that several of the ERP's may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Conflict {
    /// Its number.
    pub id: i64,
    /// Where it stands.
    pub state: State,
    /// The link's name.
    pub link: String,
    /// The flow that met it.
    pub flow: String,
    /// The record, such as `contact/c-1`.
    pub record: String,
    /// The record of the ERP.
    pub erp_key: Option<i64>,
    /// The field; empty where it is not known which record of the ERP is meant.
    pub field: String,
    /// What both sides last agreed on.
    pub base: Value,
    /// What the hub has.
    pub hub: Value,
    /// What the ERP has.
    pub erp: Value,
    /// Who changed it in the hub, and when.
    pub hub_changed: Option<String>,
    /// Who changed it in the ERP, and when.
    pub erp_changed: Option<String>,
    /// The keys of the ERP's records that may be meant.
    pub candidates: Vec<i64>,
    /// When it was met.
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// What a person decided.
    pub settlement: Option<Settlement>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
}

/// What a person decides: one of the two sides, or a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Settlement {
    /// What this side has.
    Take(Side),
    /// This value; where several records of the ERP may be meant, the key of the one that is.
    Value(Value),
}

/// One of the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The hub.
    Hub,
    /// The ERP.
    Erp,
}

impl From<State> for ConflictState {
    fn from(state: State) -> Self {
        match state {
            State::Open => ConflictState::Open,
            State::Settled => ConflictState::Settled,
            State::Closed => ConflictState::Closed,
        }
    }
}

impl From<StoredConflict> for Conflict {
    fn from(conflict: StoredConflict) -> Self {
        let state = match (conflict.closed_at, conflict.settled_at) {
            (Some(_), _) => State::Closed,
            (None, Some(_)) => State::Settled,
            (None, None) => State::Open,
        };
        let settlement = conflict.settlement.as_deref();
        Conflict {
            id: conflict.id,
            state,
            link: conflict.link,
            flow: conflict.flow,
            record: conflict.record.to_string(),
            erp_key: conflict.erp_key,
            field: conflict.field,
            base: value(conflict.base),
            hub: value(conflict.hub),
            erp: value(conflict.erp),
            hub_changed: conflict.hub_changed,
            erp_changed: conflict.erp_changed,
            candidates: conflict.candidates,
            opened_at: conflict.opened_at,
            settlement: settlement.and_then(|text| serde_json::from_str(text).ok()),
            settled_at: conflict.settled_at,
        }
    }
}

/// A value that is kept as JSON text; null where there is none.
fn value(text: Option<String>) -> Value {
    let text = text.unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}
