//! The audit log in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query, query_scalar};

use super::Sqlite;
use super::codec::{list, micros, time};
use super::failure::Failure;
use super::held::Batch;
use super::job::Write;
use crate::{AuditEnd, AuditEntry, AuditFilter, AuditLog, AuditRow, StoreError};

#[async_trait]
impl AuditLog for Sqlite {
    async fn append(&self, rows: Vec<AuditRow>) -> Result<(), StoreError> {
        self.write(Append { rows }).await
    }

    async fn append_later(&self, row: AuditRow) -> Result<(), StoreError> {
        self.writer.later(row).await
    }

    async fn prune(&self, begun_before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
        self.write(Prune { begun_before, now }).await
    }

    async fn tail(
        &self,
        after: Option<i64>,
        limit: u32,
        filter: AuditFilter,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let statement = match after {
            Some(after) => query(
                "SELECT * FROM audit
                 WHERE (?1 IS NULL OR actor = ?1) AND (?2 IS NULL OR operation = ?2) AND (?3 IS NULL OR outcome = ?3)
                   AND sequence > ?5
                 ORDER BY sequence LIMIT ?4",
            )
            .bind(filter.actor)
            .bind(filter.operation)
            .bind(filter.outcome)
            .bind(limit)
            .bind(after),
            None => query(
                "SELECT * FROM (
                     SELECT * FROM audit
                     WHERE (?1 IS NULL OR actor = ?1) AND (?2 IS NULL OR operation = ?2)
                       AND (?3 IS NULL OR outcome = ?3)
                     ORDER BY sequence DESC LIMIT ?4)
                 ORDER BY sequence",
            )
            .bind(filter.actor)
            .bind(filter.operation)
            .bind(filter.outcome)
            .bind(limit),
        };
        self.read("reading the audit log", statement, entry).await
    }
}

struct Append {
    rows: Vec<AuditRow>,
}

impl Write for Append {
    type Output = ();
    const PHASE: &'static str = "writing the audit log";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        insert(connection, &self.rows).await
    }
}

/// A row with its time as it is kept.
#[derive(Serialize)]
struct Kept<'a> {
    micros: i64,
    #[serde(flatten)]
    row: &'a AuditRow,
}

/// Writes the rows in their order.
pub(super) async fn insert(connection: &mut SqliteConnection, rows: &[AuditRow]) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let kept: Vec<Kept<'_>> = rows
        .iter()
        .map(|row| Kept {
            micros: micros(row.at),
            row,
        })
        .collect();
    query(
        "INSERT INTO audit (at, actor, version, operation, menu_id, subject, outcome, error_kind, message,
                            duration_micros, requests, arguments)
         SELECT value ->> 'micros', value ->> 'actor', value ->> 'version', value ->> 'operation',
                value ->> 'menu_id', value ->> 'subject', value ->> 'outcome', value ->> 'error_kind',
                value ->> 'message', value ->> 'duration_micros', value ->> 'requests',
                value ->> 'arguments'
         FROM json_each(?1) ORDER BY json_each.key",
    )
    .bind(list(&kept)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes what was held back; a row for what was lost of it comes first.
pub(super) async fn insert_held(connection: &mut SqliteConnection, held: &Batch) -> Result<(), Failure> {
    if let Some(lost) = held.lost_row() {
        insert(connection, &[lost]).await?;
    }
    insert(connection, &held.rows).await
}

/// Begins the row of a call. Its number.
pub(super) async fn begin(connection: &mut SqliteConnection, row: &AuditRow) -> Result<i64, Failure> {
    insert(&mut *connection, std::slice::from_ref(row)).await?;
    Ok(query_scalar("SELECT last_insert_rowid()")
        .fetch_one(connection)
        .await?)
}

/// Ends the row of a call.
pub(super) async fn end(connection: &mut SqliteConnection, row: i64, end: &AuditEnd) -> Result<(), Failure> {
    query(
        "UPDATE audit SET outcome = ?2, error_kind = ?3, message = ?4, duration_micros = ?5, requests = ?6
         WHERE sequence = ?1",
    )
    .bind(row)
    .bind(&end.outcome)
    .bind(&end.error_kind)
    .bind(&end.message)
    .bind(end.duration_micros)
    .bind(end.requests)
    .execute(connection)
    .await?;
    Ok(())
}

/// A row that stands for rows which are missing.
pub(super) fn gap(at: Timestamp, message: String) -> AuditRow {
    AuditRow {
        at,
        actor: "store".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        operation: "audit".to_owned(),
        menu_id: None,
        subject: None,
        outcome: AuditRow::LOST.to_owned(),
        error_kind: None,
        message: Some(message),
        duration_micros: 0,
        requests: 0,
        arguments: None,
    }
}

/// Rows that are forgotten in one commit: more would hold up whoever writes.
const PORTION: i64 = 1_000;

/// What stands in the place of rows that were forgotten.
const FORGOTTEN: &str = "rows before this one were forgotten, as the settings say ([store.keep] audit_days)";

struct Prune {
    begun_before: Timestamp,
    now: Timestamp,
}

impl Write for Prune {
    type Output = u64;
    const PHASE: &'static str = "forgetting old audit rows";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        let pruned = query(
            "DELETE FROM audit
             WHERE at < ?1 AND sequence IN
                   (SELECT sequence FROM audit WHERE outcome <> 'open' AND (message IS NULL OR message <> ?2)
                    ORDER BY sequence LIMIT ?3)",
        )
        .bind(micros(self.begun_before))
        .bind(FORGOTTEN)
        .bind(PORTION)
        .execute(&mut *connection)
        .await?
        .rows_affected();
        if pruned > 0 {
            // One row says it, however often.
            query("DELETE FROM audit WHERE outcome = 'lost' AND message = ?1")
                .bind(FORGOTTEN)
                .execute(&mut *connection)
                .await?;
            insert(connection, &[gap(self.now, FORGOTTEN.to_owned())]).await?;
        }
        Ok(pruned)
    }
}

fn entry(row: &SqliteRow) -> Result<AuditEntry, sqlx::Error> {
    Ok(AuditEntry {
        sequence: row.try_get("sequence")?,
        row: AuditRow {
            at: time(row, "at")?,
            actor: row.try_get("actor")?,
            version: row.try_get("version")?,
            operation: row.try_get("operation")?,
            menu_id: row.try_get("menu_id")?,
            subject: row.try_get("subject")?,
            outcome: row.try_get("outcome")?,
            error_kind: row.try_get("error_kind")?,
            message: row.try_get("message")?,
            duration_micros: row.try_get("duration_micros")?,
            requests: row.try_get("requests")?,
            arguments: row.try_get("arguments")?,
        },
    })
}
