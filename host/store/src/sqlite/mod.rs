//! The store on one SQLite file: a writer that groups commits, and a few readers beside it.

mod accept;
mod audit;
mod audit_chain;
mod awaited;
pub(crate) mod backup;
mod check;
mod codec;
mod conflicts;
mod deliveries;
mod discard;
mod disk;
mod enqueue;
mod failure;
pub(crate) mod figures;
mod finish;
mod held;
mod identities;
mod intents;
mod job;
mod keep;
mod lease;
mod links;
mod lock;
mod open;
mod place;
mod presence;
mod private;
mod process;
mod records;
mod replays;
pub(crate) mod restore;
mod schedules;
pub(crate) mod soundness;
mod sources;
mod standing;
mod state;
mod sweeps;
mod times;
mod unshown;
mod upkeep;
mod verdict;
mod writer;

use std::path::Path;
use std::sync::Arc;

use sqlx::sqlite::{SqlitePool, SqliteRow};

use crate::StoreError;
use check::Check;
use failure::Failure;
use job::Write;
use presence::Presence;
use writer::Writer;

/// The SQLite backend; it implements every trait of the crate.
pub(crate) struct Sqlite {
    path: Arc<Path>,
    readers: SqlitePool,
    presence: Arc<Presence>,
    writer: Writer,
}

impl Sqlite {
    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        // The readers go first: the writer's connection is then the last one, and SQLite tidies its log away.
        self.readers.close().await;
        self.writer.close().await
    }

    pub(crate) fn commits(&self) -> u64 {
        self.writer.commits()
    }

    pub(crate) fn failures(&self) -> u64 {
        self.writer.failures()
    }

    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.write(Check).await
    }

    async fn write<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        self.writer.run(write).await
    }

    /// Reads rows and turns each into a record.
    async fn read<T>(
        &self,
        phase: &'static str,
        query: sqlx::query::Query<'_, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>,
        record: fn(&SqliteRow) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, StoreError> {
        // A closed store says that it is closed; its log is rightly gone.
        if !self.readers.is_closed() {
            let presence = self.presence.check();
            presence.map_err(|failure| failure.at(&self.path, phase))?;
        }
        let rows = query.fetch_all(&self.readers).await;
        rows.and_then(|rows| rows.iter().map(record).collect())
            .map_err(|error| Failure::from(error).at(&self.path, phase))
    }

    /// Reads the one row there can be.
    async fn read_one<T>(
        &self,
        phase: &'static str,
        query: sqlx::query::Query<'_, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>,
        record: fn(&SqliteRow) -> Result<T, sqlx::Error>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.read(phase, query, record).await?.pop())
    }
}
