//! Links in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query};

use super::Sqlite;
use super::codec::{micros, time};
use super::failure::Failure;
use super::job::Write;
use super::records::name;
use crate::{Link, Links, NewLink, RecordName, StoreError};

const READING: &str = "reading links";

#[async_trait]
impl Links for Sqlite {
    async fn get(&self, link: &str, record: &RecordName) -> Result<Option<Link>, StoreError> {
        let query = query("SELECT * FROM links WHERE link = ?1 AND kind = ?2 AND id = ?3");
        let query = query.bind(link).bind(&record.kind).bind(&record.id);
        self.read_one(READING, query, kept).await
    }

    async fn get_many(&self, link: &str, records: &[RecordName]) -> Result<Vec<Link>, StoreError> {
        let query = query(
            "SELECT * FROM links
             WHERE link = ?1 AND (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2))",
        );
        self.read(READING, query.bind(link).bind(self.pairs(records)?), kept)
            .await
    }

    async fn find_by_key(&self, link: &str, erp_key: i64) -> Result<Option<Link>, StoreError> {
        let query = query("SELECT * FROM links WHERE link = ?1 AND erp_key = ?2");
        self.read_one(READING, query.bind(link).bind(erp_key), kept).await
    }

    async fn put(&self, link: NewLink, now: Timestamp) -> Result<(), StoreError> {
        self.write(Put { link, now }).await
    }

    async fn list(
        &self,
        link: &str,
        after: Option<&RecordName>,
        limit: u32,
    ) -> Result<Vec<Link>, StoreError> {
        let query = query(
            "SELECT * FROM links WHERE link = ?1 AND (kind, id) > (COALESCE(?2, ''), COALESCE(?3, '')) ORDER BY kind, id LIMIT ?4",
        );
        let query = query
            .bind(link)
            .bind(after.map(|name| &name.kind))
            .bind(after.map(|name| &name.id));
        self.read(READING, query.bind(limit), kept).await
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
    let holder =
        query("SELECT kind, id FROM links WHERE link = ?1 AND erp_key = ?2 AND (kind, id) <> (?3, ?4)")
            .bind(&link.link)
            .bind(link.erp_key)
            .bind(&link.record.kind)
            .bind(&link.record.id)
            .fetch_optional(&mut *connection)
            .await?;
    if let Some(holder) = holder {
        return Err(Failure::Refused(StoreError::LinkTaken {
            link: link.link.clone(),
            record: Box::new(link.record.clone()),
            erp_key: link.erp_key,
            holder: Box::new(name(&holder)?),
        }));
    }
    // What was agreed with another ERP record says nothing of this one.
    query(
        "INSERT INTO links (link, kind, id, erp_key, number, agreed, linked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (link, kind, id) DO UPDATE
         SET agreed = COALESCE(excluded.agreed, CASE WHEN erp_key = excluded.erp_key THEN agreed END),
             erp_key = excluded.erp_key, number = excluded.number, linked_at = excluded.linked_at",
    )
    .bind(&link.link)
    .bind(&link.record.kind)
    .bind(&link.record.id)
    .bind(link.erp_key)
    .bind(&link.number)
    .bind(&link.agreed)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// What was agreed on must not be written over by who has not seen it.
pub(super) async fn unchanged_since(
    connection: &mut SqliteConnection,
    link: &NewLink,
    agreed_before: Option<&str>,
) -> Result<(), Failure> {
    if link.agreed.is_none() {
        return Ok(());
    }
    let row = query("SELECT agreed FROM links WHERE link = ?1 AND kind = ?2 AND id = ?3")
        .bind(&link.link)
        .bind(&link.record.kind)
        .bind(&link.record.id)
        .fetch_optional(connection)
        .await?;
    let agreed: Option<String> = match row {
        Some(row) => row.try_get("agreed")?,
        None => None,
    };
    if agreed.as_deref() == agreed_before {
        return Ok(());
    }
    Err(Failure::Refused(StoreError::LinkChanged {
        link: link.link.clone(),
        record: Box::new(link.record.clone()),
    }))
}

fn kept(row: &SqliteRow) -> Result<Link, sqlx::Error> {
    Ok(Link {
        link: row.try_get("link")?,
        record: name(row)?,
        erp_key: row.try_get("erp_key")?,
        number: row.try_get("number")?,
        agreed: row.try_get("agreed")?,
        linked_at: time(row, "linked_at")?,
    })
}
