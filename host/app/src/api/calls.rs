//! What is asked of the ERP on the spot.

use super::records::Body;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Arguments of an operation by their English names; wire names are taken as well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Object)]
pub struct Arguments(pub Body);

/// What the ERP answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    /// The operation's full name.
    pub operation: String,
    /// The answer under English names, as the operation declares it.
    pub result: Value,
}
