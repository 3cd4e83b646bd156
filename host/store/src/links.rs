//! Which hub record is which ERP record, and what both last agreed on.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::{RecordName, StoreError};

/// A link to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// `customer`, `contract`, …
    pub link: String,
    /// The hub's record.
    pub record: RecordName,
    /// The ERP's key (`ord`).
    pub erp_key: i64,
    /// The ERP's number, for people.
    pub number: String,
    /// What both sides agreed on, as JSON text. `None` keeps what is there, unless that is of another ERP record.
    pub agreed: Option<String>,
}

/// A link as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// `customer`, `contract`, …
    pub link: String,
    /// The hub's record.
    pub record: RecordName,
    /// The ERP's key (`ord`).
    pub erp_key: i64,
    /// The ERP's number, for people.
    pub number: String,
    /// What both sides last agreed on, as JSON text.
    pub agreed: Option<String>,
    /// When it was last written.
    pub linked_at: Timestamp,
}

/// Links between hub records and ERP records: in each link, one of either belongs to at most one of the other.
#[async_trait]
pub trait Links: Send + Sync {
    /// The link of a hub record.
    async fn get(&self, link: &str, record: &RecordName) -> Result<Option<Link>, StoreError>;

    /// Those of these hub records that are linked, in no particular order.
    async fn get_many(&self, link: &str, records: &[RecordName]) -> Result<Vec<Link>, StoreError>;

    /// The link of an ERP record.
    async fn find_by_key(&self, link: &str, erp_key: i64) -> Result<Option<Link>, StoreError>;

    /// Links the hub record, in place of the link it had. Fails with [`StoreError::LinkTaken`] if the ERP record
    /// belongs to another.
    async fn put(&self, link: NewLink, now: Timestamp) -> Result<(), StoreError>;

    /// The links of a name after a record (`None`: from the first), by record.
    async fn list(&self, link: &str, after: Option<&RecordName>, limit: u32)
    -> Result<Vec<Link>, StoreError>;
}
