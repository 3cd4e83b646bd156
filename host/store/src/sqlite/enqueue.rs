//! Putting deliveries into their lanes, the newest payload of a record in place of older ones.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, query};

use super::codec::{list, member};
use super::failure::Failure;
use super::job::Write;
use super::standing::{Group, Item, Standing, Step, groups};
use crate::{DeliveryId, Disposition, Enqueued, NewDelivery};

pub(super) struct Enqueue {
    pub batch: Vec<NewDelivery>,
    pub now: Timestamp,
}

impl Write for Enqueue {
    type Output = Vec<Enqueued>;
    const PHASE: &'static str = "enqueueing deliveries";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Vec<Enqueued>, Failure> {
        let items: Vec<Item<'_>> = self
            .batch
            .iter()
            .map(|delivery| Item::new(delivery, self.now))
            .collect();
        enqueue(connection, &items).await
    }
}

/// Enqueues with as many statements for a thousand deliveries as for one. Answers in the order of the batch.
pub(super) async fn enqueue(
    connection: &mut SqliteConnection,
    batch: &[Item<'_>],
) -> Result<Vec<Enqueued>, Failure> {
    let groups = groups(batch);
    let standings = standings(connection, &groups).await?;
    let decide = |(group, standing): (&Group<'_>, &Standing)| standing.step(group.newest);
    let steps: Vec<Step> = groups.iter().zip(&standings).map(decide).collect();
    replace(connection, &groups, &steps).await?;
    let mut inserted = insert(connection, &groups, &steps).await?.into_iter();
    let mut answers: Vec<Option<Enqueued>> = vec![None; batch.len()];
    for (group, step) in groups.iter().zip(&steps) {
        let answer = match step {
            Step::Insert => inserted.next().map(|id| enqueued(id, Disposition::Queued)),
            Step::Replace { id, disposition } => Some(enqueued(*id, *disposition)),
            Step::Covered { id } => Some(enqueued(*id, Disposition::Covered)),
        };
        group.members.iter().for_each(|member| answers[*member] = answer);
    }
    answers
        .into_iter()
        .map(|answer| answer.ok_or(Failure::from(sqlx::Error::RowNotFound)))
        .collect()
}

fn enqueued(id: i64, disposition: Disposition) -> Enqueued {
    Enqueued {
        delivery: DeliveryId(id),
        disposition,
    }
}

#[derive(Serialize)]
struct Record<'a> {
    position: usize,
    target: &'a str,
    key: &'a str,
}

/// What the queue holds for each group.
async fn standings(
    connection: &mut SqliteConnection,
    groups: &[Group<'_>],
) -> Result<Vec<Standing>, Failure> {
    let mut standings: Vec<Standing> = Vec::new();
    standings.resize_with(groups.len(), Standing::default);
    let records: Vec<Record<'_>> = groups
        .iter()
        .map(|group| group.newest.delivery)
        .enumerate()
        .filter(|(_, delivery)| delivery.revision.is_some())
        .map(|(position, NewDelivery { target, key, .. })| Record {
            position,
            target,
            key,
        })
        .collect();
    if records.is_empty() {
        return Ok(standings);
    }
    let rows = query(
        "SELECT wanted.value ->> 'position' AS position, d.id, d.revision, d.state
         FROM json_each(?1) AS wanted CROSS JOIN deliveries AS d
         WHERE d.target = wanted.value ->> 'target'
           AND d.key = wanted.value ->> 'key' AND d.revision IS NOT NULL",
    )
    .bind(list(&records)?)
    .fetch_all(connection)
    .await?;
    for row in rows {
        let position: i64 = row.try_get("position")?;
        let standing = usize::try_from(position)
            .ok()
            .and_then(|position| standings.get_mut(position));
        if let Some(standing) = standing {
            standing.note(
                row.try_get("id")?,
                row.try_get("revision")?,
                member(&row, "state")?,
            );
        }
    }
    Ok(standings)
}

#[derive(Serialize)]
struct Replacement<'a> {
    id: i64,
    #[serde(flatten)]
    item: &'a Item<'a>,
}

async fn replace(
    connection: &mut SqliteConnection,
    groups: &[Group<'_>],
    steps: &[Step],
) -> Result<(), Failure> {
    let replacements: Vec<Replacement<'_>> = groups
        .iter()
        .zip(steps)
        .filter_map(|(group, step)| match step {
            Step::Replace { id, .. } => Some(Replacement {
                id: *id,
                item: group.newest,
            }),
            Step::Insert | Step::Covered { .. } => None,
        })
        .collect();
    if replacements.is_empty() {
        return Ok(());
    }
    // One that was put off keeps its time: what it waits for is seldom its payload.
    query(
        "UPDATE deliveries
         SET event = newer.value ->> 'event', payload = newer.value ->> 'payload', revision = newer.value ->> 'revision', state = 'pending',
             attempt = 0, failures = 0, unconfirmed = 0, panics = 0,
             due_at = CASE WHEN state = 'pending' AND replay IS NULL THEN due_at ELSE newer.value ->> 'micros' END,
             replay = NULL, updated_at = newer.value ->> 'micros'
         FROM json_each(?1) AS newer WHERE deliveries.id = newer.value ->> 'id'",
    )
    .bind(list(&replacements)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Inserts what is new and returns the numbers in the order of the groups.
async fn insert(
    connection: &mut SqliteConnection,
    groups: &[Group<'_>],
    steps: &[Step],
) -> Result<Vec<i64>, Failure> {
    let rows: Vec<&Item<'_>> = groups
        .iter()
        .zip(steps)
        .filter(|(_, step)| matches!(step, Step::Insert))
        .map(|(group, _)| group.newest)
        .collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut numbers: Vec<i64> = sqlx::query_scalar(
        "INSERT INTO deliveries (event, target, key, payload, revision, hops, state, due_at, created_at, updated_at)
         SELECT value ->> 'event', value ->> 'target', value ->> 'key', value ->> 'payload', value ->> 'revision',
                value ->> 'hops', 'pending', value ->> 'micros', value ->> 'micros', value ->> 'micros'
         FROM json_each(?1) ORDER BY json_each.key
         RETURNING id",
    )
    .bind(list(&rows)?)
    .fetch_all(connection)
    .await?;
    // Numbers are given in the order of insertion; RETURNING promises no order.
    numbers.sort_unstable();
    Ok(numbers)
}
