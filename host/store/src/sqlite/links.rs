//! Links in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query};

use super::Sqlite;
use super::codec::{micros, time};
use super::failure::Failure;
use super::job::Write;
use crate::{Link, Links, NewLink, StoreError};

const READING: &str = "reading links";

#[async_trait]
impl Links for Sqlite {
    async fn get(&self, kind: &str, hub_id: &str) -> Result<Option<Link>, StoreError> {
        let query = query("SELECT * FROM links WHERE kind = ?1 AND hub_id = ?2");
        self.read_one(READING, query.bind(kind).bind(hub_id), link).await
    }

    async fn find_by_key(&self, kind: &str, erp_key: i64) -> Result<Option<Link>, StoreError> {
        let query = query("SELECT * FROM links WHERE kind = ?1 AND erp_key = ?2");
        self.read_one(READING, query.bind(kind).bind(erp_key), link).await
    }

    async fn put(&self, link: NewLink, now: Timestamp) -> Result<(), StoreError> {
        self.write(Put { link, now }).await
    }

    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<Link>, StoreError> {
        let query = query(
            "SELECT * FROM links WHERE kind = ?1 AND (?2 IS NULL OR hub_id > ?2) ORDER BY hub_id LIMIT ?3",
        );
        self.read(READING, query.bind(kind).bind(after).bind(limit), link)
            .await
    }
}

struct Put {
    link: NewLink,
    now: Timestamp,
}

impl Write for Put {
    type Output = ();
    const PHASE: &'static str = "linking";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        put(connection, &self.link, self.now).await
    }
}

/// Writes the link unless the ERP record belongs to another hub record.
pub(super) async fn put(
    connection: &mut SqliteConnection,
    link: &NewLink,
    now: Timestamp,
) -> Result<(), Failure> {
    let holder = query("SELECT hub_id FROM links WHERE kind = ?1 AND erp_key = ?2 AND hub_id <> ?3")
        .bind(&link.kind)
        .bind(link.erp_key)
        .bind(&link.hub_id)
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(holder) = holder {
        return Err(Failure::Refused(StoreError::LinkTaken {
            kind: link.kind.clone(),
            hub_id: link.hub_id.clone(),
            erp_key: link.erp_key,
            holder: holder.try_get("hub_id")?,
        }));
    }
    query(
        "INSERT INTO links (kind, hub_id, erp_key, number, linked_at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (kind, hub_id) DO UPDATE
         SET erp_key = excluded.erp_key, number = excluded.number, linked_at = excluded.linked_at",
    )
    .bind(&link.kind)
    .bind(&link.hub_id)
    .bind(link.erp_key)
    .bind(&link.number)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

fn link(row: &SqliteRow) -> Result<Link, sqlx::Error> {
    Ok(Link {
        kind: row.try_get("kind")?,
        hub_id: row.try_get("hub_id")?,
        erp_key: row.try_get("erp_key")?,
        number: row.try_get("number")?,
        linked_at: time(row, "linked_at")?,
    })
}
