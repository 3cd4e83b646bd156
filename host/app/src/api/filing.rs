//! Many records at once, a line each, and what became of the lines.

use super::errors::{MemberFault, Problem};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How lines are filed.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FilingQuery {
    /// Nothing is kept: the answer says what would become of the lines, and which members would change.
    pub dry: bool,
}

/// What became of the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FilingSummary {
    /// Lines read, empty ones not counted.
    pub lines: u64,
    /// Records that are on disk.
    pub accepted: u64,
    /// Those among them that differ from what was kept before.
    pub changed: u64,
    /// Those among the changed that were never there before.
    pub created: u64,
    /// Unsound lines.
    pub unsound: u64,
    /// The unsound lines by number, from 1, with every fault; the first 1,000 of them.
    pub rejected: Vec<RejectedLine>,
    /// With `dry` what would change of records that are there, by line; the first 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangedLine>,
    /// Why not all was filed that is sound, or nothing at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Problem>,
}

/// An unsound line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RejectedLine {
    /// Its number, from 1.
    pub line: u64,
    /// The id on it, as far as there is one.
    pub id: Option<String>,
    /// Everything that is wrong with it.
    pub faults: Vec<MemberFault>,
}

/// A line that changes a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedLine {
    /// Its number, from 1.
    pub line: u64,
    /// The record's id.
    pub id: String,
    /// The members that differ.
    pub members: Vec<String>,
}
