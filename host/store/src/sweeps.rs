//! Sweeps over lists of the ERP: how far one has come, what it knows of the rows, and which of them are gone.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::StoreError;

/// A sweep under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepRun {
    /// When it began.
    pub began_at: Timestamp,
    /// The page it goes on with.
    pub page: u32,
    /// Rows in all, as the last page said.
    pub total: u64,
    /// Rows that came.
    pub rows: u64,
    /// Those among them that had changed.
    pub changed: u64,
}

/// What a page brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SweptPage {
    /// The page to go on with.
    pub next: u32,
    /// Rows in all, as it said.
    pub total: u64,
    /// The keys of its rows.
    pub keys: Vec<String>,
    /// Key and fingerprint of the rows that have changed and are kept by now.
    pub changed: Vec<(String, String)>,
}

/// Where sweeps stand. A sweep's `name` is that of its flow and of the list it reads.
#[async_trait]
pub trait Sweeps: Send + Sync {
    /// The sweep under way, or a new one.
    async fn begin(&self, name: &str, now: Timestamp) -> Result<SweepRun, StoreError>;

    /// The sweep under way.
    async fn under_way(&self, name: &str) -> Result<Option<SweepRun>, StoreError>;

    /// The keys that came in the sweep under way.
    async fn seen(&self, name: &str) -> Result<Vec<String>, StoreError>;

    /// The fingerprints of the rows with these keys, as far as they were seen before.
    async fn fingerprints(&self, name: &str, keys: &[String]) -> Result<HashMap<String, String>, StoreError>;

    /// Keeps what a page of the sweep under way brought, in one commit.
    async fn take(&self, name: &str, page: SweptPage, now: Timestamp) -> Result<(), StoreError>;

    /// Keeps rows that were seen outside of a sweep: key and fingerprint.
    async fn note(&self, name: &str, seen: Vec<(String, String)>, now: Timestamp) -> Result<(), StoreError>;

    /// When it last looked at the row with this key and took what the ERP said of it: by a whole sweep that did not miss it, by
    /// itself, or with a change. None before the first whole sweep, where it was never seen.
    async fn seen_at(&self, name: &str, key: &str) -> Result<Option<Timestamp>, StoreError>;

    /// Counts that a row was looked for by itself and is not there. Says how often in a row it was missed by now; 0 for one
    /// that is not known.
    async fn miss(&self, name: &str, key: &str) -> Result<u32, StoreError>;

    /// Keys that neither the sweep under way nor the whole one before it has seen, so many at most.
    async fn gone(&self, name: &str, limit: u32) -> Result<Vec<String>, StoreError>;

    /// Forgets the rows with these keys.
    async fn forget(&self, name: &str, keys: Vec<String>) -> Result<(), StoreError>;

    /// Ends the sweep under way, which has seen the whole list. Says how many of the rows that it knows it has missed.
    async fn finish(&self, name: &str) -> Result<u64, StoreError>;

    /// Ends the sweep under way, which has not seen the whole list: what it did not see may be there.
    async fn abandon(&self, name: &str) -> Result<(), StoreError>;

    /// How many rows it knows.
    async fn known(&self, name: &str) -> Result<u64, StoreError>;
}
