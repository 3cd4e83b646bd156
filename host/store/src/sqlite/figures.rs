//! How much room the store takes, and how it grows.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, query_as, query_scalar};

use super::codec::micros;
use super::disk::Disk;
use super::failure::Failure;
use super::place::io_failure;
use super::private;
use crate::{Figures, StoreError, TableFigures};

const PHASE: &str = "measuring it";

/// The tables that grow, each with the column that says when a row was made.
const GROWING: [(&str, &str); 6] = [
    ("records", "created_at"),
    ("deliveries", "created_at"),
    ("audit", "at"),
    ("intents", "begun_at"),
    ("conflicts", "opened_at"),
    ("links", "linked_at"),
];

/// Over how many days growth is measured.
const DAYS: u32 = 7;

pub(crate) async fn measure(path: &Path, now: Timestamp) -> Result<Figures, StoreError> {
    let found = std::fs::metadata(path).map_err(|error| io_failure(path, PHASE, &error))?;
    let log = std::fs::metadata(private::beside(path, "-wal")).map_or(0, |log| log.len());
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .pragma("query_only", "ON")
        .disable_statement_logging();
    let failed = |error: sqlx::Error| Failure::from(error).at(path, PHASE);
    let mut connection = options.connect().await.map_err(failed)?;
    let mut tables = Vec::new();
    for (table, made_at) in GROWING {
        tables.push(
            table_figures(&mut connection, table, made_at, now)
                .await
                .map_err(failed)?,
        );
    }
    let unused: i64 = query_scalar(
        "SELECT (SELECT freelist_count FROM pragma_freelist_count) * (SELECT page_size FROM pragma_page_size)",
    )
    .fetch_one(&mut connection)
    .await
    .map_err(failed)?;
    connection.close().await.map_err(failed)?;
    Ok(Figures {
        bytes: found.len() + log,
        unused: count(unused),
        free_on_disk: Disk::of(path).free(),
        days: DAYS,
        tables,
    })
}

async fn table_figures(
    connection: &mut SqliteConnection,
    table: &str,
    made_at: &str,
    now: Timestamp,
) -> Result<TableFigures, sqlx::Error> {
    let since = now
        .checked_sub(SignedDuration::from_hours(24 * i64::from(DAYS)))
        .unwrap_or(now);
    // Both names are constants of this file.
    let rows = format!("SELECT count(*), count(*) FILTER (WHERE {made_at} >= ?1) FROM {table}");
    let (rows, new): (i64, i64) = query_as(AssertSqlSafe(rows))
        .bind(micros(since))
        .fetch_one(&mut *connection)
        .await?;
    let bytes: Option<i64> = query_scalar(
        "SELECT sum(pgsize) FROM dbstat
         WHERE aggregate = TRUE AND name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?1)",
    )
    .bind(table)
    .fetch_one(connection)
    .await?;
    Ok(TableFigures {
        table: table.to_owned(),
        rows: count(rows),
        new: count(new),
        bytes: count(bytes.unwrap_or_default()),
    })
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
