//! Sweeps in SQLite.

use std::collections::HashMap;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query, query_scalar};

use super::Sqlite;
use super::codec::{list, micros, time};
use super::failure::Failure;
use super::job::Write;
use crate::{StoreError, SweepRun, Sweeps, SweptPage};

const READING: &str = "reading a sweep";

#[async_trait]
impl Sweeps for Sqlite {
    async fn begin(&self, name: &str, now: Timestamp) -> Result<SweepRun, StoreError> {
        let name = name.to_owned();
        self.write(Begin { name, now }).await
    }

    async fn under_way(&self, name: &str) -> Result<Option<SweepRun>, StoreError> {
        let statement = query("SELECT * FROM sweeps WHERE name = ?1").bind(name);
        self.read_one(READING, statement, run).await
    }

    async fn seen(&self, name: &str) -> Result<Vec<String>, StoreError> {
        let statement = query(
            "SELECT seen.value AS key FROM sweep_pages CROSS JOIN json_each(sweep_pages.keys) AS seen
             WHERE sweep_pages.name = ?1",
        );
        self.read(READING, statement.bind(name), |row| row.try_get("key"))
            .await
    }

    async fn fingerprints(&self, name: &str, keys: &[String]) -> Result<HashMap<String, String>, StoreError> {
        let keys = list(keys).map_err(|failure| failure.at(&self.path, READING))?;
        let statement = query(
            "SELECT key, fingerprint FROM sweep_keys
             WHERE name = ?1 AND key IN (SELECT value FROM json_each(?2))",
        );
        let pair = |row: &SqliteRow| Ok((row.try_get("key")?, row.try_get("fingerprint")?));
        let pairs = self.read(READING, statement.bind(name).bind(keys), pair).await?;
        Ok(pairs.into_iter().collect())
    }

    async fn take(&self, name: &str, page: SweptPage, now: Timestamp) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(Take { name, page, now }).await
    }

    async fn note(&self, name: &str, seen: Vec<(String, String)>, now: Timestamp) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(Note { name, seen, now }).await
    }

    async fn seen_at(&self, name: &str, key: &str) -> Result<Option<Timestamp>, StoreError> {
        // A key that is not known was not in the list then, or it would be.
        let statement = query(
            "SELECT MAX(at) AS at FROM (
                 SELECT seen_at AS at FROM sweep_keys WHERE name = ?1 AND key = ?2
                 UNION ALL
                 SELECT began_at FROM sweep_ends WHERE name = ?1
                   AND NOT EXISTS (SELECT 1 FROM sweep_keys WHERE name = ?1 AND key = ?2 AND missed > 0))
             HAVING at IS NOT NULL",
        );
        let statement = statement.bind(name).bind(key);
        self.read_one(READING, statement, |row| time(row, "at")).await
    }

    async fn miss(&self, name: &str, key: &str) -> Result<u32, StoreError> {
        let (name, key) = (name.to_owned(), key.to_owned());
        self.write(Miss { name, key }).await
    }

    async fn gone(&self, name: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let statement = query(
            "SELECT key FROM sweep_keys
             WHERE name = ?1 AND missed > 0
               AND key NOT IN (SELECT seen.value FROM sweep_pages CROSS JOIN json_each(sweep_pages.keys) AS seen
                               WHERE sweep_pages.name = ?1)
             ORDER BY key LIMIT ?2",
        );
        let statement = statement.bind(name).bind(limit);
        self.read(READING, statement, |row| row.try_get("key")).await
    }

    async fn forget(&self, name: &str, keys: Vec<String>) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(Forget { name, keys }).await
    }

    async fn finish(&self, name: &str) -> Result<u64, StoreError> {
        let name = name.to_owned();
        self.write(Finish { name }).await
    }

    async fn abandon(&self, name: &str) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(Abandon { name }).await
    }

    async fn known(&self, name: &str) -> Result<u64, StoreError> {
        let statement = query("SELECT COUNT(*) AS known FROM sweep_keys WHERE name = ?1").bind(name);
        let known: Option<i64> = self
            .read_one(READING, statement, |row| row.try_get("known"))
            .await?;
        Ok(number(known.unwrap_or_default()))
    }
}

fn run(row: &SqliteRow) -> Result<SweepRun, sqlx::Error> {
    let count = |column: &str| Ok::<_, sqlx::Error>(number(row.try_get(column)?));
    Ok(SweepRun {
        began_at: time(row, "began_at")?,
        page: u32::try_from(count("page")?).unwrap_or(1),
        total: count("total")?,
        rows: count("rows")?,
        changed: count("changed")?,
    })
}

fn number(kept: i64) -> u64 {
    u64::try_from(kept).unwrap_or_default()
}

fn kept(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

struct Begin {
    name: String,
    now: Timestamp,
}

impl Write for Begin {
    type Output = SweepRun;
    const PHASE: &'static str = "beginning a sweep";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<SweepRun, Failure> {
        let row = query(
            "INSERT INTO sweeps (name, began_at, page, total, rows, changed) VALUES (?1, ?2, 1, 0, 0, 0)
             ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING *",
        )
        .bind(&self.name)
        .bind(micros(self.now))
        .fetch_one(connection)
        .await?;
        Ok(run(&row)?)
    }
}

#[derive(Serialize)]
struct Known<'a> {
    key: &'a str,
    fingerprint: &'a str,
}

async fn know(
    connection: &mut SqliteConnection,
    name: &str,
    changed: &[(String, String)],
    now: Timestamp,
) -> Result<(), Failure> {
    if changed.is_empty() {
        return Ok(());
    }
    let changed: Vec<Known<'_>> = changed
        .iter()
        .map(|(key, fingerprint)| Known { key, fingerprint })
        .collect();
    query(
        "INSERT INTO sweep_keys (name, key, fingerprint, seen_at)
         SELECT ?1, value ->> 'key', value ->> 'fingerprint', ?3 FROM json_each(?2) WHERE true ORDER BY json_each.key
         ON CONFLICT (name, key) DO UPDATE
         SET fingerprint = excluded.fingerprint, missed = 0, seen_at = excluded.seen_at",
    )
    .bind(name)
    .bind(list(&changed)?)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

struct Take {
    name: String,
    page: SweptPage,
    now: Timestamp,
}

impl Write for Take {
    type Output = ();
    const PHASE: &'static str = "keeping a page of a sweep";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        query(
            "UPDATE sweeps SET page = ?2, total = ?3, rows = rows + ?4, changed = changed + ?5 WHERE name = ?1",
        )
        .bind(&self.name)
        .bind(self.page.next)
        .bind(kept(self.page.total))
        .bind(kept(self.page.keys.len() as u64))
        .bind(kept(self.page.changed.len() as u64))
        .execute(&mut *connection)
        .await?;
        query("INSERT INTO sweep_pages (name, keys) VALUES (?1, ?2)")
            .bind(&self.name)
            .bind(list(&self.page.keys)?)
            .execute(&mut *connection)
            .await?;
        know(connection, &self.name, &self.page.changed, self.now).await
    }
}

struct Note {
    name: String,
    seen: Vec<(String, String)>,
    now: Timestamp,
}

impl Write for Note {
    type Output = ();
    const PHASE: &'static str = "keeping what is new in a list";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        know(connection, &self.name, &self.seen, self.now).await
    }
}

struct Miss {
    name: String,
    key: String,
}

impl Write for Miss {
    type Output = u32;
    const PHASE: &'static str = "missing a row";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u32, Failure> {
        let missed: Option<i64> = query_scalar(
            "UPDATE sweep_keys SET missed = missed + 1 WHERE name = ?1 AND key = ?2 RETURNING missed",
        )
        .bind(&self.name)
        .bind(&self.key)
        .fetch_optional(connection)
        .await?;
        Ok(u32::try_from(missed.unwrap_or_default()).unwrap_or(u32::MAX))
    }
}

struct Forget {
    name: String,
    keys: Vec<String>,
}

impl Write for Forget {
    type Output = ();
    const PHASE: &'static str = "forgetting rows that are gone";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        query("DELETE FROM sweep_keys WHERE name = ?1 AND key IN (SELECT value FROM json_each(?2))")
            .bind(&self.name)
            .bind(list(&self.keys)?)
            .execute(connection)
            .await?;
        Ok(())
    }
}

struct Abandon {
    name: String,
}

impl Write for Abandon {
    type Output = ();
    const PHASE: &'static str = "giving a sweep up";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        end(connection, &self.name).await
    }
}

async fn end(connection: &mut SqliteConnection, name: &str) -> Result<(), Failure> {
    for statement in [
        "DELETE FROM sweep_pages WHERE name = ?1",
        "DELETE FROM sweeps WHERE name = ?1",
    ] {
        query(statement).bind(name).execute(&mut *connection).await?;
    }
    Ok(())
}

struct Finish {
    name: String,
}

impl Write for Finish {
    type Output = u64;
    const PHASE: &'static str = "ending a sweep";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        // Most rows are there and were there: neither statement writes them.
        for statement in [
            "UPDATE sweep_keys SET missed = 0
             WHERE name = ?1 AND missed > 0
               AND key IN (SELECT seen.value FROM sweep_pages CROSS JOIN json_each(sweep_pages.keys) AS seen
                           WHERE sweep_pages.name = ?1)",
            "UPDATE sweep_keys SET missed = missed + 1
             WHERE name = ?1
               AND key NOT IN (SELECT seen.value FROM sweep_pages CROSS JOIN json_each(sweep_pages.keys) AS seen
                               WHERE sweep_pages.name = ?1)",
        ] {
            query(statement).bind(&self.name).execute(&mut *connection).await?;
        }
        query(
            "INSERT INTO sweep_ends (name, began_at) SELECT name, began_at FROM sweeps WHERE name = ?1
             ON CONFLICT (name) DO UPDATE SET began_at = excluded.began_at",
        )
        .bind(&self.name)
        .execute(&mut *connection)
        .await?;
        end(connection, &self.name).await?;
        let missed: i64 = query_scalar("SELECT COUNT(*) FROM sweep_keys WHERE name = ?1 AND missed > 0")
            .bind(&self.name)
            .fetch_one(&mut *connection)
            .await?;
        Ok(number(missed))
    }
}
