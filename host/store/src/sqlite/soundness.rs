//! Whether a file is a store, and whole.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection, query_as, query_scalar};

use super::failure::Failure;
use super::open::newest_schema;
use super::place::io_failure;
use crate::{Copied, StoreError};

/// Most faults that are told.
const FAULTS: usize = 20;

const PHASE: &str = "looking it through";

/// How thoroughly.
pub(super) enum Depth {
    /// Every page, without the order of indexes: about a second for each gigabyte.
    Pages,
    /// Indexes against their tables, too.
    All,
}

/// Looks the whole file through for damage.
pub(super) async fn check(
    connection: &mut SqliteConnection,
    path: &Path,
    depth: Depth,
) -> Result<(), StoreError> {
    let pragma = match depth {
        Depth::Pages => "PRAGMA quick_check(20)",
        Depth::All => "PRAGMA integrity_check(20)",
    };
    let told: Result<Vec<String>, sqlx::Error> = query_scalar(pragma).fetch_all(connection).await;
    let mut faults = told.map_err(|error| Failure::from(error).at(path, PHASE))?;
    faults.retain(|fault| fault != "ok");
    faults.truncate(FAULTS);
    match faults.is_empty() {
        true => Ok(()),
        false => Err(StoreError::Damaged {
            path: path.into(),
            faults,
        }),
    }
}

/// Opens a copy without changing it.
pub(crate) async fn look_through(copy: &Path) -> Result<Copied, StoreError> {
    let found = std::fs::metadata(copy).map_err(|error| io_failure(copy, PHASE, &error))?;
    if has_a_log(copy) {
        return Err(StoreError::Failed {
            path: copy.into(),
            phase: PHASE,
            reason: "a log lies beside it (-wal): it is a file that a process works on, or was copied as one"
                .to_owned(),
            hint: "make copies with `sunmao backup`, which takes what is in the log along",
        });
    }
    let options = SqliteConnectOptions::new()
        .filename(copy)
        .create_if_missing(false)
        .read_only(true)
        .immutable(true)
        .disable_statement_logging();
    let failed = |error: sqlx::Error| Failure::from(error).at(copy, PHASE);
    let mut connection = options.connect().await.map_err(failed)?;
    check(&mut connection, copy, Depth::All).await?;
    let version: Option<i64> = query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut connection)
        .await
        .map_err(|error| no_store(copy, &error))?;
    let (found_version, known) = (version.unwrap_or_default(), newest_schema());
    if found_version > known {
        return Err(StoreError::NewerSchema {
            path: copy.into(),
            found: found_version,
            known,
        });
    }
    let counts: (i64, i64, i64) = query_as(
        "SELECT (SELECT count(*) FROM records WHERE body IS NOT NULL),
                (SELECT count(*) FROM deliveries WHERE state IN ('pending', 'leased')),
                (SELECT last FROM record_changes WHERE id = 1)",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(|error| no_store(copy, &error))?;
    connection.close().await.map_err(failed)?;
    Ok(Copied {
        file: copy.into(),
        bytes: found.len(),
        records: u64::try_from(counts.0).unwrap_or_default(),
        waiting: u64::try_from(counts.1).unwrap_or_default(),
        last_change: counts.2,
    })
}

fn has_a_log(copy: &Path) -> bool {
    let mut log = copy.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}

fn no_store(copy: &Path, error: &sqlx::Error) -> StoreError {
    StoreError::Failed {
        path: copy.into(),
        phase: PHASE,
        reason: format!("it is no store of sunmao: {error}"),
        hint: "name a file that `sunmao backup` has written",
    }
}
