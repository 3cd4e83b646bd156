//! The hub's contacts in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};

use super::Sqlite;
use super::accept::Accept;
use super::codec::time;
use crate::{Accepted, Contact, Contacts, NewContact, Route, StoreError};

const READING: &str = "reading contacts";

#[async_trait]
impl Contacts for Sqlite {
    async fn accept(
        &self,
        batch: Vec<NewContact>,
        routes: Vec<Route>,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, StoreError> {
        self.write(Accept { batch, routes, now }).await
    }

    async fn get(&self, id: &str) -> Result<Option<Contact>, StoreError> {
        self.read_one(
            READING,
            query("SELECT * FROM contacts WHERE id = ?1").bind(id),
            contact,
        )
        .await
    }

    async fn list(&self, after: Option<&str>, limit: u32) -> Result<Vec<Contact>, StoreError> {
        let query = query("SELECT * FROM contacts WHERE ?1 IS NULL OR id > ?1 ORDER BY id LIMIT ?2");
        self.read(READING, query.bind(after).bind(limit), contact).await
    }

    async fn count(&self) -> Result<u64, StoreError> {
        let query = query("SELECT COUNT(*) FROM contacts");
        Ok(self
            .read_one(READING, query, |row| row.try_get(0))
            .await?
            .unwrap_or(0))
    }
}

fn contact(row: &SqliteRow) -> Result<Contact, sqlx::Error> {
    Ok(Contact {
        id: row.try_get("id")?,
        body: row.try_get("body")?,
        revision: row.try_get("revision")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}
