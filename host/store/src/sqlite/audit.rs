//! The audit log in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query, query_scalar};

use super::codec::{list, micros, time};
use super::failure::Failure;
use super::held::Batch;
use super::job::Write;
use super::{Sqlite, audit_chain};
use crate::{
    AuditEnd, AuditEntry, AuditFilter, AuditLog, AuditRow, ChainAnchor, ChainLink, Said, StoreError,
};

#[async_trait]
impl AuditLog for Sqlite {
    async fn append(&self, rows: Vec<AuditRow>) -> Result<(), StoreError> {
        self.write(Append { rows }).await
    }

    async fn append_later(&self, row: AuditRow) -> Result<(), StoreError> {
        self.writer.later(row).await
    }

    async fn tail(
        &self,
        after: Option<i64>,
        limit: u32,
        filter: AuditFilter,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let statement = match after {
            Some(_) => FOLLOWING,
            None => LAST,
        };
        let statement = query(statement)
            .bind(filter.actor)
            .bind(filter.operation)
            .bind(filter.outcome)
            .bind(filter.subject)
            .bind(filter.since.map(micros))
            .bind(filter.until.map(micros))
            .bind(limit)
            .bind(after);
        self.read("reading the audit log", statement, entry).await
    }

    async fn chain(&self, after: i64, limit: u32) -> Result<Vec<ChainLink>, StoreError> {
        let links = query(audit_chain::LINKS).bind(after).bind(limit);
        self.read("reading the audit log's chain", links, audit_chain::link)
            .await
    }

    async fn chain_anchor(&self) -> Result<ChainAnchor, StoreError> {
        let anchor = query(audit_chain::ANCHOR);
        let found = self
            .read("reading the audit log's chain", anchor, audit_chain::anchor)
            .await?;
        Ok(found.into_iter().next().unwrap_or_default())
    }

    async fn rows_beside_the_chain(&self) -> Result<Vec<i64>, StoreError> {
        let beside = query(audit_chain::BESIDE);
        self.read("reading the audit log", beside, |row| row.try_get("sequence"))
            .await
    }

    async fn prune(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write(audit_chain::Prune { before }).await
    }
}

/// Rows behind a number.
const FOLLOWING: &str = "SELECT * FROM audit
     WHERE (?1 IS NULL OR actor = ?1) AND (?2 IS NULL OR operation = ?2) AND (?3 IS NULL OR outcome = ?3)
       AND (?4 IS NULL OR subject = ?4) AND (?5 IS NULL OR at >= ?5) AND (?6 IS NULL OR at < ?6)
       AND sequence > ?8
     ORDER BY sequence LIMIT ?7";

/// The last rows.
const LAST: &str = "SELECT * FROM (
         SELECT * FROM audit
         WHERE (?1 IS NULL OR actor = ?1) AND (?2 IS NULL OR operation = ?2) AND (?3 IS NULL OR outcome = ?3)
           AND (?4 IS NULL OR subject = ?4) AND (?5 IS NULL OR at >= ?5) AND (?6 IS NULL OR at < ?6)
           AND ?8 IS NULL
         ORDER BY sequence DESC LIMIT ?7)
     ORDER BY sequence";

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
    numbered(connection, rows).await.map(drop)
}

/// The same. The number of the last one; 0 where there was none.
async fn numbered(connection: &mut SqliteConnection, rows: &[AuditRow]) -> Result<i64, Failure> {
    if rows.is_empty() {
        return Ok(0);
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
    .execute(&mut *connection)
    .await?;
    let last: i64 = query_scalar("SELECT last_insert_rowid()")
        .fetch_one(&mut *connection)
        .await?;
    // One connection writes: the numbers of one statement follow each other.
    let numbers = (last + 1).saturating_sub_unsigned(rows.len() as u64)..;
    let words = numbers
        .zip(rows)
        .map(|(sequence, row)| (Said::of(row), sequence, row));
    audit_chain::bind(connection, words).await?;
    Ok(last)
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
    numbered(connection, std::slice::from_ref(row)).await
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
    .execute(&mut *connection)
    .await?;
    bind_end(connection, row).await
}

/// Rows that nobody will end any more say why.
pub(super) async fn end_left_behind(connection: &mut SqliteConnection, why: &str) -> Result<(), Failure> {
    let left: Vec<i64> = query_scalar(
        "UPDATE audit SET message = ?1 WHERE outcome = 'open' AND message IS NULL RETURNING sequence",
    )
    .bind(why)
    .fetch_all(&mut *connection)
    .await?;
    for row in left {
        bind_end(connection, row).await?;
    }
    Ok(())
}

/// Binds the end of a row, as the row now says it.
async fn bind_end(connection: &mut SqliteConnection, sequence: i64) -> Result<(), Failure> {
    let row = query("SELECT * FROM audit WHERE sequence = ?1")
        .bind(sequence)
        .fetch_optional(&mut *connection)
        .await?;
    // A row that was forgotten has no end to be bound.
    let Some(row) = row.as_ref().map(entry).transpose()? else {
        return Ok(());
    };
    audit_chain::bind(connection, [(Said::Ended, sequence, &row.row)]).await
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

pub(super) fn entry(row: &SqliteRow) -> Result<AuditEntry, sqlx::Error> {
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
