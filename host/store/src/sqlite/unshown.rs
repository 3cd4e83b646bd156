//! What was learned of installations, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query, query_scalar};

use super::Sqlite;
use super::codec::{micros, time};
use super::failure::Failure;
use super::job::Write;
use crate::{StoreError, Unshown, UnshownField};

const READING: &str = "reading what installations do not show";

#[async_trait]
impl Unshown for Sqlite {
    async fn note(
        &self,
        account: &str,
        operation: &str,
        field: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.write(Note {
            account: account.to_owned(),
            operation: operation.to_owned(),
            field: field.to_owned(),
            now,
        })
        .await
    }

    async fn of(&self, account: &str, operation: &str) -> Result<Vec<UnshownField>, StoreError> {
        let query = query("SELECT * FROM unshown WHERE account = ?1 AND operation = ?2 ORDER BY field");
        self.read(READING, query.bind(account).bind(operation), field)
            .await
    }

    async fn list(&self) -> Result<Vec<UnshownField>, StoreError> {
        let query = query("SELECT * FROM unshown ORDER BY account, operation, field");
        self.read(READING, query, field).await
    }
}

struct Note {
    account: String,
    operation: String,
    field: String,
    now: Timestamp,
}

impl Write for Note {
    type Output = bool;
    const PHASE: &'static str = "noting what an installation does not show";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<bool, Failure> {
        let times: i64 = query_scalar(
            "INSERT INTO unshown (account, operation, field, times, first_at) VALUES (?1, ?2, ?3, 1, ?4)
             ON CONFLICT (account, operation, field) DO UPDATE SET times = times + 1
             RETURNING times",
        )
        .bind(&self.account)
        .bind(&self.operation)
        .bind(&self.field)
        .bind(micros(self.now))
        .fetch_one(connection)
        .await?;
        Ok(times == 1)
    }
}

fn field(row: &SqliteRow) -> Result<UnshownField, sqlx::Error> {
    Ok(UnshownField {
        account: row.try_get("account")?,
        operation: row.try_get("operation")?,
        field: row.try_get("field")?,
        times: row.try_get("times")?,
        first_at: time(row, "first_at")?,
    })
}
