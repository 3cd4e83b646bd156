//! What the ERP's clients learn of an installation, kept in the store.

use crate::clock::Clock;
use async_trait::async_trait;
use std::fmt;
use std::sync::Arc;
use sunmao_erp_client::Learned;
use sunmao_store::Unshown;

/// One account's part of the store's table.
pub(crate) struct Kept {
    pub(crate) account: String,
    pub(crate) table: Arc<dyn Unshown>,
    pub(crate) clock: Clock,
}

#[async_trait]
impl Learned for Kept {
    async fn known(&self, operation: &str) -> Vec<String> {
        match self.table.of(&self.account, operation).await {
            Ok(fields) => fields.into_iter().map(|field| field.field).collect(),
            Err(error) => {
                tracing::warn!(%error, "which fields are never shown cannot be read: all are compared");
                Vec::new()
            }
        }
    }

    async fn note(&self, operation: &str, field: &str, _: &str) {
        let noted = self.table.note(&self.account, operation, field, self.clock.now());
        if let Err(error) = noted.await {
            tracing::warn!(%error, operation, field, "a field that is never shown could not be noted");
        }
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "what is learned of {}", self.account)
    }
}
