//! A copy in the store's place.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions, Connection, query};

use super::failure::Failure;
use super::lock::ProcessLock;
use super::open::{migrate, options};
use super::place::{self, COMPANIONS, io_failure};
use super::{audit, private, soundness};
use crate::{Restored, StoreError};

const PHASE: &str = "restoring";

/// Numbers go on so far above those of the copy. The store that is lost gave some that are not known here, and whoever
/// follows changes, takes webhooks or reads the audit log must never meet one of them again.
const GAP: i64 = 1_000_000_000;

pub(crate) async fn restore(copy: &Path, store: &Path, now: Timestamp) -> Result<Restored, StoreError> {
    let copied = soundness::look_through(copy).await?;
    let store = place::prepare(store)?;
    let _lock = ProcessLock::acquire(&store)?;
    let failed = |error: io::Error| io_failure(&store, PHASE, &error);
    let next = private::beside(&store, ".restoring");
    let mut file = private::create_anew(&next).map_err(failed)?;
    File::open(copy)
        .and_then(|mut copy| io::copy(&mut copy, &mut file))
        .map_err(failed)?;
    drop(file);
    begin_anew(&next, copy, now).await?;
    File::open(&next)
        .and_then(|file| file.sync_all())
        .map_err(failed)?;
    let kept = put_aside(&store, now).await.map_err(failed)?;
    fs::rename(&next, &store).map_err(failed)?;
    private::sync_folder(&store).map_err(failed)?;
    Ok(Restored {
        copy: copied,
        store,
        kept,
    })
}

/// Brings the copy to the present schema and moves its numbers on.
async fn begin_anew(next: &Path, copy: &Path, now: Timestamp) -> Result<(), StoreError> {
    let failed = |failure: Failure| failure.at(next, PHASE);
    let mut connection = options(next)
        .connect()
        .await
        .map_err(|error| failed(error.into()))?;
    migrate(&mut connection, next).await?;
    move_on(&mut connection, copy, now).await.map_err(failed)?;
    connection.close().await.map_err(|error| failed(error.into()))
}

async fn move_on(connection: &mut SqliteConnection, copy: &Path, now: Timestamp) -> Result<(), Failure> {
    let mut transaction = connection.begin().await?;
    query("UPDATE record_changes SET last = last + ?1")
        .bind(GAP)
        .execute(&mut *transaction)
        .await?;
    // Of tables that were empty the copy holds no number.
    query(
        "INSERT INTO sqlite_sequence (name, seq)
         SELECT name, 0 FROM sqlite_schema
         WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)",
    )
    .execute(&mut *transaction)
    .await?;
    query("UPDATE sqlite_sequence SET seq = seq + ?1")
        .bind(GAP)
        .execute(&mut *transaction)
        .await?;
    query("UPDATE process SET is_running = FALSE")
        .execute(&mut *transaction)
        .await?;
    let words = format!(
        "restored from {}: what was written after that copy was made is not known here",
        copy.display()
    );
    audit::insert(&mut transaction, &[audit::gap(now, words)]).await?;
    Ok(transaction.commit().await?)
}

/// Gives the store another name, with its log where it has one that nobody could put away. Until the copy is in its place
/// the store keeps its own name as well: whoever starts meanwhile finds a store with two names, which is refused, and never
/// none, which would begin anew.
async fn put_aside(store: &Path, now: Timestamp) -> io::Result<Option<PathBuf>> {
    if fs::metadata(store)?.len() == 0 {
        return Ok(None);
    }
    if let Ok(connection) = options(store).connect().await {
        // The last one that closes puts the log away; of a damaged one it stays.
        let _ = connection.close().await;
    }
    let kept = private::beside(store, &format!(".before-{}", now.strftime("%Y%m%dT%H%M%SZ")));
    fs::hard_link(store, &kept)?;
    for companion in COMPANIONS {
        match fs::rename(
            private::beside(store, companion),
            private::beside(&kept, companion),
        ) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(Some(kept))
}
