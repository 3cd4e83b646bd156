//! What a worker does with a delivery it holds. Each write names the lease and does nothing if it was lost.

use jiff::Timestamp;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query};

use super::codec::micros;
use super::failure::Failure;
use super::job::Write;
use super::{accept, conflicts, links, records, sources};
use crate::{Cause, Completion, DeadLetter, Lease, PutOff, RecordName, StoreError};

pub(super) struct Extend {
    pub lease: Lease,
    pub until: Timestamp,
    pub now: Timestamp,
}

impl Write for Extend {
    type Output = ();
    const PHASE: &'static str = "extending a lease";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let row = query(
            "UPDATE deliveries SET due_at = ?3, updated_at = ?4
             WHERE id = ?1 AND lease = ?2 AND state = 'leased' RETURNING id",
        )
        .bind(self.lease.delivery.0)
        .bind(self.lease.token)
        .bind(micros(self.until))
        .bind(micros(self.now))
        .fetch_optional(connection)
        .await?;
        held(row, self.lease).map(drop)
    }
}

pub(super) struct Release {
    pub lease: Lease,
    pub put_off: PutOff,
    pub now: Timestamp,
}

impl Write for Release {
    type Output = ();
    const PHASE: &'static str = "releasing a delivery";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let newer = self.take_over(&mut *connection).await?;
        let (payload, revision, event): (Option<String>, Option<i64>, Option<String>) = match newer {
            Some(newer) => (
                newer.try_get("payload")?,
                newer.try_get("revision")?,
                newer.try_get("event")?,
            ),
            None => (None, None, None),
        };
        let counts = Counts::of(&self.put_off.cause);
        let row = query(
            "UPDATE deliveries
             SET state = 'pending', due_at = ?3, worker = NULL, reason = ?4, updated_at = ?5,
                 payload = COALESCE(?6, payload), revision = COALESCE(?7, revision), event = COALESCE(?13, event),
                 waits_for = ?8, replay = CASE WHEN ?7 IS NULL THEN replay END,
                 attempt = CASE WHEN ?7 IS NULL THEN attempt - ?9 ELSE 0 END,
                 failures = CASE WHEN ?7 IS NULL THEN failures + ?10 ELSE 0 END,
                 unconfirmed = CASE WHEN ?7 IS NULL THEN unconfirmed + ?11 ELSE 0 END,
                 panics = CASE WHEN ?7 IS NULL THEN panics + ?12 ELSE 0 END
             WHERE id = ?1 AND lease = ?2 AND state = 'leased' RETURNING id",
        )
        .bind(self.lease.delivery.0)
        .bind(self.lease.token)
        .bind(micros(self.put_off.not_before))
        .bind(&self.put_off.reason)
        .bind(micros(self.now))
        .bind(payload)
        .bind(revision)
        .bind(counts.waits_for)
        .bind(i64::from(!counts.is_attempt))
        .bind(i64::from(counts.is_attempt))
        .bind(i64::from(counts.is_unconfirmed))
        .bind(i64::from(counts.is_panic))
        .bind(event)
        .fetch_optional(connection)
        .await?;
        held(row, self.lease).map(drop)
    }
}

/// What an attempt counts as.
struct Counts<'a> {
    is_attempt: bool,
    is_unconfirmed: bool,
    is_panic: bool,
    waits_for: Option<&'a str>,
}

impl<'a> Counts<'a> {
    fn of(cause: &'a Cause) -> Self {
        Counts {
            is_attempt: !matches!(cause, Cause::Interrupted | Cause::WaitsFor(_)),
            is_unconfirmed: *cause == Cause::Unconfirmed,
            is_panic: *cause == Cause::Panicked,
            waits_for: match cause {
                Cause::WaitsFor(what) => Some(what),
                _ => None,
            },
        }
    }
}

impl Release {
    /// Of a record with revisions only one payload waits: the released delivery takes over the one that queued behind
    /// it, which was never in hand and so has no intents.
    async fn take_over(&self, connection: &mut SqliteConnection) -> Result<Option<SqliteRow>, Failure> {
        let newer = query(
            "UPDATE deliveries SET state = 'superseded', updated_at = ?3
             FROM (SELECT target, key FROM deliveries
                   WHERE id = ?1 AND lease = ?2 AND state = 'leased' AND revision IS NOT NULL) AS released
             WHERE deliveries.state = 'pending' AND deliveries.revision IS NOT NULL
               AND deliveries.target = released.target AND deliveries.key = released.key
             RETURNING payload, deliveries.revision, deliveries.event",
        )
        .bind(self.lease.delivery.0)
        .bind(self.lease.token)
        .bind(micros(self.now));
        Ok(newer.fetch_optional(connection).await?)
    }
}

pub(super) struct Complete {
    pub lease: Lease,
    pub completion: Completion,
    pub now: Timestamp,
}

impl Write for Complete {
    type Output = ();
    const PHASE: &'static str = "completing a delivery";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let row = query(
            "UPDATE deliveries
             SET state = 'done', worker = NULL, outcome = ?3, updated_at = ?4,
                 dead_kind = NULL, dead_code = NULL, dead_message = NULL, dead_hint = NULL, dead_cause = NULL
             WHERE id = ?1 AND lease = ?2 AND state = 'leased' RETURNING target, key, revision",
        )
        .bind(self.lease.delivery.0)
        .bind(self.lease.token)
        .bind(&self.completion.outcome)
        .bind(micros(self.now))
        .fetch_optional(&mut *connection)
        .await?;
        supersede(connection, self.lease, &held(row, self.lease)?, self.now).await?;
        let Completion {
            link,
            agreed_before,
            filing,
            conflicts,
            closed,
            unchanged,
            source,
            ..
        } = &self.completion;
        for (record, revision) in unchanged {
            unchanged_since(connection, record, *revision).await?;
        }
        if let Some(link) = link {
            links::unchanged_since(connection, link, agreed_before.as_deref()).await?;
        }
        if let Some(filing) = filing {
            accept::accept(connection, filing, self.now).await?;
        }
        if let Some(link) = link {
            links::put(connection, link, self.now).await?;
        }
        if let Some(source) = source {
            sources::note(connection, source).await?;
        }
        for closed in closed {
            conflicts::close(connection, closed, self.now).await?;
        }
        conflicts::note(connection, conflicts, self.now).await
    }
}

pub(super) struct Bury {
    pub lease: Lease,
    pub letter: DeadLetter,
    pub now: Timestamp,
}

impl Write for Bury {
    type Output = ();
    const PHASE: &'static str = "burying a delivery";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let row = query(
            "UPDATE deliveries
             SET state = 'dead', worker = NULL, dead_kind = ?3, dead_code = ?4, dead_message = ?5, dead_hint = ?6,
                 updated_at = ?7, dead_cause = ?8
             WHERE id = ?1 AND lease = ?2 AND state = 'leased' RETURNING target, key, revision",
        )
        .bind(self.lease.delivery.0)
        .bind(self.lease.token)
        .bind(&self.letter.kind)
        .bind(&self.letter.code)
        .bind(&self.letter.message)
        .bind(&self.letter.hint)
        .bind(micros(self.now))
        .bind(&self.letter.cause)
        .fetch_optional(&mut *connection)
        .await?;
        supersede(connection, self.lease, &held(row, self.lease)?, self.now).await
    }
}

/// What rests on a state of the record must not be written where that is not its last any more.
async fn unchanged_since(
    connection: &mut SqliteConnection,
    record: &RecordName,
    expected: i64,
) -> Result<(), Failure> {
    let standing = records::standing(connection, record).await?;
    if standing.is(expected) {
        return Ok(());
    }
    Err(Failure::Refused(StoreError::RecordChanged {
        record: record.clone(),
        expected,
        found: standing.revision,
    }))
}

fn held(row: Option<SqliteRow>, lease: Lease) -> Result<SqliteRow, Failure> {
    row.ok_or_else(|| {
        StoreError::LeaseLost {
            delivery: lease.delivery,
        }
        .into()
    })
}

/// A record with revisions needs nobody's care for an older payload once a newer one has come to its end.
async fn supersede(
    connection: &mut SqliteConnection,
    lease: Lease,
    ended: &SqliteRow,
    now: Timestamp,
) -> Result<(), Failure> {
    let Some(revision) = ended.try_get::<Option<i64>, _>("revision")? else {
        return Ok(());
    };
    query(
        "UPDATE deliveries SET state = 'superseded', updated_at = ?5
         WHERE target = ?1 AND key = ?2 AND revision IS NOT NULL AND revision <= ?3
           AND state = 'dead' AND id <> ?4",
    )
    .bind(ended.try_get::<String, _>("target")?)
    .bind(ended.try_get::<String, _>("key")?)
    .bind(revision)
    .bind(lease.delivery.0)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}
