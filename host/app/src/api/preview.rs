//! What flows would do with records now.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sunmao_runtime::{Difference as Differs, Preview};
use utoipa::ToSchema;

/// Which records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewSelection {
    /// Their names, such as `contact/42`; 100 at most.
    pub records: Vec<String>,
}

/// What the flow would do, in the order in which the records were named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreviewPage {
    /// One a record.
    pub items: Vec<Previewed>,
}

/// What the flow would do with one record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Previewed {
    /// Its name.
    pub record: String,
    /// `skip`, `unchanged`, `link`, `create`, `update`, `file`, `undecided`, `wait`, `fail`, or `unknown`: an automation would be
    /// called.
    pub outcome: String,
    /// Why, where it would do nothing.
    pub reason: Option<String>,
    /// The operation it would write by, or the record of the hub that it would file.
    pub into: Option<String>,
    /// The ERP's key, where there is one.
    pub erp_key: Option<i64>,
    /// What would be another than it is.
    pub changes: Vec<Difference>,
    /// Fields that both sides changed, and a person would have to decide about.
    pub undecided: Vec<String>,
}

/// One field that would be another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// Its name.
    pub field: String,
    /// What it is now; null where it is empty, or nothing shows it.
    pub now: Value,
    /// What it would be.
    pub then: Value,
}

impl Previewed {
    /// What would become of a record.
    pub fn new(record: &str, preview: Preview) -> Self {
        let mut told = Previewed {
            record: record.to_owned(),
            outcome: String::new(),
            reason: None,
            into: None,
            erp_key: None,
            changes: Vec::new(),
            undecided: Vec::new(),
        };
        told.outcome = match preview {
            Preview::Skip { reason } => {
                told.reason = Some(reason);
                "skip"
            }
            Preview::Unchanged => "unchanged",
            Preview::Link { erp_key } => {
                told.erp_key = Some(erp_key);
                "link"
            }
            Preview::Write {
                operation,
                erp_key,
                changes,
                undecided,
            } => {
                told.into = Some(operation);
                told.erp_key = erp_key;
                told.changes = changes.into_iter().map(Difference::from).collect();
                told.undecided = undecided;
                if erp_key.is_some() { "update" } else { "create" }
            }
            Preview::File {
                record,
                changes,
                undecided,
            } => {
                told.into = Some(record);
                told.changes = changes.into_iter().map(Difference::from).collect();
                told.undecided = undecided;
                "file"
            }
            Preview::Undecided { fields } => {
                told.undecided = fields;
                "undecided"
            }
            Preview::Wait { reason } => {
                told.reason = Some(reason);
                "wait"
            }
            Preview::Fail { fault } => {
                told.reason = Some(fault.to_string());
                "fail"
            }
            Preview::Unknown => "unknown",
        }
        .to_owned();
        told
    }
}

impl From<Differs> for Difference {
    fn from(differs: Differs) -> Self {
        let json = |value| serde_json::to_value(value).unwrap_or_default();
        Difference {
            field: differs.field,
            now: json(differs.now),
            then: json(differs.then),
        }
    }
}
