//! Opening the file: folder, lock, schema, connections.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, query};

use super::failure::Failure;
use super::lock::ProcessLock;
use super::writer::Writer;
use super::{Sqlite, StoreError};

static MIGRATIONS: Migrator = sqlx::migrate!();

/// Readers beside the writer. Reads are short; a few connections keep a slow list from holding up a quick look-up.
const READERS: u32 = 4;

const OPENING: &str = "opening";

impl Sqlite {
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        create_private(path).map_err(|error| StoreError::Failed {
            path: path.into(),
            phase: OPENING,
            reason: error.to_string(),
            hint: "check that the folder may be created and written to by this account",
        })?;
        let lock = ProcessLock::acquire(path)?;
        let shared: Arc<Path> = path.into();
        let options = options(path);
        let mut connection = options
            .connect()
            .await
            .map_err(|error| Failure::from(error).at(path, OPENING))?;
        migrate(&mut connection, path).await?;
        end_leases(&mut connection)
            .await
            .map_err(|error| Failure::from(error).at(path, OPENING))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options.clone().pragma("query_only", "ON"));
        let writer = Writer::start(shared.clone(), options, connection, lock);
        Ok(Self {
            path: shared,
            readers,
            writer,
        })
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
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

/// Creates the folder and the file. Contacts are people's data, so only this account may read the file; SQLite gives
/// its companions the same rights.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

async fn migrate(connection: &mut SqliteConnection, path: &Path) -> Result<(), StoreError> {
    let Err(error) = MIGRATIONS.run(connection).await else {
        return Ok(());
    };
    let known = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
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

/// The lock says that no other process works on the file, so the workers that held leases are gone.
async fn end_leases(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    query("UPDATE deliveries SET due_at = 0 WHERE state = 'leased'")
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
