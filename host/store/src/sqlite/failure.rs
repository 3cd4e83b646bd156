//! From the database's errors to ours.

use std::path::Path;
use std::sync::Arc;

use crate::StoreError;

/// Why a piece of work failed, before it is known which file and phase it belongs to.
#[derive(Debug, Clone)]
pub(super) enum Failure {
    /// The database failed.
    Database(Arc<sqlx::Error>),
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
            Self::Database(error) => error,
        };
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
    let code = error
        .as_database_error()
        .and_then(|error| error.code())
        .and_then(|code| code.parse::<i64>().ok())
        .map(|extended| extended & 0xff);
    match code {
        Some(5 | 6) => "another program writes to the file (a backup, a database browser): let it finish",
        Some(8) => "the file or its folder is read-only: give this account the right to write",
        Some(10) => "the disk failed to read or write: check its health and the system's log",
        Some(11 | 26) => {
            "the file is damaged or no SQLite database: restore a backup, or move it away to begin anew"
        }
        Some(13) => "the disk is full: free some space; what was accepted before is safe",
        Some(14) => "the file cannot be opened: check that the folder exists and may be written to",
        _ => "the log has the details; what was accepted before is safe",
    }
}
