//! One process owns the database: an advisory lock on a file beside it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::StoreError;

/// Held as long as it lives; the operating system lets go of it when the process dies.
pub(super) struct ProcessLock {
    _file: File,
}

impl ProcessLock {
    pub(super) fn acquire(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database);
        let failed = |error: std::io::Error| StoreError::Failed {
            path: path.clone(),
            phase: "locking",
            reason: error.to_string(),
            hint: "check that the folder exists and may be written to, and that its file system knows locks",
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse {
                    path: database.into(),
                    holder: holder(&path),
                });
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        file.set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()))
            .map_err(failed)?;
        Ok(Self { _file: file })
    }
}

fn beside(database: &Path) -> PathBuf {
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
