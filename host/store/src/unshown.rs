//! Fields that an installation never shows as they were written.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::StoreError;

/// A field as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnshownField {
    /// The ERP account.
    pub account: String,
    /// The write's full name.
    pub operation: String,
    /// The field's English name.
    pub field: String,
    /// How often it was noticed.
    pub times: i64,
    /// When it was first noticed.
    pub first_at: Timestamp,
}

/// What was learned of installations.
#[async_trait]
pub trait Unshown: Send + Sync {
    /// Notes that the field was shown otherwise than it was written. Whether that was not known before.
    async fn note(
        &self,
        account: &str,
        operation: &str,
        field: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// The fields of a write that are known.
    async fn of(&self, account: &str, operation: &str) -> Result<Vec<UnshownField>, StoreError>;

    /// All that is known, by account, operation and field.
    async fn list(&self) -> Result<Vec<UnshownField>, StoreError>;
}
