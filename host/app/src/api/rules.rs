//! What a member of a record is beside its value.

use super::word;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use sunmao_catalogue::MemberRules;
use utoipa::ToSchema;

/// What a member of a record is beside its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rules {
    /// The formula that it is computed by, whatever is filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<String>,
    /// The hub gives this and the record's id where nobody files a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<String>,
    /// The states behind each state; one that is not named is the last.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schema(value_type = BTreeMap<String, Vec<String>>)]
    pub transitions: IndexMap<String, Vec<String>>,
    /// The states in which it does not change any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fixed_in: Vec<String>,
    /// The states in which a record has to have it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_in: Vec<String>,
    /// How records are looked up by it: `number`, `phone`, `name`, `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<String>,
}

impl From<&MemberRules> for Rules {
    fn from(rules: &MemberRules) -> Self {
        Rules {
            computed: rules.computed.as_ref().map(ToString::to_string),
            assigned: rules.assigned.clone(),
            transitions: rules.transitions.clone(),
            fixed_in: rules.fixed_in.clone(),
            required_in: rules.required_in.clone(),
            lookup: rules.lookup.as_ref().map(word),
        }
    }
}

impl From<Rules> for MemberRules {
    /// What this version does not know is no rule that it keeps.
    fn from(rules: Rules) -> Self {
        MemberRules {
            computed: rules.computed.and_then(|formula| formula.parse().ok()),
            assigned: rules.assigned,
            transitions: rules.transitions,
            fixed_in: rules.fixed_in,
            required_in: rules.required_in,
            lookup: rules
                .lookup
                .and_then(|form| serde_json::from_value(form.into()).ok()),
        }
    }
}
