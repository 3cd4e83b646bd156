//! The work queue in SQLite: its reads, and the way to its writes.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};
use tokio::sync::watch;

use super::Sqlite;
use super::codec::{member, micros, time};
use super::discard::Discard;
use super::enqueue::Enqueue;
use super::finish::{Bury, Complete, Extend, Release};
use super::lease::LeaseDue;
use super::replays::{self, Cancel, RetryDead};
use super::times::{Hasten, JudgeAnew, MakeDue};
use super::upkeep::Prune;
use crate::{
    Completion, DeadCause, DeadLetter, DeadSelection, Deliveries, Delivery, DeliveryCounts, DeliveryFilter,
    DeliveryId, DeliveryRecord, DeliveryState, Dropped, Enqueued, Lease, Leased, NewDelivery, PutOff, Replay,
    ReplayId, Selection, StoreError, Unresolved, Wanted,
};

const READING: &str = "reading deliveries";

/// The deliveries of a [`DeliveryFilter`], whose members are the first three parameters.
macro_rules! matching {
    () => {
        "FROM deliveries
         WHERE (?1 IS NULL OR target = ?1) AND (?2 IS NULL OR state = ?2)
           AND (?3 IS NULL OR (state IN ('pending', 'leased') AND due_at < ?3))"
    };
}

/// When the head of some lane is due. Each form is a text of its own, so that SQLite finds one target's by its index.
macro_rules! next_due {
    ($of_target:literal) => {
        concat!(
            "SELECT due_at FROM deliveries WHERE state = 'leased' ",
            $of_target,
            " UNION ALL
             SELECT due_at FROM deliveries AS d WHERE state = 'pending' ",
            $of_target,
            "  AND NOT EXISTS (SELECT 1 FROM deliveries AS held
                               WHERE held.state = 'leased' AND held.target = d.target AND held.key = d.key)
               AND NOT EXISTS (SELECT 1 FROM deliveries AS older
                               WHERE older.state = 'pending' AND older.target = d.target
                                 AND older.key = d.key AND older.id < d.id)
             ORDER BY due_at LIMIT 1"
        )
    };
}

const NEXT_OF_ANY: &str = next_due!("");
const NEXT_OF_TARGET: &str = next_due!("AND target = ?1");

#[async_trait]
impl Deliveries for Sqlite {
    async fn enqueue(&self, batch: Vec<NewDelivery>, now: Timestamp) -> Result<Vec<Enqueued>, StoreError> {
        self.write(Enqueue { batch, now }).await
    }

    async fn lease(
        &self,
        wanted: Wanted,
        worker: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Leased>, StoreError> {
        self.write(LeaseDue {
            wanted,
            worker: worker.to_owned(),
            until,
            now,
        })
        .await
    }

    async fn extend(&self, lease: Lease, until: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        self.write(Extend { lease, until, now }).await
    }

    async fn release(&self, lease: Lease, put_off: PutOff, now: Timestamp) -> Result<(), StoreError> {
        self.write(Release { lease, put_off, now }).await
    }

    async fn hasten(&self, waits_for: Option<&str>, now: Timestamp) -> Result<u64, StoreError> {
        let waits_for = waits_for.map(str::to_owned);
        self.write(Hasten { waits_for, now }).await
    }

    async fn judge_anew(
        &self,
        shift: SignedDuration,
        latest: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.write(JudgeAnew { shift, latest, now }).await
    }

    async fn complete(&self, lease: Lease, completion: Completion, now: Timestamp) -> Result<(), StoreError> {
        self.write(Complete {
            lease,
            completion,
            now,
        })
        .await
    }

    async fn bury(&self, lease: Lease, letter: DeadLetter, now: Timestamp) -> Result<(), StoreError> {
        self.write(Bury { lease, letter, now }).await
    }

    async fn get(&self, id: DeliveryId) -> Result<Option<DeliveryRecord>, StoreError> {
        self.read_one(
            READING,
            query("SELECT * FROM deliveries WHERE id = ?1").bind(id.0),
            record,
        )
        .await
    }

    async fn of_key(&self, key: &str, limit: u32) -> Result<Vec<DeliveryRecord>, StoreError> {
        let query = query("SELECT * FROM deliveries WHERE key = ?1 ORDER BY id DESC LIMIT ?2");
        self.read(READING, query.bind(key).bind(limit), record).await
    }

    async fn dead(&self, after: Option<DeliveryId>, limit: u32) -> Result<Vec<DeliveryRecord>, StoreError> {
        let query = query("SELECT * FROM deliveries WHERE state = 'dead' AND id > ?1 ORDER BY id LIMIT ?2");
        self.read(
            READING,
            query.bind(after.map_or(0, |id| id.0)).bind(limit),
            record,
        )
        .await
    }

    async fn retry_dead(&self, selection: DeadSelection, now: Timestamp) -> Result<u64, StoreError> {
        let replayed = RetryDead {
            selection,
            pause: None,
            now,
        };
        Ok(self.write(replayed).await?.chosen)
    }

    async fn count_dead(&self, selection: DeadSelection) -> Result<u64, StoreError> {
        let count = "SELECT COUNT(*) AS number FROM deliveries WHERE state = 'dead' AND ";
        let chosen = replays::chosen(&selection).map_err(|failure| failure.at(&self.path, READING))?;
        let count = format!("{count}{}", replays::CHOSEN);
        let query = chosen.bind(query(sqlx::AssertSqlSafe(count)));
        let number = self.read_one(READING, query, |row| row.try_get("number")).await?;
        Ok(number.unwrap_or_default())
    }

    async fn replay_dead(
        &self,
        selection: DeadSelection,
        pause: SignedDuration,
        now: Timestamp,
    ) -> Result<Replay, StoreError> {
        let replayed = RetryDead {
            selection,
            pause: Some(pause),
            now,
        };
        self.write(replayed).await
    }

    async fn replays(&self, limit: u32) -> Result<Vec<Replay>, StoreError> {
        self.read(
            READING,
            query(replays::LIST).bind(None::<i64>).bind(limit),
            replays::replay,
        )
        .await
    }

    async fn cancel_replay(&self, id: ReplayId, now: Timestamp) -> Result<Option<Replay>, StoreError> {
        self.write(Cancel { id, now }).await
    }

    async fn dead_causes(&self) -> Result<Vec<DeadCause>, StoreError> {
        self.read(READING, query(replays::CAUSES), replays::cause).await
    }

    async fn list(
        &self,
        filter: DeliveryFilter,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, StoreError> {
        let query = query(concat!(
            "SELECT * ",
            matching!(),
            " AND id > ?4 ORDER BY id LIMIT ?5"
        ));
        let query = query.bind(filter.target).bind(filter.state.map(name));
        let query = query.bind(filter.due_before.map(micros));
        let query = query.bind(after.map_or(0, |id| id.0)).bind(limit);
        self.read(READING, query, record).await
    }

    async fn count(&self, filter: DeliveryFilter) -> Result<u64, StoreError> {
        let query = query(concat!("SELECT COUNT(*) AS number ", matching!()));
        let query = query.bind(filter.target).bind(filter.state.map(name));
        let query = query.bind(filter.due_before.map(micros));
        let number = self.read_one(READING, query, |row| row.try_get("number")).await?;
        Ok(number.unwrap_or_default())
    }

    async fn waiting(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let query = query(
            "SELECT target, COUNT(*) AS number FROM deliveries WHERE state = 'pending' GROUP BY target ORDER BY target",
        );
        self.read(READING, query, |row| {
            Ok((row.try_get("target")?, row.try_get("number")?))
        })
        .await
    }

    async fn make_due(&self, selection: Selection, now: Timestamp) -> Result<u64, StoreError> {
        self.write(MakeDue { selection, now }).await
    }

    async fn discard(&self, selection: Selection, unresolved: Unresolved) -> Result<Dropped, StoreError> {
        self.write(Discard {
            selection,
            unresolved,
        })
        .await
    }

    async fn counts(&self) -> Result<DeliveryCounts, StoreError> {
        let query = query("SELECT state, COUNT(*) AS number FROM deliveries GROUP BY state");
        let states = self.read(READING, query, |row| {
            Ok((member(row, "state")?, row.try_get("number")?))
        });
        let mut counts = DeliveryCounts::default();
        for (state, number) in states.await? {
            match state {
                DeliveryState::Pending => counts.pending = number,
                DeliveryState::Leased => counts.leased = number,
                DeliveryState::Done => counts.done = number,
                DeliveryState::Dead => counts.dead = number,
                DeliveryState::Superseded => counts.superseded = number,
            }
        }
        Ok(counts)
    }

    async fn emitted_waiting(&self, target: &str, most: u32) -> Result<u32, StoreError> {
        let query = query(
            "SELECT COUNT(*) AS number FROM (
                 SELECT 1 FROM deliveries WHERE target = ?1 AND state = 'pending' AND hops > 0 LIMIT ?2)",
        );
        let query = query.bind(target).bind(most);
        let number = self.read_one(READING, query, |row| row.try_get("number"));
        Ok(number.await?.unwrap_or_default())
    }

    async fn next_due(&self, targets: Option<Vec<String>>) -> Result<Option<Timestamp>, StoreError> {
        let Some(targets) = targets else {
            return self
                .read_one(READING, query(NEXT_OF_ANY), |row| time(row, "due_at"))
                .await;
        };
        let mut next: Option<Timestamp> = None;
        for target in targets {
            let query = query(NEXT_OF_TARGET).bind(target);
            let of_target = self.read_one(READING, query, |row| time(row, "due_at")).await?;
            next = next.into_iter().chain(of_target).min();
        }
        Ok(next)
    }

    async fn prune(&self, ended_before: Timestamp) -> Result<u64, StoreError> {
        self.write(Prune { ended_before }).await
    }

    fn arrivals(&self) -> watch::Receiver<u64> {
        self.writer.arrivals()
    }
}

pub(super) fn delivery(row: &SqliteRow) -> Result<Delivery, sqlx::Error> {
    Ok(Delivery {
        id: DeliveryId(row.try_get("id")?),
        event: row.try_get("event")?,
        target: row.try_get("target")?,
        key: row.try_get("key")?,
        payload: row.try_get("payload")?,
        revision: row.try_get("revision")?,
        hops: row.try_get("hops")?,
        attempt: row.try_get("attempt")?,
        failures: row.try_get("failures")?,
        unconfirmed: row.try_get("unconfirmed")?,
        panics: row.try_get("panics")?,
        created_at: time(row, "created_at")?,
    })
}

pub(super) fn record(row: &SqliteRow) -> Result<DeliveryRecord, sqlx::Error> {
    Ok(DeliveryRecord {
        delivery: delivery(row)?,
        state: member(row, "state")?,
        due_at: time(row, "due_at")?,
        worker: row.try_get("worker")?,
        reason: row.try_get("reason")?,
        waits_for: row.try_get("waits_for")?,
        outcome: row.try_get("outcome")?,
        letter: letter(row)?,
        updated_at: time(row, "updated_at")?,
    })
}

fn name(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "pending",
        DeliveryState::Leased => "leased",
        DeliveryState::Done => "done",
        DeliveryState::Dead => "dead",
        DeliveryState::Superseded => "superseded",
    }
}

fn letter(row: &SqliteRow) -> Result<Option<DeadLetter>, sqlx::Error> {
    let Some(kind) = row.try_get("dead_kind")? else {
        return Ok(None);
    };
    Ok(Some(DeadLetter {
        kind,
        code: row.try_get("dead_code")?,
        message: row.try_get("dead_message")?,
        hint: row.try_get("dead_hint")?,
        cause: row.try_get("dead_cause")?,
    }))
}
