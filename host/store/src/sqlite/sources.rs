//! Sources of records in SQLite.

use async_trait::async_trait;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query};

use super::Sqlite;
use super::failure::Failure;
use crate::{RecordName, Source, Sources, StoreError};

#[async_trait]
impl Sources for Sqlite {
    async fn of(&self, record: &RecordName) -> Result<Vec<Source>, StoreError> {
        let query =
            query("SELECT * FROM sources WHERE kind = ?1 AND id = ?2 ORDER BY flow, row_kind, row_id");
        let query = query.bind(&record.kind).bind(&record.id);
        self.read("reading what a record is made of", query, source).await
    }
}

fn source(row: &SqliteRow) -> Result<Source, sqlx::Error> {
    let name = |kind: &str, id: &str| {
        Ok::<_, sqlx::Error>(RecordName::new(
            row.try_get::<String, _>(kind)?,
            row.try_get::<String, _>(id)?,
        ))
    };
    Ok(Source {
        flow: row.try_get("flow")?,
        row: name("row_kind", "row_id")?,
        record: name("kind", "id")?,
    })
}

/// Notes what a row went into; nothing is written where that is known.
pub(super) async fn note(connection: &mut SqliteConnection, source: &Source) -> Result<(), Failure> {
    query(
        "INSERT INTO sources (flow, row_kind, row_id, kind, id) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (flow, row_kind, row_id) DO UPDATE SET kind = excluded.kind, id = excluded.id
         WHERE (sources.kind, sources.id) <> (excluded.kind, excluded.id)",
    )
    .bind(&source.flow)
    .bind(&source.row.kind)
    .bind(&source.row.id)
    .bind(&source.record.kind)
    .bind(&source.record.id)
    .execute(connection)
    .await?;
    Ok(())
}
