//! Extensions' own durable keys.

use async_trait::async_trait;

use crate::StoreError;

/// A key's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateEntry {
    /// The value, whatever text the extension wrote.
    pub value: String,
    /// Rises with every write of the key, also across a deletion. Not gapless.
    pub revision: i64,
}

/// How much an extension may keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateRoom {
    /// Most keys.
    pub keys: u64,
    /// Most bytes of all keys and values together.
    pub bytes: u64,
}

/// Durable keys, each extension's for itself.
///
/// A write that would leave the extension with more than its room is refused ([`StoreError::StateFull`]) and changes
/// nothing; one that makes it smaller never is.
#[async_trait]
pub trait PluginState: Send + Sync {
    /// The value of a key.
    async fn get(&self, extension: &str, key: &str) -> Result<Option<StateEntry>, StoreError>;

    /// Writes whatever was there before. Returns the new revision.
    async fn put(&self, extension: &str, key: &str, value: &str, room: StateRoom) -> Result<i64, StoreError>;

    /// Writes only if the key is still at `expected` (`None`: absent). Returns the new revision, or `None` if another
    /// write came first.
    async fn compare_and_set(
        &self,
        extension: &str,
        key: &str,
        expected: Option<i64>,
        value: &str,
        room: StateRoom,
    ) -> Result<Option<i64>, StoreError>;

    /// Deletes the key. Returns whether it was there.
    async fn delete(&self, extension: &str, key: &str) -> Result<bool, StoreError>;

    /// The keys that begin with `prefix`, sorted by code point.
    async fn keys(&self, extension: &str, prefix: &str, limit: u32) -> Result<Vec<String>, StoreError>;
}
