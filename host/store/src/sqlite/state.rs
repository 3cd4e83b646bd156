//! Extensions' keys in SQLite.

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, query};

use super::Sqlite;
use super::failure::Failure;
use super::job::Write;
use crate::{PluginState, StateEntry, StateRoom, StoreError};

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

    async fn put(&self, extension: &str, key: &str, value: &str, room: StateRoom) -> Result<i64, StoreError> {
        self.write(Put {
            name: Name::new(extension, key),
            value: value.to_owned(),
            room,
        })
        .await
    }

    async fn compare_and_set(
        &self,
        extension: &str,
        key: &str,
        expected: Option<i64>,
        value: &str,
        room: StateRoom,
    ) -> Result<Option<i64>, StoreError> {
        self.write(CompareAndSet {
            name: Name::new(extension, key),
            expected,
            value: value.to_owned(),
            room,
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
    room: StateRoom,
}

impl Write for Put {
    type Output = i64;
    const PHASE: &'static str = "writing a plugin's key";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<i64, Failure> {
        make_room(connection, &self.name, Some(&self.value), self.room).await?;
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
    room: StateRoom,
}

impl Write for CompareAndSet {
    type Output = Option<i64>;
    const PHASE: &'static str = "writing a plugin's key";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Option<i64>, Failure> {
        let present: Option<i64> =
            sqlx::query_scalar("SELECT revision FROM plugin_state WHERE extension = ?1 AND key = ?2")
                .bind(&self.name.extension)
                .bind(&self.name.key)
                .fetch_optional(&mut *connection)
                .await?;
        if present != self.expected {
            return Ok(None);
        }
        let put = Put {
            name: Name::new(&self.name.extension, &self.name.key),
            value: self.value.clone(),
            room: self.room,
        };
        put.apply(connection).await.map(Some)
    }
}

struct Delete {
    name: Name,
}

impl Write for Delete {
    type Output = bool;
    const PHASE: &'static str = "deleting a plugin's key";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<bool, Failure> {
        let all = StateRoom {
            keys: u64::MAX,
            bytes: u64::MAX,
        };
        make_room(connection, &self.name, None, all).await?;
        let deleted = query("DELETE FROM plugin_state WHERE extension = ?1 AND key = ?2")
            .bind(&self.name.extension)
            .bind(&self.name.key)
            .execute(connection)
            .await?;
        Ok(deleted.rows_affected() > 0)
    }
}

/// Notes how much the extension keeps once the key has this value, or none; refuses more than its room.
async fn make_room(
    connection: &mut SqliteConnection,
    name: &Name,
    value: Option<&str>,
    room: StateRoom,
) -> Result<(), Failure> {
    let before: Option<i64> =
        sqlx::query_scalar("SELECT octet_length(value) FROM plugin_state WHERE extension = ?1 AND key = ?2")
            .bind(&name.extension)
            .bind(&name.key)
            .fetch_optional(&mut *connection)
            .await?;
    let entry = |value: i64| size(name.key.len()).saturating_add(value);
    let after = value.map(|value| size(value.len()));
    let keys = i64::from(after.is_some()) - i64::from(before.is_some());
    let bytes = after.map_or(0, entry) - before.map_or(0, entry);
    let row = query(
        "INSERT INTO plugin_state_sizes (extension, keys, bytes) VALUES (?1, ?2, ?3)
         ON CONFLICT (extension) DO UPDATE SET keys = keys + excluded.keys, bytes = bytes + excluded.bytes
         RETURNING keys, bytes",
    )
    .bind(&name.extension)
    .bind(keys)
    .bind(bytes)
    .fetch_one(connection)
    .await?;
    let count =
        |column| Ok::<_, sqlx::Error>(u64::try_from(row.try_get::<i64, _>(column)?).unwrap_or_default());
    let (all_keys, all_bytes) = (count("keys")?, count("bytes")?);
    if (keys > 0 && all_keys > room.keys) || (bytes > 0 && all_bytes > room.bytes) {
        return Err(Failure::from(StoreError::StateFull {
            extension: name.extension.clone(),
            keys: all_keys,
            bytes: all_bytes,
            room,
        }));
    }
    Ok(())
}

fn size(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
