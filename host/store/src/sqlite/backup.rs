//! A copy of the store as it is at one moment, made beside the process that works on it.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, query};

use super::failure::Failure;
use super::place::io_failure;
use super::{private, soundness};
use crate::{Copied, StoreError};

const PHASE: &str = "copying";

/// Under another name until it is whole: a copy that was cut short is never taken for one.
pub(crate) async fn back_up(store: &Path, copy: &Path) -> Result<Copied, StoreError> {
    if copy.exists() {
        return Err(StoreError::Failed {
            path: copy.into(),
            phase: PHASE,
            reason: "it is there already".to_owned(),
            hint: "name another file: no copy is written over another one",
        });
    }
    let partial = private::beside(copy, ".partial");
    let copied = copy_into(store, &partial).await;
    if copied.is_err() {
        // Best effort: what is left of it is written over the next time.
        let _ = fs::remove_file(&partial);
    }
    let copied = copied?;
    let failed = |error: io::Error| io_failure(copy, PHASE, &error);
    fs::rename(&partial, copy).map_err(failed)?;
    private::sync_folder(copy).map_err(failed)?;
    Ok(Copied {
        file: copy.into(),
        ..copied
    })
}

async fn copy_into(store: &Path, partial: &Path) -> Result<Copied, StoreError> {
    fs::metadata(store).map_err(|error| io_failure(store, PHASE, &error))?;
    let failed = |error: io::Error| io_failure(partial, PHASE, &error);
    if let Some(folder) = partial.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::create_folder(folder).map_err(failed)?;
    }
    private::create_anew(partial).map_err(failed)?;
    let options = SqliteConnectOptions::new()
        .filename(store)
        .create_if_missing(false)
        .busy_timeout(Duration::from_secs(10))
        .disable_statement_logging();
    let unreadable = |error: sqlx::Error| Failure::from(error).at(store, PHASE);
    let mut connection = options.connect().await.map_err(unreadable)?;
    let copied = query("VACUUM INTO ?1")
        .bind(partial.to_string_lossy())
        .execute(&mut connection)
        .await;
    // The disk that is full is the copy's.
    copied.map_err(|error| Failure::from(error).at(partial, PHASE))?;
    connection.close().await.map_err(unreadable)?;
    File::open(partial)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    soundness::look_through(partial).await
}
