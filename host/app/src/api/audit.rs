//! Who did what in the ERP.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sunmao_store::{AuditEntry, ChainReport};
use utoipa::{IntoParams, ToSchema};

/// Which rows.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// The rows behind this number. Without it: the last rows.
    pub after: Option<i64>,
    /// How many at most: 100 if left out, 1,000 at most.
    #[param(minimum = 0)]
    pub limit: Option<u32>,
    /// Only those of this actor.
    pub actor: Option<String>,
    /// Only those of this operation.
    pub operation: Option<String>,
    /// Only those that ended, or stand, this way.
    pub outcome: Option<String>,
    /// Only those about this record, such as `contact/42`.
    pub subject: Option<String>,
    /// Not before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
    /// Before.
    #[param(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
}

/// What has to be on the chain.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChainQuery {
    /// A link that was written down earlier, as `POSITION:DIGEST`.
    pub known: Option<String>,
}

/// Whether the log is what it was when it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Chain {
    /// Rows that were forgotten because they were old.
    pub forgotten: i64,
    /// Links that were looked at.
    pub links: u64,
    /// Writes without an end: under way, or left behind by a host that was killed.
    pub without_end: u64,
    /// The place of the last link that holds.
    pub position: i64,
    /// Its digest, in hexadecimal digits. Written down where the host cannot write, it shows later that nothing was cut off.
    pub digest: String,
    /// The first thing that does not hold.
    pub broken: Option<Broken>,
}

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Broken {
    /// The place.
    pub position: i64,
    /// The number of the row; 0 where it is no single one.
    pub sequence: i64,
    /// What is wrong.
    pub message: String,
}

impl From<ChainReport> for Chain {
    fn from(report: ChainReport) -> Self {
        Chain {
            forgotten: report.anchor.forgotten,
            links: report.links,
            without_end: report.without_end,
            position: report.head.0,
            digest: report.head.1,
            broken: report.broken.map(|broken| Broken {
                position: broken.position,
                sequence: broken.sequence,
                message: broken.words,
            }),
        }
    }
}

/// Rows of the log, the oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The rows.
    pub items: Vec<AuditRow>,
    /// The `after` for what comes later.
    pub next: Option<i64>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditRow {
    /// When the call began.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who called.
    pub actor: String,
    /// The caller's version.
    pub version: String,
    /// The operation's full name.
    pub operation: String,
    /// The vendor's menu id of the operation.
    pub menu_id: Option<String>,
    /// The record it was about.
    pub subject: Option<String>,
    /// How it ended, or stands: `open`, `read`, `applied`, `refused`, `unknown`, `failed`, `denied`, `lost`.
    pub outcome: String,
    /// The fault's kind.
    pub error_kind: Option<String>,
    /// The ERP's own words.
    pub message: Option<String>,
    /// How long the call took, in microseconds.
    pub duration_micros: i64,
    /// How many requests went out for it.
    pub requests: i64,
    /// What was asked, by wire name, without secrets and personal data.
    #[schema(value_type = Option<Object>)]
    pub arguments: Option<Map<String, Value>>,
    /// The row's number. Rises; never used again.
    pub sequence: i64,
}

impl AuditRow {
    /// Whether the end of the row is still to come. One that an earlier process left open says so, and stays.
    pub fn is_under_way(&self) -> bool {
        self.outcome == sunmao_store::AuditRow::OPEN && self.message.is_none()
    }
}

impl From<AuditEntry> for AuditRow {
    fn from(AuditEntry { sequence, row }: AuditEntry) -> Self {
        let arguments = row.arguments.as_deref();
        AuditRow {
            at: row.at,
            actor: row.actor,
            version: row.version,
            operation: row.operation,
            menu_id: row.menu_id,
            subject: row.subject,
            outcome: row.outcome,
            error_kind: row.error_kind,
            message: row.message,
            duration_micros: row.duration_micros,
            requests: row.requests,
            arguments: arguments.and_then(|text| serde_json::from_str(text).ok()),
            sequence,
        }
    }
}
