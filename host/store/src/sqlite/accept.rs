//! Accepting records: compared, kept and routed in one commit.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, query};

use super::codec::list;
use super::enqueue::enqueue;
use super::failure::Failure;
use super::job::Write;
use super::standing::{Dead, Item};
use super::verdict::{Known, Verdict, judge};
use super::{awaited, keep, records};
use crate::{Accepted, Filing, NewDelivery, NewRecord, Occasion, RecordName};

pub(super) struct Accept {
    pub filing: Filing,
    pub now: Timestamp,
}

impl Write for Accept {
    type Output = Vec<Accepted>;
    const PHASE: &'static str = "accepting records";
    const ARRIVAL: bool = true;
    const JOINS: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Vec<Accepted>, Failure> {
        accept(connection, &self.filing, self.now).await
    }

    /// Records are often filed one by one; together they take a handful of statements.
    async fn apply_all(
        writes: &[&Self],
        connection: &mut SqliteConnection,
    ) -> Result<Vec<Vec<Accepted>>, Failure> {
        let filed: Vec<Filed<'_>> = writes
            .iter()
            .map(|write| Filed::new(&write.filing, write.now))
            .collect();
        accept_all(connection, &filed).await
    }
}

pub(super) struct AcceptIf {
    /// Of records that are named once.
    pub filing: Filing,
    /// What each of them has to have, in their order; none of one that is not there.
    pub revisions: Vec<Option<i64>>,
    pub now: Timestamp,
}

impl Write for AcceptIf {
    type Output = Vec<Option<Accepted>>;
    const PHASE: &'static str = "accepting records";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Vec<Option<Accepted>>, Failure> {
        let records: Vec<&NewRecord> = self.filing.records.iter().collect();
        let known = known(connection, &records).await?;
        let is_expected = |(record, revision): (&NewRecord, &Option<i64>)| {
            let there = known.get(&record.name).filter(|known| known.body.is_some());
            there.map(|known| known.revision) == *revision
        };
        let expected: Vec<bool> = records
            .into_iter()
            .zip(&self.revisions)
            .map(is_expected)
            .collect();
        let sound = self.filing.records.iter().zip(&expected);
        let filing = Filing {
            records: sound
                .filter(|(_, is_expected)| **is_expected)
                .map(|(record, _)| record.clone())
                .collect(),
            routes: self.filing.routes.clone(),
            origin: self.filing.origin.clone(),
        };
        let mut accepted = accept(connection, &filing, self.now).await?.into_iter();
        let answers = expected.into_iter();
        Ok(answers
            .map(|is_expected| if is_expected { accepted.next() } else { None })
            .collect())
    }
}

/// Accepts what one caller files.
pub(super) async fn accept(
    connection: &mut SqliteConnection,
    filing: &Filing,
    now: Timestamp,
) -> Result<Vec<Accepted>, Failure> {
    let accepted = accept_all(connection, &[Filed::new(filing, now)]).await?;
    Ok(accepted.into_iter().flatten().collect())
}

/// What one caller files, and when.
struct Filed<'a> {
    filing: &'a Filing,
    now: Timestamp,
}

impl<'a> Filed<'a> {
    fn new(filing: &'a Filing, now: Timestamp) -> Self {
        Self { filing, now }
    }
}

/// As if one came after the other, with as many statements for a thousand records as for one.
async fn accept_all(
    connection: &mut SqliteConnection,
    filed: &[Filed<'_>],
) -> Result<Vec<Vec<Accepted>>, Failure> {
    let records: Vec<&NewRecord> = filed.iter().flat_map(|filed| &filed.filing.records).collect();
    let mut known = known(connection, &records).await?;
    let before = keep::last_change(connection).await?;
    let mut last = before;
    let verdicts: Vec<Vec<Verdict<'_>>> = filed
        .iter()
        .map(|filed| {
            let records = filed.filing.records.iter();
            records
                .map(|record| judge(&mut known, &mut last, record))
                .collect()
        })
        .collect();
    let judged = filed
        .iter()
        .zip(&verdicts)
        .flat_map(|(filed, verdicts)| verdicts.iter().map(move |verdict| (filed, verdict)));
    let judged: Vec<keep::Judged<'_>> = judged
        .map(|(filed, verdict)| keep::Judged {
            verdict,
            origin: &filed.filing.origin,
            now: filed.now,
        })
        .collect();
    keep::keep(connection, &judged).await?;
    if last > before {
        keep::note_last_change(connection, last).await?;
    }
    let accepted = deliver(connection, filed, &verdicts).await?;
    keep::supersede(connection, &judged).await?;
    awaited::wake(connection, &judged).await?;
    Ok(accepted)
}

/// What is kept of each of the records.
async fn known(
    connection: &mut SqliteConnection,
    records: &[&NewRecord],
) -> Result<HashMap<RecordName, Known>, Failure> {
    let names: Vec<[&str; 2]> = records
        .iter()
        .map(|record| [record.name.kind.as_str(), record.name.id.as_str()])
        .collect();
    let rows = query(
        "SELECT r.kind, r.id, r.body, r.fingerprint, r.revision, r.change, r.misses
         FROM json_each(?1) AS wanted CROSS JOIN records AS r
         WHERE r.kind = wanted.value ->> 0 AND r.id = wanted.value ->> 1",
    )
    .bind(list(&names)?)
    .fetch_all(connection)
    .await?;
    let known = rows.iter().map(|row| {
        let known = Known {
            body: row.try_get("body")?,
            fingerprint: row.try_get("fingerprint")?,
            revision: row.try_get("revision")?,
            change: row.try_get("change")?,
            misses: row.try_get("misses")?,
        };
        Ok((records::name(row)?, known))
    });
    Ok(known.collect::<Result<_, sqlx::Error>>()?)
}

/// Enqueues what the routes ask for.
async fn deliver(
    connection: &mut SqliteConnection,
    filed: &[Filed<'_>],
    verdicts: &[Vec<Verdict<'_>>],
) -> Result<Vec<Vec<Accepted>>, Failure> {
    let mut deliveries: Vec<(NewDelivery, Dead, Timestamp)> = Vec::new();
    let mut accepted: Vec<Vec<Accepted>> = Vec::with_capacity(filed.len());
    let mut shares: Vec<usize> = Vec::new();
    for (filed, verdicts) in filed.iter().zip(verdicts) {
        for verdict in verdicts {
            let own = routed(filed.filing, verdict);
            shares.push(own.len());
            deliveries.extend(
                own.into_iter()
                    .map(|delivery| (delivery, verdict.dead(), filed.now)),
            );
        }
        accepted.push(verdicts.iter().map(Verdict::accepted).collect());
    }
    let items: Vec<Item<'_>> = deliveries
        .iter()
        .map(|(delivery, dead, now)| Item {
            dead: *dead,
            ..Item::new(delivery, *now)
        })
        .collect();
    let mut enqueued = enqueue(connection, &items).await?.into_iter();
    for (record, share) in accepted.iter_mut().flatten().zip(shares) {
        record.deliveries = enqueued.by_ref().take(share).collect();
    }
    Ok(accepted)
}

/// One for each route that matches.
fn routed(filing: &Filing, verdict: &Verdict<'_>) -> Vec<NewDelivery> {
    let Some(payload) = verdict.payload.as_deref() else {
        return Vec::new();
    };
    let name = &verdict.record.name;
    let occasion = match verdict.is_there() {
        true => Occasion::Saved,
        false => Occasion::Deleted,
    };
    let matching = filing
        .routes
        .iter()
        .filter(|route| route.kind == name.kind && route.occasion == occasion);
    matching
        .map(|route| NewDelivery {
            event: occasion.event(&name.kind),
            target: route.target.clone(),
            key: name.to_string(),
            payload: payload.to_owned(),
            revision: Some(verdict.revision),
            hops: 0,
        })
        .collect()
}
