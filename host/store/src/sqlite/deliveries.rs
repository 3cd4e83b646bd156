//! The work queue in SQLite: its reads, and the way to its writes.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};
use tokio::sync::watch;

use super::Sqlite;
use super::codec::{member, time};
use super::enqueue::Enqueue;
use super::finish::{Bury, Complete, Extend, Release};
use super::lease::LeaseDue;
use super::upkeep::{Prune, RetryDead};
use crate::{
    AuditRow, Completion, DeadLetter, DeadSelection, Deliveries, Delivery, DeliveryCounts, DeliveryId,
    DeliveryRecord, DeliveryState, Enqueued, Lease, Leased, NewDelivery, StoreError,
};

const READING: &str = "reading deliveries";

#[async_trait]
impl Deliveries for Sqlite {
    async fn enqueue(&self, batch: Vec<NewDelivery>, now: Timestamp) -> Result<Vec<Enqueued>, StoreError> {
        self.write(Enqueue { batch, now }).await
    }

    async fn lease(
        &self,
        limit: u32,
        worker: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Leased>, StoreError> {
        self.write(LeaseDue {
            limit,
            worker: worker.to_owned(),
            until,
            now,
        })
        .await
    }

    async fn extend(&self, lease: Lease, until: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        self.write(Extend { lease, until, now }).await
    }

    async fn release(
        &self,
        lease: Lease,
        not_before: Timestamp,
        reason: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(Release {
            lease,
            not_before,
            reason: reason.to_owned(),
            now,
        })
        .await
    }

    async fn complete(&self, lease: Lease, completion: Completion, now: Timestamp) -> Result<(), StoreError> {
        self.write(Complete {
            lease,
            completion,
            now,
        })
        .await
    }

    async fn bury(
        &self,
        lease: Lease,
        letter: DeadLetter,
        audit: Vec<AuditRow>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(Bury {
            lease,
            letter,
            audit,
            now,
        })
        .await
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
        self.write(RetryDead { selection, now }).await
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

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let query = query(
            "SELECT due_at FROM deliveries WHERE state = 'leased'
             UNION ALL
             SELECT due_at FROM deliveries AS d WHERE state = 'pending'
               AND NOT EXISTS (SELECT 1 FROM deliveries AS held
                               WHERE held.state = 'leased' AND held.target = d.target AND held.key = d.key)
               AND NOT EXISTS (SELECT 1 FROM deliveries AS older
                               WHERE older.state = 'pending' AND older.target = d.target
                                 AND older.key = d.key AND older.id < d.id)
             ORDER BY due_at LIMIT 1",
        );
        self.read_one(READING, query, |row| time(row, "due_at")).await
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
        created_at: time(row, "created_at")?,
    })
}

fn record(row: &SqliteRow) -> Result<DeliveryRecord, sqlx::Error> {
    Ok(DeliveryRecord {
        delivery: delivery(row)?,
        state: member(row, "state")?,
        due_at: time(row, "due_at")?,
        worker: row.try_get("worker")?,
        reason: row.try_get("reason")?,
        outcome: row.try_get("outcome")?,
        letter: letter(row)?,
        updated_at: time(row, "updated_at")?,
    })
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
    }))
}
