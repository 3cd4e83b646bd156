//! Copies of the store: made while it is worked on, looked through, and put in its place.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;

use crate::StoreError;
use crate::sqlite::{backup, restore, soundness};

/// A copy that was opened and looked through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Copied {
    /// Where it lies.
    pub file: PathBuf,
    /// How large it is.
    pub bytes: u64,
    /// Records of all kinds that are there.
    pub records: u64,
    /// Deliveries that wait in it.
    pub waiting: u64,
    /// The number of the last change of a record.
    pub last_change: i64,
}

/// A store that was put in another one's place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// What it was made from.
    pub copy: Copied,
    /// The store.
    pub store: PathBuf,
    /// Where the one before it lies now; none if there was none.
    pub kept: Option<PathBuf>,
}

/// Copies a store as it is at this moment into a new file, which only this account may read, and looks the copy through.
/// The process that works on the store goes on meanwhile.
///
/// # Errors
/// There is no store, the file is there already or cannot be written, or the copy is not sound: then none is left behind.
pub async fn back_up(store: &Path, copy: &Path) -> Result<Copied, StoreError> {
    backup::back_up(store, copy).await
}

/// Opens a copy, changes nothing, and looks all of it through.
///
/// # Errors
/// It is no store, is damaged, or was written by a later Sunmao.
pub async fn look_through(copy: &Path) -> Result<Copied, StoreError> {
    soundness::look_through(copy).await
}

/// Puts a copy in the store's place, and keeps the store that was there beside it. The numbers of changes, deliveries and
/// audit rows go on far above those that were given, so that none is given twice.
///
/// # Errors
/// A process works on the store, or the copy is not sound; nothing was changed then. Or a file cannot be written.
pub async fn restore(copy: &Path, store: &Path, now: Timestamp) -> Result<Restored, StoreError> {
    restore::restore(copy, store, now).await
}
