//! Why a request is refused.

use serde::{Deserialize, Serialize};
use sunmao_catalogue::FieldFault;
use utoipa::ToSchema;

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    /// Why.
    pub error: Problem,
}

/// What happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: `invalid`, `not-found`, `conflict`, `refused`, `unavailable`, or the kind of an ERP call's
    /// fault.
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What to do; empty where the message says it.
    #[serde(default)]
    pub hint: String,
    /// Everything that is wrong, member by member.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<MemberFault>,
}

/// What is wrong with a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberFault {
    /// The member, nested as `lines[2].price`; empty for the whole.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
    /// What to do; left out where the message says it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

impl From<&FieldFault> for MemberFault {
    fn from(fault: &FieldFault) -> Self {
        MemberFault {
            field: fault.field.clone(),
            message: fault.message.clone(),
            hint: fault.hint.clone(),
        }
    }
}
