//! What both sides changed and no rule decides: waits for a person.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{NewDelivery, RecordName, StoreError};

/// A conflict to note. Values are JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConflict {
    /// The link of the two records: `customer`.
    pub link: String,
    /// The hub's record.
    pub record: RecordName,
    /// The ERP's key, where one record is meant.
    pub erp_key: Option<i64>,
    /// The field.
    pub field: String,
    /// What both sides last agreed on.
    pub base: Option<String>,
    /// What the hub has.
    pub hub: Option<String>,
    /// What the ERP has.
    pub erp: Option<String>,
    /// Who changed the hub's value and when, in words.
    pub hub_changed: Option<String>,
    /// Who changed the ERP's value and when, in words.
    pub erp_changed: Option<String>,
    /// The flow that found it.
    pub flow: String,
    /// The keys of the ERP records that match, where several do.
    pub candidates: Vec<i64>,
}

/// A conflict as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Its number. Rises; never used again.
    pub id: i64,
    /// The link of the two records: `customer`.
    pub link: String,
    /// The hub's record.
    pub record: RecordName,
    /// The ERP's key, where one record is meant.
    pub erp_key: Option<i64>,
    /// The field.
    pub field: String,
    /// What both sides last agreed on, as JSON text like the two that follow.
    pub base: Option<String>,
    /// What the hub has.
    pub hub: Option<String>,
    /// What the ERP has.
    pub erp: Option<String>,
    /// Who changed the hub's value and when, in words.
    pub hub_changed: Option<String>,
    /// Who changed the ERP's value and when, in words.
    pub erp_changed: Option<String>,
    /// The flow that found it.
    pub flow: String,
    /// The keys of the ERP records that match, where several do.
    pub candidates: Vec<i64>,
    /// When it was noted, or opened anew.
    pub opened_at: Timestamp,
    /// What a person decided: `{"take":"hub"}`, `{"take":"erp"}` or `{"value":…}`, as JSON text.
    pub settlement: Option<String>,
    /// When that was decided.
    pub settled_at: Option<Timestamp>,
    /// When the two sides were found to differ no more.
    pub closed_at: Option<Timestamp>,
}

/// Fields of a record that differ no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedConflicts {
    /// The link of the two records.
    pub link: String,
    /// The hub's record.
    pub record: RecordName,
    /// The fields.
    pub fields: Vec<String>,
}

/// Where a conflict stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictState {
    /// Nobody decided yet.
    Open,
    /// Decided, and not carried out yet.
    Settled,
    /// The two sides differ no more.
    Closed,
}

/// Which conflicts are shown; all that is said has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConflictFilter {
    /// That stand there.
    pub state: Option<ConflictState>,
    /// Of this link.
    pub link: Option<String>,
    /// Of this record.
    pub record: Option<RecordName>,
}

/// Conflicts: of a link, a record and a field at most one is not closed.
#[async_trait]
pub trait Conflicts: Send + Sync {
    /// Keeps the conflicts, in one commit. One that is equal to the one kept stays as it is, settled or not; an open one
    /// with other values gets these; a settled one with other values is opened anew.
    async fn note(&self, found: Vec<NewConflict>, now: Timestamp) -> Result<(), StoreError>;

    /// The conflict of this number.
    async fn get(&self, id: i64) -> Result<Option<Conflict>, StoreError>;

    /// The conflicts after a number (`None`: from the first), by number.
    async fn list(
        &self,
        filter: ConflictFilter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Conflict>, StoreError>;

    /// How many there are.
    async fn count(&self, filter: ConflictFilter) -> Result<u64, StoreError>;

    /// The conflicts of a record that are not closed, by number.
    async fn of_record(&self, link: &str, record: &RecordName) -> Result<Vec<Conflict>, StoreError>;

    /// Keeps what a person decided, and enqueues what is to carry it out, in one commit. `None` if there is no such
    /// conflict or it is closed; one that was settled is settled anew.
    async fn settle(
        &self,
        id: i64,
        settlement: &str,
        wake: Vec<NewDelivery>,
        now: Timestamp,
    ) -> Result<Option<Conflict>, StoreError>;

    /// The fields differ no more.
    async fn close(&self, closed: ClosedConflicts, now: Timestamp) -> Result<(), StoreError>;
}
