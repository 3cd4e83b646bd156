//! What waited for a record that says something of itself, and is due now that such a record was filed.

use std::collections::BTreeSet;

use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use sqlx::{query, query_scalar};

use super::codec::{list, micros};
use super::failure::Failure;
use super::keep::Judged;
use crate::awaited_record;

/// What a filed record says of itself.
#[derive(Serialize)]
struct Said<'a> {
    kind: &'a str,
    body: Option<&'a str>,
    identities: &'a [(String, String)],
    micros: i64,
}

/// Makes due what waits for one of the records that have changed. Where nothing waits for a record of their kinds, which is
/// nearly always, that is one look into an index for each kind.
pub(super) async fn wake(connection: &mut SqliteConnection, judged: &[Judged<'_>]) -> Result<(), Failure> {
    let filed = || {
        let changed = judged.iter().filter(|judged| judged.verdict.is_changed());
        changed.filter(|judged| judged.verdict.is_there())
    };
    let kinds: BTreeSet<&str> = filed()
        .map(|judged| judged.verdict.record.name.kind.as_str())
        .collect();
    let mut awaited = BTreeSet::new();
    for kind in kinds {
        if is_awaited(connection, kind).await? {
            awaited.insert(kind);
        }
    }
    if awaited.is_empty() {
        return Ok(());
    }
    let said: Vec<Said<'_>> = filed()
        .filter(|judged| awaited.contains(judged.verdict.record.name.kind.as_str()))
        .map(|judged| Said {
            kind: &judged.verdict.record.name.kind,
            body: judged.verdict.record.body.as_deref(),
            identities: &judged.verdict.record.identities,
            micros: micros(judged.now),
        })
        .collect();
    query(
        "UPDATE deliveries SET due_at = MIN(due_at, said.micros), waits_for = NULL, updated_at = said.micros
         FROM (SELECT 'record ' || (record.value ->> 'kind') || '?' || (pair.value ->> 0) || '=' || (pair.value ->> 1) AS what,
                      record.value ->> 'micros' AS micros
               FROM json_each(?1) AS record, json_each(record.value, '$.identities') AS pair
               UNION ALL
               SELECT 'record ' || (record.value ->> 'kind') || '?' || member.key || '=' || CAST(member.value AS TEXT),
                      record.value ->> 'micros'
               FROM json_each(?1) AS record,
                    json_each(CASE WHEN json_valid(record.value ->> 'body') THEN record.value ->> 'body' ELSE '{}' END) AS member
               WHERE member.type NOT IN ('object', 'array', 'null')) AS said
         WHERE deliveries.waits_for = said.what AND state = 'pending'",
    )
    .bind(list(&said)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether anything waits for a record of the kind.
async fn is_awaited(connection: &mut SqliteConnection, kind: &str) -> Result<bool, Failure> {
    let first = awaited_record(kind, "", "");
    let first = first.trim_end_matches('=');
    // What begins so ends before the letter that follows the question mark.
    let behind = first.replace('?', "@");
    Ok(
        query_scalar("SELECT EXISTS (SELECT 1 FROM deliveries WHERE waits_for >= ?1 AND waits_for < ?2)")
            .bind(first)
            .bind(behind)
            .fetch_one(connection)
            .await?,
    )
}
