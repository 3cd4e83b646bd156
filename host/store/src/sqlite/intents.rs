//! Intents in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query};

use super::codec::{member, micros, time};
use super::failure::Failure;
use super::job::Write;
use super::{Sqlite, audit};
use crate::{
    AuditEnd, AuditRow, Begun, DeliveryId, Intent, IntentId, IntentOutcome, Intents, NewIntent, Opened,
    StoreError,
};

const READING: &str = "reading intents";

/// Payloads of one write that are kept while nobody knows which of them the ERP has.
const MOST_SENT: i64 = 8;

#[async_trait]
impl Intents for Sqlite {
    async fn begin(&self, intent: NewIntent, row: AuditRow, now: Timestamp) -> Result<Begun, StoreError> {
        self.write(Begin { intent, row, now }).await
    }

    async fn reopen(
        &self,
        id: IntentId,
        payload_hash: &str,
        payload: &str,
        reserved_key: Option<i64>,
        row: AuditRow,
        now: Timestamp,
    ) -> Result<Opened, StoreError> {
        self.write(Reopen {
            id,
            payload_hash: payload_hash.to_owned(),
            payload: payload.to_owned(),
            reserved_key,
            row,
            now,
        })
        .await
    }

    async fn finish(
        &self,
        opened: Opened,
        outcome: IntentOutcome,
        end: AuditEnd,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(Finish {
            opened,
            outcome,
            end,
            now,
        })
        .await
    }

    async fn resolve(
        &self,
        id: IntentId,
        outcome: IntentOutcome,
        detail: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let detail = detail.map(str::to_owned);
        self.write(Resolve {
            id,
            outcome,
            detail,
            now,
        })
        .await
    }

    async fn find(&self, idempotency_key: &str) -> Result<Option<Intent>, StoreError> {
        self.read_one(READING, query(BY_KEY).bind(idempotency_key), intent)
            .await
    }

    async fn of_delivery(&self, delivery: DeliveryId) -> Result<Vec<Intent>, StoreError> {
        let query = query("SELECT * FROM intents WHERE delivery = ?1 ORDER BY id");
        self.read(READING, query.bind(delivery.0), intent).await
    }

    async fn of_subject(&self, subject: &str, limit: u32) -> Result<Vec<Intent>, StoreError> {
        let query = query("SELECT * FROM intents WHERE subject = ?1 ORDER BY id DESC LIMIT ?2");
        self.read(READING, query.bind(subject).bind(limit), intent).await
    }

    async fn of_reserved_key(
        &self,
        operation: &str,
        reserved_key: i64,
        limit: u32,
    ) -> Result<Vec<Intent>, StoreError> {
        let query = query(
            "SELECT * FROM intents WHERE reserved_key = ?1 AND operation = ?2 ORDER BY id DESC LIMIT ?3",
        );
        self.read(
            READING,
            query.bind(reserved_key).bind(operation).bind(limit),
            intent,
        )
        .await
    }

    async fn unresolved(&self, after: Option<IntentId>, limit: u32) -> Result<Vec<Intent>, StoreError> {
        let query = query(
            "SELECT * FROM intents WHERE outcome IN ('open', 'unknown') AND id > ?1 ORDER BY id LIMIT ?2",
        );
        self.read(
            READING,
            query.bind(after.map_or(0, |id| id.0)).bind(limit),
            intent,
        )
        .await
    }
}

const BY_KEY: &str = "SELECT * FROM intents WHERE idempotency_key = ?1";

struct Begin {
    intent: NewIntent,
    row: AuditRow,
    now: Timestamp,
}

impl Write for Begin {
    type Output = Begun;
    const PHASE: &'static str = "beginning an intent";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Begun, Failure> {
        let new = &self.intent;
        let known = query(BY_KEY)
            .bind(&new.idempotency_key)
            .fetch_optional(&mut *connection)
            .await?;
        if let Some(known) = known {
            return Ok(Begun::Known(Box::new(intent(&known)?)));
        }
        let id = sqlx::query_scalar(
            "INSERT INTO intents (delivery, idempotency_key, operation, subject, reserved_key, payload_hash,
                                  sent, extension, extension_version, outcome, attempts, begun_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, json_array(?7), ?8, ?9, 'open', 1, ?10, ?10)
             RETURNING id",
        )
        .bind(new.delivery.map(|delivery| delivery.0))
        .bind(&new.idempotency_key)
        .bind(&new.operation)
        .bind(&new.subject)
        .bind(new.reserved_key)
        .bind(&new.payload_hash)
        .bind(&new.payload)
        .bind(&new.extension)
        .bind(&new.extension_version)
        .bind(micros(self.now))
        .fetch_one(&mut *connection)
        .await?;
        Ok(Begun::Fresh(Opened {
            intent: IntentId(id),
            attempt: 1,
            row: audit::begin(connection, &self.row).await?,
        }))
    }
}

struct Reopen {
    id: IntentId,
    payload_hash: String,
    payload: String,
    reserved_key: Option<i64>,
    row: AuditRow,
    now: Timestamp,
}

impl Write for Reopen {
    type Output = Opened;
    const PHASE: &'static str = "opening an intent again";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Opened, Failure> {
        let attempt = sqlx::query_scalar(
            "UPDATE intents
             SET outcome = 'open', attempts = attempts + 1, payload_hash = ?3,
                 sent = CASE
                     WHEN payload_hash = ?3 THEN sent
                     WHEN outcome = 'applied' THEN json_array(json_extract(sent, '$[#-1]'), ?5)
                     WHEN json_array_length(sent) >= ?6 THEN json_insert(json_remove(sent, '$[1]'), '$[#]', ?5)
                     ELSE json_insert(sent, '$[#]', ?5)
                 END,
                 reserved_key = COALESCE(?4, reserved_key), updated_at = ?2
             WHERE id = ?1 RETURNING attempts",
        )
        .bind(self.id.0)
        .bind(micros(self.now))
        .bind(&self.payload_hash)
        .bind(self.reserved_key)
        .bind(&self.payload)
        .bind(MOST_SENT)
        .fetch_optional(&mut *connection)
        .await?;
        let attempt = attempt.ok_or(StoreError::NoSuchIntent { intent: self.id })?;
        Ok(Opened {
            intent: self.id,
            attempt,
            row: audit::begin(connection, &self.row).await?,
        })
    }
}

struct Finish {
    opened: Opened,
    outcome: IntentOutcome,
    end: AuditEnd,
    now: Timestamp,
}

impl Write for Finish {
    type Output = ();
    const PHASE: &'static str = "writing the end of a write";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        query(
            "UPDATE intents SET outcome = ?3, detail = ?4, updated_at = ?2 WHERE id = ?1 AND attempts = ?5",
        )
        .bind(self.opened.intent.0)
        .bind(micros(self.now))
        .bind(name(self.outcome))
        .bind(&self.end.message)
        .bind(self.opened.attempt)
        .execute(&mut *connection)
        .await?;
        audit::end(connection, self.opened.row, &self.end).await
    }
}

struct Resolve {
    id: IntentId,
    outcome: IntentOutcome,
    detail: Option<String>,
    now: Timestamp,
}

impl Write for Resolve {
    type Output = ();
    const PHASE: &'static str = "changing an intent";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let resolved = query("UPDATE intents SET outcome = ?3, detail = ?4, updated_at = ?2 WHERE id = ?1")
            .bind(self.id.0)
            .bind(micros(self.now))
            .bind(name(self.outcome))
            .bind(&self.detail);
        match resolved.execute(connection).await?.rows_affected() {
            0 => Err(StoreError::NoSuchIntent { intent: self.id }.into()),
            _ => Ok(()),
        }
    }
}

fn name(outcome: IntentOutcome) -> &'static str {
    match outcome {
        IntentOutcome::Open => "open",
        IntentOutcome::Applied => "applied",
        IntentOutcome::Refused => "refused",
        IntentOutcome::Unknown => "unknown",
    }
}

fn intent(row: &SqliteRow) -> Result<Intent, sqlx::Error> {
    let mut sent: Vec<String> =
        serde_json::from_str(row.try_get("sent")?).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Intent {
        id: IntentId(row.try_get("id")?),
        write: NewIntent {
            delivery: row.try_get::<Option<i64>, _>("delivery")?.map(DeliveryId),
            idempotency_key: row.try_get("idempotency_key")?,
            operation: row.try_get("operation")?,
            subject: row.try_get("subject")?,
            reserved_key: row.try_get("reserved_key")?,
            payload_hash: row.try_get("payload_hash")?,
            payload: sent.pop().unwrap_or_default(),
            extension: row.try_get("extension")?,
            extension_version: row.try_get("extension_version")?,
        },
        sent_before: sent,
        outcome: member(row, "outcome")?,
        detail: row.try_get("detail")?,
        attempts: row.try_get("attempts")?,
        begun_at: time(row, "begun_at")?,
        updated_at: time(row, "updated_at")?,
    })
}
