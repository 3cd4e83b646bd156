//! From the database's errors to ours.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::Disk;
use super::place::io_failure;
use crate::StoreError;

/// Why a piece of work failed, before it is known which file and phase it belongs to.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// The database failed.
    Database(Arc<sqlx::Error>),
    /// The files are not what they were.
    Displaced {
        /// Which of them.
        file: PathBuf,
        /// What became of it.
        what: String,
    },
    /// The records do not allow it.
    Refused(StoreError),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Arc::new(error))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        sqlx::Error::Encode(Box::new(error)).into()
    }
}

impl Failure {
    /// The error as the caller gets it.
    pub(super) fn at(self, path: &Path, phase: &'static str) -> StoreError {
        let error = match self {
            Self::Refused(error) => return error,
            Self::Displaced { file, what } => {
                return StoreError::Displaced {
                    path: file,
                    phase,
                    what,
                };
            }
            Self::Database(error) => error,
        };
        if let sqlx::Error::Io(error) = &*error {
            return io_failure(path, phase, error);
        }
        if let Some(disk) = full_disk(&error, path) {
            return StoreError::DiskFull {
                path: path.into(),
                phase,
                disk: disk.to_string(),
            };
        }
        if matches!(*error, sqlx::Error::PoolClosed) {
            return StoreError::Closed {
                path: path.into(),
                phase,
            };
        }
        StoreError::Failed {
            path: path.into(),
            phase,
            reason: error.to_string(),
            hint: hint(&error),
        }
    }
}

/// What to do about a database error. The codes are SQLite's primary result codes.
fn hint(error: &sqlx::Error) -> &'static str {
    match code(error).map(|extended| extended & 0xff) {
        Some(5 | 6) => "another program writes to the file (a backup, a database browser): let it finish",
        Some(8) => "the file or its folder is read-only: give this account the right to write",
        Some(10) if code(error).is_some_and(|code| WRITING.contains(&code)) => {
            "the disk took nothing: a quota or a limit to the size of files (`ulimit -f`) of this account may be reached; \
             else check its health and the system's log"
        }
        Some(10) => "the disk failed to read or write: check its health and the system's log",
        Some(11 | 26) => {
            "the file is damaged or no SQLite database: put the last copy in its place (`sunmao restore FILE`), or move it away \
             to begin anew"
        }
        Some(14) => "the file cannot be opened: check that the folder exists and may be written to",
        _ => "the log has the details; what was accepted before is safe",
    }
}

/// What failed while a file was written or made longer (`SQLITE_IOERR_WRITE`, `_FSYNC`, `_DIR_FSYNC`, `_TRUNCATE`,
/// `_SHMSIZE`).
const WRITING: [i64; 5] = [778, 1034, 1290, 1546, 4874];

/// SQLite's extended result code.
fn code(error: &sqlx::Error) -> Option<i64> {
    error.as_database_error()?.code()?.parse().ok()
}

/// The disk, where it is what the database found full. It says so only of a write to the file; that its companions
/// found no room it calls an error of the disk, or a file that cannot be opened.
fn full_disk(error: &sqlx::Error, path: &Path) -> Option<Disk> {
    let code = code(error)?;
    let may_be_full = code & 0xff == 14 || WRITING.contains(&code);
    let disk = Disk::of(path);
    (code & 0xff == 13 || may_be_full && disk.is_full()).then_some(disk)
}
