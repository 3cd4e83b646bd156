//! Extensions' keys in SQLite.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, query};

use super::Sqlite;
use super::failure::Failure;
use super::job::Write;
use crate::{PluginState, StateEntry, StoreError};

const READING: &str = "reading a plugin's keys";

#[async_trait]
impl PluginState for Sqlite {
    async fn get(&self, extension: &str, key: &str) -> Result<Option<StateEntry>, StoreError> {
        let query = query("SELECT value, revision FROM plugin_state WHERE extension = ?1 AND key = ?2");
        self.read_one(READING, query.bind(extension).bind(key), |row| {
            Ok(StateEntry {
                value: row.try_get("value")?,
                revision: row.try_get("revision")?,
            })
        })
        .await
    }

    async fn put(&self, extension: &str, key: &str, value: &str) -> Result<i64, StoreError> {
        self.write(Put {
            name: Name::new(extension, key),
            value: value.to_owned(),
        })
        .await
    }

    async fn compare_and_set(
        &self,
        extension: &str,
        key: &str,
        expected: Option<i64>,
        value: &str,
    ) -> Result<Option<i64>, StoreError> {
        self.write(CompareAndSet {
            name: Name::new(extension, key),
            expected,
            value: value.to_owned(),
        })
        .await
    }

    async fn delete(&self, extension: &str, key: &str) -> Result<bool, StoreError> {
        self.write(Delete {
            name: Name::new(extension, key),
        })
        .await
    }

    async fn keys(&self, extension: &str, prefix: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let query =
            query("SELECT key FROM plugin_state WHERE extension = ?1 AND key >= ?2 ORDER BY key LIMIT ?3");
        let query = query.bind(extension).bind(prefix).bind(limit);
        let keys: Vec<String> = self.read(READING, query, |row| row.try_get("key")).await?;
        // Sorted, those with the prefix follow it without a gap.
        Ok(keys
            .into_iter()
            .take_while(|key| key.starts_with(prefix))
            .collect())
    }
}

struct Name {
    extension: String,
    key: String,
}

impl Name {
    fn new(extension: &str, key: &str) -> Self {
        Self {
            extension: extension.to_owned(),
            key: key.to_owned(),
        }
    }
}

struct Put {
    name: Name,
    value: String,
}

impl Write for Put {
    type Output = i64;
    const PHASE: &'static str = "writing a plugin's key";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<i64, Failure> {
        let revision = sqlx::query_scalar(
            "INSERT OR REPLACE INTO plugin_state (extension, key, value) VALUES (?1, ?2, ?3) RETURNING revision",
        )
        .bind(&self.name.extension)
        .bind(&self.name.key)
        .bind(&self.value)
        .fetch_one(connection)
        .await?;
        Ok(revision)
    }
}

struct CompareAndSet {
    name: Name,
    expected: Option<i64>,
    value: String,
}

impl Write for CompareAndSet {
    type Output = Option<i64>;
    const PHASE: &'static str = "writing a plugin's key";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Option<i64>, Failure> {
        let revision = sqlx::query_scalar(
            "INSERT OR REPLACE INTO plugin_state (extension, key, value)
             SELECT ?1, ?2, ?3
             WHERE (SELECT revision FROM plugin_state WHERE extension = ?1 AND key = ?2) IS ?4
             RETURNING revision",
        )
        .bind(&self.name.extension)
        .bind(&self.name.key)
        .bind(&self.value)
        .bind(self.expected)
        .fetch_optional(connection)
        .await?;
        Ok(revision)
    }
}

struct Delete {
    name: Name,
}

impl Write for Delete {
    type Output = bool;
    const PHASE: &'static str = "deleting a plugin's key";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<bool, Failure> {
        let deleted = query("DELETE FROM plugin_state WHERE extension = ?1 AND key = ?2")
            .bind(&self.name.extension)
            .bind(&self.name.key)
            .execute(connection)
            .await?;
        Ok(deleted.rows_affected() > 0)
    }
}
