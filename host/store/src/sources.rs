//! Which rows of the ERP a record of the hub is made of.

use async_trait::async_trait;

use crate::{RecordName, StoreError};

/// That a flow makes a record of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The flow's target.
    pub flow: String,
    /// The row: `erp.products/3`.
    pub row: RecordName,
    /// What it goes into: `product/erp-3`.
    pub record: RecordName,
}

/// Rows and the records that flows make of them: each flow one of each row. [`Deliveries::complete`](crate::Deliveries::complete)
/// writes them.
#[async_trait]
pub trait Sources: Send + Sync {
    /// What a record is made of, by flow and row.
    async fn of(&self, record: &RecordName) -> Result<Vec<Source>, StoreError>;
}
