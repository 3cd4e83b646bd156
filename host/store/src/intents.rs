//! What is about to be written to the ERP, on disk before it goes out.

use std::fmt;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{AuditEnd, AuditRow, DeliveryId, StoreError};

/// An intent's number. Rises; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentId(pub i64);

impl fmt::Display for IntentId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A write that is about to go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIntent {
    /// The delivery that asks for it; its intents are forgotten with it.
    pub delivery: Option<DeliveryId>,
    /// The same for every repetition of this write, and for no other.
    pub idempotency_key: String,
    /// The operation's full name.
    pub operation: String,
    /// The record it is about, the delivery's key: finds earlier writes for the same record.
    pub subject: String,
    /// The key that the ERP reserved for the record, if one is known.
    pub reserved_key: Option<i64>,
    /// A hash of what goes out.
    pub payload_hash: String,
    /// What goes out, as JSON.
    pub payload: String,
    /// Who writes: an extension, or `cli`.
    pub extension: String,
    /// Its version.
    pub extension_version: String,
}

/// How far a write got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IntentOutcome {
    /// Begun; it may have gone out, if the process died.
    Open,
    /// The ERP took it.
    Applied,
    /// The ERP refused it: nothing was changed.
    Refused,
    /// It went out and nobody saw the answer: to be looked up, never repeated blindly.
    Unknown,
}

/// An intent as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Its number.
    pub id: IntentId,
    /// What was to be written; `reserved_key`, `payload_hash` and `payload` as of the last attempt.
    pub write: NewIntent,
    /// What earlier attempts have sent that was something else, since one was last applied, the oldest first; of many,
    /// the first and the newest.
    pub sent_before: Vec<String>,
    /// How far it got.
    pub outcome: IntentOutcome,
    /// What the ERP said, or whatever helps to look it up.
    pub detail: Option<String>,
    /// How often it was begun.
    pub attempts: i64,
    /// When it was first begun.
    pub begun_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An attempt at a write, with its row in the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The intent.
    pub intent: IntentId,
    /// Which attempt at it.
    pub attempt: i64,
    /// The row's number.
    pub row: i64,
}

/// What beginning found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Nobody tried before: the write may go out.
    Fresh(Opened),
    /// It was begun before, and nothing was changed now: decide by its outcome.
    Known(Box<Intent>),
}

/// Writes that went out or were about to.
#[async_trait]
pub trait Intents: Send + Sync {
    /// Keeps the intent and begins its audit row, in one commit, unless one with its idempotency key is there.
    async fn begin(&self, intent: NewIntent, row: AuditRow, now: Timestamp) -> Result<Begun, StoreError>;

    /// Opens a known intent for another attempt, which has an audit row of its own, in one commit. The payload may have
    /// changed, and so may the reserved key; without one the intent keeps what it has.
    async fn reopen(
        &self,
        id: IntentId,
        payload_hash: &str,
        payload: &str,
        reserved_key: Option<i64>,
        row: AuditRow,
        now: Timestamp,
    ) -> Result<Opened, StoreError>;

    /// Keeps how an attempt ended and ends its audit row, in one commit. An intent that was opened again since, or
    /// forgotten with its delivery, stays as it is: the row is the attempt's alone.
    async fn finish(
        &self,
        opened: Opened,
        outcome: IntentOutcome,
        end: AuditEnd,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Keeps what is known of the write by now, where that is more than its last attempt saw.
    async fn resolve(
        &self,
        id: IntentId,
        outcome: IntentOutcome,
        detail: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// The intent with this idempotency key.
    async fn find(&self, idempotency_key: &str) -> Result<Option<Intent>, StoreError>;

    /// The intents of a delivery, oldest first.
    async fn of_delivery(&self, delivery: DeliveryId) -> Result<Vec<Intent>, StoreError>;

    /// The intents about a record, newest first.
    async fn of_subject(&self, subject: &str, limit: u32) -> Result<Vec<Intent>, StoreError>;

    /// The intents of an operation on a reserved key, newest first: whoever wrote or meant to write that record.
    async fn of_reserved_key(
        &self,
        operation: &str,
        reserved_key: i64,
        limit: u32,
    ) -> Result<Vec<Intent>, StoreError>;

    /// The intents after a number (`None`: from the first) that are open or of unknown outcome, oldest first.
    async fn unresolved(&self, after: Option<IntentId>, limit: u32) -> Result<Vec<Intent>, StoreError>;
}
