//! Conflicts in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query};

use super::Sqlite;
use super::codec::{list, micros, time, time_if_any};
use super::enqueue::enqueue;
use super::failure::Failure;
use super::job::Write;
use super::records::name;
use super::standing::Item;
use crate::{
    ClosedConflicts, Conflict, ConflictFilter, ConflictState, Conflicts, NewConflict, NewDelivery,
    RecordName, StoreError,
};

const READING: &str = "reading conflicts";

/// The conflicts of a [`ConflictFilter`], whose members are the first four parameters.
macro_rules! matching {
    () => {
        "FROM conflicts
         WHERE CASE ?1 WHEN 'open' THEN settled_at IS NULL AND closed_at IS NULL
                       WHEN 'settled' THEN settled_at IS NOT NULL AND closed_at IS NULL
                       WHEN 'closed' THEN closed_at IS NOT NULL
                       ELSE true END
           AND (?2 IS NULL OR link = ?2) AND (?3 IS NULL OR (kind, id) = (?3, ?4))"
    };
}

#[async_trait]
impl Conflicts for Sqlite {
    async fn note(&self, found: Vec<NewConflict>, now: Timestamp) -> Result<(), StoreError> {
        self.write(Note { found, now }).await
    }

    async fn get(&self, id: i64) -> Result<Option<Conflict>, StoreError> {
        let query = query("SELECT * FROM conflicts WHERE number = ?1");
        self.read_one(READING, query.bind(id), conflict).await
    }

    async fn list(
        &self,
        filter: ConflictFilter,
        after: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Conflict>, StoreError> {
        let query = query(concat!(
            "SELECT * ",
            matching!(),
            " AND number > ?5 ORDER BY number LIMIT ?6"
        ));
        let (kind, id) = filter.record.map(|record| (record.kind, record.id)).unzip();
        let query = query.bind(filter.state.map(state)).bind(filter.link);
        let query = query.bind(kind).bind(id);
        let query = query.bind(after.unwrap_or(0)).bind(limit);
        self.read(READING, query, conflict).await
    }

    async fn count(&self, filter: ConflictFilter) -> Result<u64, StoreError> {
        let query = query(concat!("SELECT COUNT(*) AS number ", matching!()));
        let (kind, id) = filter.record.map(|record| (record.kind, record.id)).unzip();
        let query = query.bind(filter.state.map(state)).bind(filter.link);
        let query = query.bind(kind).bind(id);
        let number = self.read_one(READING, query, |row| row.try_get("number")).await?;
        Ok(number.unwrap_or_default())
    }

    async fn of_record(&self, link: &str, record: &RecordName) -> Result<Vec<Conflict>, StoreError> {
        let query = query(
            "SELECT * FROM conflicts
             WHERE kind = ?1 AND id = ?2 AND link = ?3 AND closed_at IS NULL ORDER BY number",
        );
        let query = query.bind(&record.kind).bind(&record.id).bind(link);
        self.read(READING, query, conflict).await
    }

    async fn settle(
        &self,
        id: i64,
        settlement: &str,
        wake: Vec<NewDelivery>,
        now: Timestamp,
    ) -> Result<Option<Conflict>, StoreError> {
        self.write(Settle {
            id,
            settlement: settlement.to_owned(),
            wake,
            now,
        })
        .await
    }

    async fn close(&self, closed: ClosedConflicts, now: Timestamp) -> Result<(), StoreError> {
        self.write(Close { closed, now }).await
    }
}

struct Note {
    found: Vec<NewConflict>,
    now: Timestamp,
}

impl Write for Note {
    type Output = ();
    const PHASE: &'static str = "noting conflicts";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        note(connection, &self.found, self.now).await
    }
}

/// Keeps the conflicts; those that are equal to the ones kept stay as they are.
pub(super) async fn note(
    connection: &mut SqliteConnection,
    found: &[NewConflict],
    now: Timestamp,
) -> Result<(), Failure> {
    for conflict in found {
        query(
            "INSERT INTO conflicts (link, kind, id, erp_key, field, base, hub, erp, hub_changed, erp_changed, flow,
                                    candidates, opened_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
             ON CONFLICT (kind, id, link, field) WHERE closed_at IS NULL DO UPDATE
             SET erp_key = excluded.erp_key, base = excluded.base, hub = excluded.hub, erp = excluded.erp,
                 hub_changed = excluded.hub_changed, erp_changed = excluded.erp_changed, flow = excluded.flow,
                 candidates = excluded.candidates,
                 opened_at = CASE WHEN settled_at IS NULL THEN opened_at ELSE excluded.opened_at END,
                 settlement = NULL, settled_at = NULL
             WHERE (erp_key, base, hub, erp, candidates)
                   IS NOT (excluded.erp_key, excluded.base, excluded.hub, excluded.erp, excluded.candidates)",
        )
        .bind(&conflict.link)
        .bind(&conflict.record.kind)
        .bind(&conflict.record.id)
        .bind(conflict.erp_key)
        .bind(&conflict.field)
        .bind(&conflict.base)
        .bind(&conflict.hub)
        .bind(&conflict.erp)
        .bind(&conflict.hub_changed)
        .bind(&conflict.erp_changed)
        .bind(&conflict.flow)
        .bind(list(&conflict.candidates)?)
        .bind(micros(now))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

struct Settle {
    id: i64,
    settlement: String,
    wake: Vec<NewDelivery>,
    now: Timestamp,
}

impl Write for Settle {
    type Output = Option<Conflict>;
    const PHASE: &'static str = "settling a conflict";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Option<Conflict>, Failure> {
        let row = query(
            "UPDATE conflicts SET settlement = ?2, settled_at = ?3 WHERE number = ?1 AND closed_at IS NULL
             RETURNING *",
        )
        .bind(self.id)
        .bind(&self.settlement)
        .bind(micros(self.now))
        .fetch_optional(&mut *connection)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let wake: Vec<Item<'_>> = self
            .wake
            .iter()
            .map(|delivery| Item::new(delivery, self.now))
            .collect();
        enqueue(connection, &wake).await?;
        Ok(Some(conflict(&row)?))
    }
}

struct Close {
    closed: ClosedConflicts,
    now: Timestamp,
}

impl Write for Close {
    type Output = ();
    const PHASE: &'static str = "closing conflicts";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        close(connection, &self.closed, self.now).await
    }
}

/// The fields differ no more.
pub(super) async fn close(
    connection: &mut SqliteConnection,
    closed: &ClosedConflicts,
    now: Timestamp,
) -> Result<(), Failure> {
    query(
        "UPDATE conflicts SET closed_at = ?5
         WHERE kind = ?1 AND id = ?2 AND link = ?3 AND closed_at IS NULL
           AND field IN (SELECT value FROM json_each(?4))",
    )
    .bind(&closed.record.kind)
    .bind(&closed.record.id)
    .bind(&closed.link)
    .bind(list(&closed.fields)?)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

fn state(state: ConflictState) -> &'static str {
    match state {
        ConflictState::Open => "open",
        ConflictState::Settled => "settled",
        ConflictState::Closed => "closed",
    }
}

fn conflict(row: &SqliteRow) -> Result<Conflict, sqlx::Error> {
    let candidates: String = row.try_get("candidates")?;
    Ok(Conflict {
        id: row.try_get("number")?,
        link: row.try_get("link")?,
        record: name(row)?,
        erp_key: row.try_get("erp_key")?,
        field: row.try_get("field")?,
        base: row.try_get("base")?,
        hub: row.try_get("hub")?,
        erp: row.try_get("erp")?,
        hub_changed: row.try_get("hub_changed")?,
        erp_changed: row.try_get("erp_changed")?,
        flow: row.try_get("flow")?,
        candidates: serde_json::from_str(&candidates).map_err(|error| sqlx::Error::ColumnDecode {
            index: "candidates".to_owned(),
            source: Box::new(error),
        })?,
        opened_at: time(row, "opened_at")?,
        settlement: row.try_get("settlement")?,
        settled_at: time_if_any(row, "settled_at")?,
        closed_at: time_if_any(row, "closed_at")?,
    })
}
