//! Fires and paused flows in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query, query_scalar};

use super::Sqlite;
use super::codec::{member, micros, time};
use super::enqueue::enqueue;
use super::failure::Failure;
use super::job::Write;
use super::standing::Item;
use crate::{
    DeliveryId, Disposition, Enqueued, FireRecord, Look, Meeting, NewDelivery, NewFire, PausedFlow,
    ScheduleStanding, Schedules, StoreError,
};

const READING: &str = "reading schedules";

#[async_trait]
impl Schedules for Sqlite {
    async fn fire(&self, look: Look, now: Timestamp) -> Result<Vec<Option<Enqueued>>, StoreError> {
        self.write(Fire { look, now }).await
    }

    async fn standing(&self) -> Result<Vec<ScheduleStanding>, StoreError> {
        let statement = query(
            "WITH known AS (SELECT flow, rhythm FROM schedules UNION SELECT DISTINCT flow, rhythm FROM fires)
             SELECT known.flow, known.rhythm, s.rule, s.looked_until, COALESCE(s.missed, 0) AS missed,
                    f.fire_at, f.fired_at, f.delivery, d.state, d.outcome,
                    (SELECT ended.updated_at FROM fires AS handled JOIN deliveries AS ended ON ended.id = handled.delivery
                     WHERE handled.flow = known.flow AND handled.rhythm = known.rhythm AND ended.state = 'done'
                     ORDER BY handled.id DESC LIMIT 1) AS last_end
             FROM known
             LEFT JOIN schedules AS s ON s.flow = known.flow AND s.rhythm = known.rhythm
             LEFT JOIN fires AS f ON f.id = (SELECT MAX(id) FROM fires AS newest
                                             WHERE newest.flow = known.flow AND newest.rhythm = known.rhythm)
             LEFT JOIN deliveries AS d ON d.id = f.delivery
             ORDER BY known.flow, known.rhythm DESC",
        );
        self.read(READING, statement, standing).await
    }

    async fn pause(&self, flow: &str, now: Timestamp) -> Result<bool, StoreError> {
        let flow = flow.to_owned();
        self.write(Pause { flow, now }).await
    }

    async fn resume(&self, flow: &str, now: Timestamp) -> Result<bool, StoreError> {
        let flow = flow.to_owned();
        self.write(Resume { flow, now }).await
    }

    async fn paused(&self) -> Result<Vec<PausedFlow>, StoreError> {
        let statement = query("SELECT flow, since FROM paused_flows ORDER BY flow");
        self.read(READING, statement, |row| {
            Ok(PausedFlow {
                flow: row.try_get("flow")?,
                since: time(row, "since")?,
            })
        })
        .await
    }

    async fn prune_fires(&self, fired_before: Timestamp) -> Result<u64, StoreError> {
        self.write(PruneFires { fired_before }).await
    }
}

fn standing(row: &SqliteRow) -> Result<ScheduleStanding, sqlx::Error> {
    let maybe = |column: &str| {
        let micros: Option<i64> = row.try_get(column)?;
        micros.map(|_| time(row, column)).transpose()
    };
    let last = match (maybe("fire_at")?, maybe("fired_at")?) {
        (Some(at), Some(fired_at)) => Some(FireRecord {
            at,
            fired_at,
            delivery: row.try_get::<Option<i64>, _>("delivery")?.map(DeliveryId),
            state: match row.try_get::<Option<String>, _>("state")? {
                Some(_) => Some(member(row, "state")?),
                None => None,
            },
            outcome: row.try_get("outcome")?,
        }),
        _ => None,
    };
    Ok(ScheduleStanding {
        flow: row.try_get("flow")?,
        rhythm: member(row, "rhythm")?,
        looked_at: row
            .try_get::<Option<String>, _>("rule")?
            .zip(maybe("looked_until")?),
        missed: u64::try_from(row.try_get::<i64, _>("missed")?).unwrap_or_default(),
        last,
        last_end: maybe("last_end")?,
    })
}

struct Fire {
    look: Look,
    now: Timestamp,
}

impl Write for Fire {
    type Output = Vec<Option<Enqueued>>;
    const PHASE: &'static str = "firing a flow";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Self::Output, Failure> {
        let mut answers = Vec::with_capacity(self.look.fires.len());
        for fire in &self.look.fires {
            answers.push(self.one(connection, fire).await?);
        }
        if let Some((rule, looked_until)) = &self.look.looked_at {
            query(
                "INSERT INTO schedules (flow, rhythm, looked_until, missed, rule) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (flow, rhythm) DO UPDATE
                 SET looked_until = excluded.looked_until, missed = missed + excluded.missed, rule = excluded.rule",
            )
            .bind(&self.look.flow)
            .bind(self.look.rhythm.name())
            .bind(micros(*looked_until))
            .bind(i64::try_from(self.look.missed).unwrap_or(i64::MAX))
            .bind(rule)
            .execute(connection)
            .await?;
        }
        Ok(answers)
    }
}

impl Fire {
    /// The delivery of a fire; none if that time has fired.
    async fn one(
        &self,
        connection: &mut SqliteConnection,
        fire: &NewFire,
    ) -> Result<Option<Enqueued>, Failure> {
        let id: Option<i64> = query_scalar(
            "INSERT INTO fires (flow, rhythm, fire_at, fired_at) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (flow, rhythm, fire_at) DO NOTHING RETURNING id",
        )
        .bind(&self.look.flow)
        .bind(self.look.rhythm.name())
        .bind(micros(fire.at))
        .bind(micros(self.now))
        .fetch_optional(&mut *connection)
        .await?;
        let Some(id) = id else {
            return Ok(None);
        };
        let enqueued = match self.waiting(connection, fire).await? {
            Some(delivery) => Enqueued {
                delivery,
                disposition: Disposition::Covered,
            },
            None => self.deliver(connection, fire, id).await?,
        };
        query("UPDATE fires SET delivery = ?2 WHERE id = ?1")
            .bind(id)
            .bind(enqueued.delivery.0)
            .execute(connection)
            .await?;
        Ok(Some(enqueued))
    }

    /// The delivery that stands for a fire that joins it.
    async fn waiting(
        &self,
        connection: &mut SqliteConnection,
        fire: &NewFire,
    ) -> Result<Option<DeliveryId>, Failure> {
        if fire.meeting != Meeting::Joins {
            return Ok(None);
        }
        let waiting: Option<i64> = query_scalar(
            "SELECT d.id FROM fires AS f JOIN deliveries AS d ON d.id = f.delivery
             WHERE f.flow = ?1 AND f.rhythm = ?2 AND d.state = 'pending' ORDER BY f.id DESC LIMIT 1",
        )
        .bind(&self.look.flow)
        .bind(self.look.rhythm.name())
        .fetch_optional(connection)
        .await?;
        Ok(waiting.map(DeliveryId))
    }

    async fn deliver(
        &self,
        connection: &mut SqliteConnection,
        fire: &NewFire,
        id: i64,
    ) -> Result<Enqueued, Failure> {
        let delivery = NewDelivery {
            event: fire.event.clone(),
            target: self.look.target.clone(),
            key: self.look.key.clone(),
            payload: fire.payload.clone(),
            // It rises, so that a later fire is the newer one however the clock was set between the two.
            revision: (fire.meeting == Meeting::Replaces).then_some(id),
            hops: 0,
        };
        let enqueued = enqueue(connection, &[Item::new(&delivery, self.now)]).await?;
        enqueued
            .into_iter()
            .next()
            .ok_or(Failure::from(sqlx::Error::RowNotFound))
    }
}

struct Pause {
    flow: String,
    now: Timestamp,
}

impl Write for Pause {
    type Output = bool;
    const PHASE: &'static str = "pausing a flow";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<bool, Failure> {
        let paused =
            query("INSERT INTO paused_flows (flow, since) VALUES (?1, ?2) ON CONFLICT (flow) DO NOTHING")
                .bind(&self.flow)
                .bind(micros(self.now))
                .execute(connection)
                .await?;
        Ok(paused.rows_affected() > 0)
    }
}

struct Resume {
    flow: String,
    now: Timestamp,
}

impl Write for Resume {
    type Output = bool;
    const PHASE: &'static str = "resuming a flow";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<bool, Failure> {
        let resumed = query("DELETE FROM paused_flows WHERE flow = ?1")
            .bind(&self.flow)
            .execute(&mut *connection)
            .await?;
        if resumed.rows_affected() == 0 {
            return Ok(false);
        }
        query("UPDATE schedules SET looked_until = ?2 WHERE flow = ?1")
            .bind(&self.flow)
            .bind(micros(self.now))
            .execute(connection)
            .await?;
        Ok(true)
    }
}

struct PruneFires {
    fired_before: Timestamp,
}

impl Write for PruneFires {
    type Output = u64;
    const PHASE: &'static str = "pruning fires";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        let pruned = query(
            "DELETE FROM fires WHERE fired_at < ?1
               AND EXISTS (SELECT 1 FROM fires AS newer WHERE newer.flow = fires.flow AND newer.rhythm = fires.rhythm
                             AND newer.id > fires.id)",
        )
        .bind(micros(self.fired_before))
        .execute(connection)
        .await?;
        Ok(pruned.rows_affected())
    }
}
