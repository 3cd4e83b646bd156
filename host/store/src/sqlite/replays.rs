//! What people do with dead deliveries: see them by cause, try them again, and change their mind.

use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Row, Sqlite as Database, query, query_scalar};

use super::codec::{list, micros, time, time_if_any};
use super::deliveries::record;
use super::failure::Failure;
use super::job::Write;
use crate::{DeadCause, DeadFilter, DeadSelection, Replay, ReplayId};

/// The dead deliveries of a [`Chosen`], whose members are the first four parameters.
pub(super) const CHOSEN: &str = "(?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))
       AND (?2 IS NULL OR dead_cause = ?2) AND (?3 IS NULL OR target = ?3) AND (?4 IS NULL OR dead_kind = ?4)";

/// Replays with how far they are; one of them, or the last ones.
pub(super) const LIST: &str = "SELECT replays.*,
         (SELECT COUNT(*) FROM deliveries AS d WHERE d.replay = replays.id AND d.state IN ('pending', 'leased')) AS waiting,
         (SELECT COUNT(*) FROM deliveries AS d WHERE d.replay = replays.id AND d.state = 'dead') AS dead
     FROM replays WHERE ?1 IS NULL OR id = ?1 ORDER BY id DESC LIMIT ?2";

/// Each cause with its oldest delivery.
pub(super) const CAUSES: &str = "SELECT deliveries.*, number, first_at, last_at
     FROM (SELECT MIN(id) AS oldest, COUNT(*) AS number, MIN(updated_at) AS first_at, MAX(updated_at) AS last_at
           FROM deliveries WHERE state = 'dead' GROUP BY dead_cause) AS causes
     JOIN deliveries ON deliveries.id = causes.oldest
     ORDER BY number DESC, deliveries.id";

type Statement<'q> = sqlx::query::Query<'q, Database, SqliteArguments>;

/// A selection as parameters.
pub(super) struct Chosen {
    numbers: Option<String>,
    filter: DeadFilter,
}

pub(super) fn chosen(selection: &DeadSelection) -> Result<Chosen, Failure> {
    let (numbers, filter) = match selection {
        DeadSelection::All => (None, DeadFilter::default()),
        DeadSelection::These(ids) => (Some(list(ids)?), DeadFilter::default()),
        DeadSelection::Matching(filter) => (None, filter.clone()),
    };
    Ok(Chosen { numbers, filter })
}

impl Chosen {
    pub(super) fn bind<'q>(&self, statement: Statement<'q>) -> Statement<'q> {
        statement
            .bind(self.numbers.clone())
            .bind(self.filter.cause.clone())
            .bind(self.filter.target.clone())
            .bind(self.filter.kind.clone())
    }
}

pub(super) fn replay(row: &SqliteRow) -> Result<Replay, sqlx::Error> {
    let count = |column: &str| row.try_get::<i64, _>(column).map(i64::unsigned_abs);
    let (chosen, waiting, dead) = (count("chosen")?, count("waiting")?, count("dead")?);
    let cancelled = count("cancelled")?;
    Ok(Replay {
        id: ReplayId(row.try_get("id")?),
        begun_at: time(row, "begun_at")?,
        chosen,
        pause: SignedDuration::from_micros(row.try_get("pause_micros")?),
        waiting,
        dead,
        ended: chosen.saturating_sub(waiting + dead),
        cancelled: time_if_any(row, "cancelled_at")?.map(|at| (at, cancelled)),
    })
}

pub(super) fn cause(row: &SqliteRow) -> Result<DeadCause, sqlx::Error> {
    Ok(DeadCause {
        cause: row.try_get("dead_cause")?,
        count: row.try_get::<i64, _>("number")?.unsigned_abs(),
        first_at: time(row, "first_at")?,
        last_at: time(row, "last_at")?,
        example: record(row)?,
    })
}

async fn found(connection: &mut SqliteConnection, id: i64) -> Result<Option<Replay>, Failure> {
    let row = query(LIST).bind(id).bind(1).fetch_optional(connection).await?;
    Ok(row.as_ref().map(replay).transpose()?)
}

/// Tries dead deliveries again: at once, or with a pause between as a replay.
pub(super) struct RetryDead {
    pub selection: DeadSelection,
    pub pause: Option<SignedDuration>,
    pub now: Timestamp,
}

impl Write for RetryDead {
    type Output = Replay;
    const PHASE: &'static str = "retrying dead deliveries";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Replay, Failure> {
        let chosen = chosen(&self.selection)?;
        // An old payload must not follow a newer one of its record.
        let overtaken = format!(
            "UPDATE deliveries SET state = 'superseded', updated_at = ?5
             WHERE state = 'dead' AND {CHOSEN}
               AND EXISTS (SELECT 1 FROM deliveries AS newer
                           WHERE newer.target = deliveries.target
                             AND newer.key = deliveries.key AND newer.revision IS NOT NULL
                             AND newer.revision > deliveries.revision AND newer.state <> 'superseded')"
        );
        chosen
            .bind(query(sqlx::AssertSqlSafe(overtaken)))
            .bind(micros(self.now))
            .execute(&mut *connection)
            .await?;
        let pause = self.pause.unwrap_or_default();
        let pause_micros = i64::try_from(pause.as_micros()).unwrap_or(i64::MAX);
        let replay: Option<i64> = match self.pause {
            None => None,
            Some(_) => {
                let begin =
                    "INSERT INTO replays (begun_at, chosen, pause_micros) VALUES (?1, 0, ?2) RETURNING id";
                let begin = query_scalar(begin).bind(micros(self.now)).bind(pause_micros);
                Some(begin.fetch_one(&mut *connection).await?)
            }
        };
        let retry = format!(
            "UPDATE deliveries SET state = 'pending', due_at = ?5 + place * ?6, attempt = 0, failures = 0, unconfirmed = 0,
                                   panics = 0, waits_for = NULL, updated_at = ?5, replay = ?7
             FROM (SELECT id AS one, ROW_NUMBER() OVER (ORDER BY id) - 1 AS place
                   FROM deliveries WHERE state = 'dead' AND {CHOSEN}) AS places
             WHERE deliveries.id = places.one"
        );
        let retried = chosen
            .bind(query(sqlx::AssertSqlSafe(retry)))
            .bind(micros(self.now))
            .bind(pause_micros)
            .bind(replay)
            .execute(&mut *connection)
            .await?;
        let retried = retried.rows_affected();
        let mut begun = Replay {
            id: ReplayId(0),
            begun_at: self.now,
            chosen: retried,
            pause,
            waiting: retried,
            dead: 0,
            ended: 0,
            cancelled: None,
        };
        if let Some(replay) = replay {
            begun.id = ReplayId(replay);
            query("UPDATE replays SET chosen = ?2 WHERE id = ?1")
                .bind(replay)
                .bind(i64::try_from(retried).unwrap_or(i64::MAX))
                .execute(connection)
                .await?;
        }
        Ok(begun)
    }
}

/// Puts back what still waits of a replay.
pub(super) struct Cancel {
    pub id: ReplayId,
    pub now: Timestamp,
}

impl Write for Cancel {
    type Output = Option<Replay>;
    const PHASE: &'static str = "cancelling a replay";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Option<Replay>, Failure> {
        let put_back = query(
            "UPDATE deliveries SET state = 'dead', waits_for = NULL, updated_at = ?2
             WHERE replay = ?1 AND state = 'pending'",
        )
        .bind(self.id.0)
        .bind(micros(self.now))
        .execute(&mut *connection)
        .await?;
        query("UPDATE replays SET cancelled_at = COALESCE(cancelled_at, ?2), cancelled = cancelled + ?3 WHERE id = ?1")
            .bind(self.id.0)
            .bind(micros(self.now))
            .bind(i64::try_from(put_back.rows_affected()).unwrap_or(i64::MAX))
            .execute(&mut *connection)
            .await?;
        found(connection, self.id.0).await
    }
}
