//! One process owns the database: an advisory lock on a file beside it, which says who it is, and on the database itself,
//! which has no other name to go by.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::place::io_failure;
use crate::StoreError;

const LOCKING: &str = "locking";

/// Held as long as it lives; the operating system lets go of it when the process dies.
pub(super) struct ProcessLock {
    _beside: File,
    _database: Option<File>,
}

impl ProcessLock {
    pub(super) fn acquire(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database);
        let failed = |error: std::io::Error| io_failure(&path, LOCKING, &error);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        let in_use = |holder: String| StoreError::InUse {
            path: database.into(),
            holder,
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(in_use(holder(&path))),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let own = lock_itself(database).map_err(|error| match error {
            TryLockError::WouldBlock => in_use("another process".to_owned()),
            TryLockError::Error(error) => io_failure(database, LOCKING, &error),
        })?;
        file.set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(failed)?;
        Ok(Self {
            _beside: file,
            _database: own,
        })
    }
}

/// Locks the database itself: whoever comes by another name, or after the file beside it was deleted, is kept out as
/// well. Only where such a lock and those that SQLite takes do not see each other.
#[cfg(target_os = "linux")]
fn lock_itself(database: &Path) -> Result<Option<File>, TryLockError> {
    let file = File::open(database).map_err(TryLockError::Error)?;
    match file.try_lock() {
        // A file system without them has the lock beside.
        Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => Ok(None),
        locked => locked.map(|()| Some(file)),
    }
}

#[cfg(not(target_os = "linux"))]
fn lock_itself(_database: &Path) -> Result<Option<File>, TryLockError> {
    Ok(None)
}

/// The file beside the database.
pub(super) fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Who holds the lock. Only for people, so an unreadable file is no error.
fn holder(lock: &Path) -> String {
    match std::fs::read_to_string(lock) {
        Ok(id) if !id.trim().is_empty() => format!("process {}", id.trim()),
        _ => "another process".to_owned(),
    }
}
