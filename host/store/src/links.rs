//! Which hub record is which ERP record.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::StoreError;

/// A link to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// `customer`, `contract`, …
    pub kind: String,
    /// The hub's id.
    pub hub_id: String,
    /// The ERP's key (`ord`).
    pub erp_key: i64,
    /// The ERP's number, for people.
    pub number: String,
}

/// A link as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `customer`, `contract`, …
    pub kind: String,
    /// The hub's id.
    pub hub_id: String,
    /// The ERP's key (`ord`).
    pub erp_key: i64,
    /// The ERP's number, for people.
    pub number: String,
    /// When it was last written.
    pub linked_at: Timestamp,
}

/// Links between hub records and ERP records: in each kind, one of either belongs to at most one of the other.
#[async_trait]
pub trait Links: Send + Sync {
    /// The link of a hub record.
    async fn get(&self, kind: &str, hub_id: &str) -> Result<Option<Link>, StoreError>;

    /// The link of an ERP record.
    async fn find_by_key(&self, kind: &str, erp_key: i64) -> Result<Option<Link>, StoreError>;

    /// Links the hub record, in place of the link it had. Fails with [`StoreError::LinkTaken`] if the ERP record
    /// belongs to another.
    async fn put(&self, link: NewLink, now: Timestamp) -> Result<(), StoreError>;

    /// The links of a kind after a hub id (`None`: from the first), by hub id.
    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<Link>, StoreError>;
}
