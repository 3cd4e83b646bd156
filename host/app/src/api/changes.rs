//! What changed, in the order in which it did.

use super::records::Body;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sunmao_store::{Occasion, StoredRecord};
use utoipa::{IntoParams, ToSchema};

/// Which changes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ChangeQuery {
    /// Those behind this number; from the first if left out.
    pub after: Option<i64>,
    /// Only those of records of this kind.
    pub kind: Option<String>,
    /// How many at most: 100 if left out, 1,000 at most. A stream has no end.
    #[param(minimum = 0)]
    pub limit: Option<u32>,
}

/// Changes, the oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ChangePage {
    /// The changes. A record stands here once, with its last change.
    pub items: Vec<Change>,
    /// The `after` for what comes later.
    pub next: i64,
}

/// The last change of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// The change's number; rises over all records.
    pub change: i64,
    /// What happened: `contact.saved`, `contact.deleted`.
    pub event: String,
    /// The record's kind.
    pub kind: String,
    /// The record's id.
    pub id: String,
    /// The revision of its body.
    pub revision: i64,
    /// Who changed it.
    pub origin: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    /// Its members; null where it was deleted.
    #[schema(value_type = Option<Object>)]
    pub body: Option<Body>,
}

impl From<StoredRecord> for Change {
    fn from(record: StoredRecord) -> Self {
        let occasion = match &record.body {
            Some(_) => Occasion::Saved,
            None => Occasion::Deleted,
        };
        Change {
            change: record.change,
            event: occasion.event(&record.name.kind),
            kind: record.name.kind,
            id: record.name.id,
            revision: record.revision,
            origin: record.origin,
            updated_at: record.updated_at,
            // Bodies are JSON objects of ours.
            body: record.body.and_then(|body| serde_json::from_str(&body).ok()),
        }
    }
}
