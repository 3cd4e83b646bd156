//! Who did what in the ERP, and how it went.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

use crate::{ChainAnchor, ChainLink, StoreError};

/// One call, as it is to be looked up afterwards. Secrets are redacted by the caller.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditRow {
    /// When the call began.
    pub at: Timestamp,
    /// The extension, or `cli`.
    pub actor: String,
    /// The actor's version.
    pub version: String,
    /// The operation's full name.
    pub operation: String,
    /// The vendor's menu id of the operation.
    pub menu_id: Option<String>,
    /// The record it was about.
    pub subject: Option<String>,
    /// `open`, `applied`, `read`, `refused`, `lost`, …
    pub outcome: String,
    /// The error's kind.
    pub error_kind: Option<String>,
    /// The ERP's own words.
    pub message: Option<String>,
    /// How long the call took, in microseconds.
    pub duration_micros: i64,
    /// How many requests went out for it.
    pub requests: i64,
    /// What was asked, JSON text.
    pub arguments: Option<String>,
}

impl AuditRow {
    /// The outcome of a write that went out, or is about to, and whose end is not known.
    pub const OPEN: &str = "open";
    /// The outcome of a row that stands for rows which are missing.
    pub const LOST: &str = "lost";
}

/// How a call that has a row already came to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEnd {
    /// As in [`AuditRow`].
    pub outcome: String,
    /// As in [`AuditRow`].
    pub error_kind: Option<String>,
    /// As in [`AuditRow`].
    pub message: Option<String>,
    /// As in [`AuditRow`].
    pub duration_micros: i64,
    /// As in [`AuditRow`].
    pub requests: i64,
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    /// Its number. Rises; never used again.
    pub sequence: i64,
    /// The row.
    pub row: AuditRow,
}

/// Which rows; an absent member matches all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// The actor.
    pub actor: Option<String>,
    /// The operation's full name.
    pub operation: Option<String>,
    /// The outcome.
    pub outcome: Option<String>,
    /// The record that it was about.
    pub subject: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

/// The audit log.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Writes the rows, in one commit.
    async fn append(&self, rows: Vec<AuditRow>) -> Result<(), StoreError>;

    /// Hands the row to the writer, which keeps it with its next commit, within a quarter of a second or so, and
    /// before the store is closed. Waits only while the writer is far behind. A crash loses what was not written
    /// yet: for reads, whose loss harms nobody, and the next [`Store::open`](crate::Store::open) leaves a row that says so.
    /// While the disk fails, the last 20,000 or so wait for better times; how many more there were is a row then.
    async fn append_later(&self, row: AuditRow) -> Result<(), StoreError>;

    /// With `after`: the rows that follow this number. Without: the last rows. Oldest first either way.
    async fn tail(
        &self,
        after: Option<i64>,
        limit: u32,
        filter: AuditFilter,
    ) -> Result<Vec<AuditEntry>, StoreError>;

    /// The links of the chain behind a place, in their order.
    async fn chain(&self, after: i64, limit: u32) -> Result<Vec<ChainLink>, StoreError>;

    /// Where the chain begins.
    async fn chain_anchor(&self) -> Result<ChainAnchor, StoreError>;

    /// Numbers of rows, a few of them, of which the chain says nothing.
    async fn rows_beside_the_chain(&self) -> Result<Vec<i64>, StoreError>;

    /// Forgets rows that began before a time, the oldest first and some at a time, as far as the chain holds without them: up
    /// to the first that is younger or under way. How many; none when there are no more.
    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError>;
}
