//! Writing down what became of records that were accepted.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use sqlx::{query, query_scalar};

use super::codec::{list, micros};
use super::failure::Failure;
use super::verdict::{Outcome, Verdict};
use crate::Occasion;

/// What became of a record, who filed it and when.
pub(super) struct Judged<'a> {
    pub verdict: &'a Verdict<'a>,
    pub origin: &'a str,
    pub now: Timestamp,
}

/// The number of the last change.
pub(super) async fn last_change(connection: &mut SqliteConnection) -> Result<i64, Failure> {
    Ok(query_scalar("SELECT last FROM record_changes")
        .fetch_one(connection)
        .await?)
}

/// Numbers up to this one are given.
pub(super) async fn note_last_change(connection: &mut SqliteConnection, last: i64) -> Result<(), Failure> {
    query("UPDATE record_changes SET last = ?1")
        .bind(last)
        .execute(connection)
        .await?;
    Ok(())
}

#[derive(Serialize)]
struct Row<'a> {
    kind: &'a str,
    id: &'a str,
    body: Option<&'a str>,
    fingerprint: Option<&'a str>,
    revision: i64,
    change: i64,
    origin: &'a str,
    micros: i64,
}

impl<'a> Row<'a> {
    fn new(judged: &Judged<'a>) -> Self {
        let Verdict {
            record,
            revision,
            change,
            ..
        } = judged.verdict;
        Row {
            kind: &record.name.kind,
            id: &record.name.id,
            body: record.body.as_deref(),
            fingerprint: record.body.as_ref().and(record.fingerprint.as_deref()),
            revision: *revision,
            change: *change,
            origin: judged.origin,
            micros: micros(judged.now),
        }
    }
}

/// Writes what has changed, and nothing where nothing has.
pub(super) async fn keep(connection: &mut SqliteConnection, judged: &[Judged<'_>]) -> Result<(), Failure> {
    let rows = |is_meant: fn(Outcome) -> bool| -> Vec<Row<'_>> {
        let meant = judged.iter().filter(|judged| is_meant(judged.verdict.outcome));
        meant.map(Row::new).collect()
    };
    let changed = rows(|outcome| matches!(outcome, Outcome::Changed | Outcome::Turned));
    if !changed.is_empty() {
        query(
            "INSERT INTO records (kind, id, body, fingerprint, revision, change, origin, created_at, updated_at)
             SELECT value ->> 'kind', value ->> 'id', value ->> 'body', value ->> 'fingerprint',
                    value ->> 'revision', value ->> 'change', value ->> 'origin', value ->> 'micros',
                    value ->> 'micros'
             FROM json_each(?1) WHERE true ORDER BY json_each.key
             ON CONFLICT (kind, id) DO UPDATE
             SET body = excluded.body, fingerprint = excluded.fingerprint, revision = excluded.revision,
                 change = excluded.change, origin = excluded.origin, misses = 0, updated_at = excluded.updated_at",
        )
        .bind(list(&changed)?)
        .execute(&mut *connection)
        .await?;
        identify(connection, judged).await?;
    }
    let seen = rows(|outcome| matches!(outcome, Outcome::Seen | Outcome::Refingered));
    if !seen.is_empty() {
        query(
            "UPDATE records SET fingerprint = COALESCE(seen.value ->> 'fingerprint', fingerprint), misses = 0
             FROM json_each(?1) AS seen
             WHERE kind = seen.value ->> 'kind' AND records.id = seen.value ->> 'id'",
        )
        .bind(list(&seen)?)
        .execute(connection)
        .await?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Identity<'a> {
    kind: &'a str,
    id: &'a str,
    field: &'a str,
    value: &'a str,
}

/// What changed records are found by, in place of what they were found by.
async fn identify(connection: &mut SqliteConnection, judged: &[Judged<'_>]) -> Result<(), Failure> {
    let changed: Vec<&Verdict<'_>> = judged
        .iter()
        .map(|judged| judged.verdict)
        .filter(|verdict| verdict.is_changed())
        .collect();
    let known: Vec<[&str; 2]> = changed
        .iter()
        .filter(|verdict| verdict.revision > 1)
        .map(|verdict| [verdict.record.name.kind.as_str(), verdict.record.name.id.as_str()])
        .collect();
    if !known.is_empty() {
        query(
            "DELETE FROM record_identities
             WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))",
        )
        .bind(list(&known)?)
        .execute(&mut *connection)
        .await?;
    }
    // Of a record that is filed twice in a batch the last state counts.
    let last: std::collections::HashMap<_, _> = changed
        .iter()
        .map(|verdict| (&verdict.record.name, *verdict))
        .collect();
    let there = last.values().filter(|verdict| verdict.is_there());
    let identities: Vec<Identity<'_>> = there
        .flat_map(|verdict| {
            let name = &verdict.record.name;
            let identities = verdict.record.identities.iter();
            identities.map(move |(field, value)| Identity {
                kind: &name.kind,
                id: &name.id,
                field,
                value,
            })
        })
        .collect();
    if identities.is_empty() {
        return Ok(());
    }
    query(
        "INSERT OR IGNORE INTO record_identities (kind, field, value, id)
         SELECT value ->> 'kind', value ->> 'field', value ->> 'value', value ->> 'id' FROM json_each(?1)",
    )
    .bind(list(&identities)?)
    .execute(connection)
    .await?;
    Ok(())
}

#[derive(Serialize)]
struct Turn {
    key: String,
    event: String,
    revision: i64,
    micros: i64,
}

/// What still waits or lies dead for a target that does not hear of the newer state must not follow it: nothing is
/// created of a record that is gone. What may have been written already is left to whoever looks that up.
pub(super) async fn supersede(
    connection: &mut SqliteConnection,
    judged: &[Judged<'_>],
) -> Result<(), Failure> {
    let turned = judged
        .iter()
        .filter(|judged| judged.verdict.outcome == Outcome::Turned);
    let turns: Vec<Turn> = turned
        .map(|judged| {
            let overtaken = match judged.verdict.is_there() {
                true => Occasion::Deleted,
                false => Occasion::Saved,
            };
            let name = &judged.verdict.record.name;
            Turn {
                key: name.to_string(),
                event: overtaken.event(&name.kind),
                revision: judged.verdict.revision,
                micros: micros(judged.now),
            }
        })
        .collect();
    if turns.is_empty() {
        return Ok(());
    }
    query(
        "UPDATE deliveries SET state = 'superseded', updated_at = turn.value ->> 'micros'
         FROM json_each(?1) AS turn
         WHERE deliveries.key = turn.value ->> 'key' AND event = turn.value ->> 'event'
           AND revision < turn.value ->> 'revision' AND state IN ('pending', 'dead')
           AND NOT EXISTS (SELECT 1 FROM intents WHERE intents.delivery = deliveries.id
                                                   AND intents.outcome IN ('open', 'unknown'))",
    )
    .bind(list(&turns)?)
    .execute(connection)
    .await?;
    Ok(())
}
