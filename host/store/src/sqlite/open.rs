//! Opening the file: folder, lock, schema, connections.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};

use super::disk::Disk;
use super::failure::Failure;
use super::lock::ProcessLock;
use super::presence::Presence;
use super::soundness::{self, Depth};
use super::writer::{Opened, Writer};
use super::{Sqlite, StoreError, place, process};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Readers beside the writer. Reads are short; a few connections keep a slow list from holding up a quick look-up.
const READERS: u32 = 4;

const OPENING: &str = "opening";

impl Sqlite {
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        let own = place::prepare(path)?;
        let path = own.as_path();
        let lock = ProcessLock::acquire(path)?;
        warn_of_little_room(path);
        let shared: Arc<Path> = path.into();
        let options = options(path);
        let mut connection = options
            .connect()
            .await
            .map_err(|error| Failure::from(error).at(path, OPENING))?;
        soundness::check(&mut connection, path, Depth::Pages).await?;
        migrate(&mut connection, path).await?;
        process::begin(&mut connection)
            .await
            .map_err(|failure| failure.at(path, OPENING))?;
        let presence = Arc::new(Presence::of(path));
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options.clone().pragma("query_only", "ON"));
        let opened = Opened {
            anchor: Some(connection),
            presence: presence.clone(),
            _lock: lock,
        };
        let writer = Writer::start(shared.clone(), options, opened);
        Ok(Self {
            path: shared,
            readers,
            presence,
            writer,
        })
    }
}

pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Only for other programs that look into the file: the lock keeps every other sunmao away.
        .busy_timeout(Duration::from_secs(2))
        // After a burst the log shrinks to this many bytes again.
        .pragma("journal_size_limit", "67108864")
        .disable_statement_logging()
}

pub(super) async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let Err(error) = MIGRATIONS.run(connection).await else {
        return Ok(());
    };
    let known = newest_schema();
    match error {
        MigrateError::VersionMissing(found) if found > known => Err(StoreError::NewerSchema {
            path: path.into(),
            found,
            known,
        }),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            Err(Failure::from(error).at(path, "bringing the schema up to date"))
        }
        error => Err(StoreError::Failed {
            path: path.into(),
            phase: "bringing the schema up to date",
            reason: error.to_string(),
            hint: "the file belongs to another build of sunmao: restore a backup, or move it away to begin anew",
        }),
    }
}

/// With less left than this the store soon takes nothing any more.
const LITTLE_ROOM: u64 = 64 * 1024 * 1024;

fn warn_of_little_room(path: &Path) {
    let disk = Disk::of(path);
    if disk.free().is_some_and(|free| free < LITTLE_ROOM) {
        tracing::warn!(
            %disk,
            hint = "free some space, or put the store elsewhere (store.path)",
            "the store's disk is nearly full"
        );
    }
}

/// The version of the schema that this program writes.
pub(super) fn newest_schema() -> i64 {
    let versions = MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
