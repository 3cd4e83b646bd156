//! The store as the rest of the program holds it.

use std::path::Path;
use std::sync::Arc;

use crate::sqlite::Sqlite;
use crate::{
    AuditLog, Conflicts, Deliveries, Intents, Links, PluginState, Records, Schedules, Sources, StoreError,
    Sweeps, Unshown,
};

/// Every table behind its trait. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    /// Records of every kind.
    pub records: Arc<dyn Records>,
    /// The work queue.
    pub deliveries: Arc<dyn Deliveries>,
    /// Hub records and ERP records.
    pub links: Arc<dyn Links>,
    /// What waits for a person to decide.
    pub conflicts: Arc<dyn Conflicts>,
    /// Fields that installations never show as written.
    pub unshown: Arc<dyn Unshown>,
    /// Writes that went out or were about to.
    pub intents: Arc<dyn Intents>,
    /// The audit log.
    pub audit: Arc<dyn AuditLog>,
    /// Extensions' own keys.
    pub state: Arc<dyn PluginState>,
    /// Fires, and paused flows.
    pub schedules: Arc<dyn Schedules>,
    /// Sweeps over lists of the ERP.
    pub sweeps: Arc<dyn Sweeps>,
    /// Which rows of the ERP records are made of.
    pub sources: Arc<dyn Sources>,
    sqlite: Arc<Sqlite>,
}

impl Store {
    /// Opens the SQLite file, which is created with its folder if absent and brought to the present schema if older.
    ///
    /// One process owns a file, whatever the name it came by: a second one gets [`StoreError::InUse`]. What an earlier
    /// process had leased is due at once. Where it was not closed, the audit log gets a row that says so, and rows it
    /// left open a message that says why.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let sqlite = Arc::new(Sqlite::open(path).await?);
        Ok(Self {
            records: sqlite.clone(),
            deliveries: sqlite.clone(),
            links: sqlite.clone(),
            conflicts: sqlite.clone(),
            unshown: sqlite.clone(),
            intents: sqlite.clone(),
            audit: sqlite.clone(),
            state: sqlite.clone(),
            schedules: sqlite.clone(),
            sweeps: sqlite.clone(),
            sources: sqlite.clone(),
            sqlite,
        })
    }

    /// Whether what is written now would be kept: the writer opens a transaction, in which nothing is changed, and the
    /// files are those that were opened. The caller decides how long it waits.
    ///
    /// # Errors
    /// The file cannot be written to or is gone, or the writer has ended.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.sqlite.check().await
    }

    /// Finishes what was asked for, writes what is still held back, and lets go of the file. Later calls, also on
    /// clones, fail with [`StoreError::Closed`].
    ///
    /// A store that is dropped instead lets go of the file a moment later.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.sqlite.close().await
    }

    /// How many transactions were committed since it was opened.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.sqlite.commits()
    }

    /// How many transactions failed since it was opened because of the database or the disk: while it does not rise, what
    /// failed has other reasons.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.sqlite.failures()
    }
}
