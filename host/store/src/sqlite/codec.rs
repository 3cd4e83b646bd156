//! How times and lists travel to SQLite and back.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::failure::Failure;

/// A time as it is kept. What is finer than a microsecond is cut off.
pub(super) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// The time in a column.
pub(super) fn time(row: &SqliteRow, column: &str) -> Result<Timestamp, sqlx::Error> {
    time_of(row.try_get(column)?, column)
}

/// The time in a column that may be empty.
pub(super) fn time_if_any(row: &SqliteRow, column: &str) -> Result<Option<Timestamp>, sqlx::Error> {
    let micros: Option<i64> = row.try_get(column)?;
    micros.map(|micros| time_of(micros, column)).transpose()
}

/// The time of a number that was in a column.
pub(super) fn time_of(micros: i64, column: &str) -> Result<Timestamp, sqlx::Error> {
    Timestamp::from_microsecond(micros).map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(error),
    })
}

/// The member of an enumeration in a column, written as serde writes it.
pub(super) fn member<T: serde::de::DeserializeOwned>(
    row: &SqliteRow,
    column: &str,
) -> Result<T, sqlx::Error> {
    let text: String = row.try_get(column)?;
    serde_json::from_value(serde_json::Value::String(text)).map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: Box::new(error),
    })
}

/// A list as the one parameter of a statement for all of it: SQLite takes it apart with `json_each`.
pub(super) fn list<T: Serialize>(items: &[T]) -> Result<String, Failure> {
    Ok(serde_json::to_string(items)?)
}
