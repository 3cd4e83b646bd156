//! Accepting contacts: kept and enqueued in one commit.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, query};

use super::codec::{list, micros};
use super::enqueue::enqueue;
use super::failure::Failure;
use super::job::Write;
use super::standing::Item;
use crate::{Accepted, NewContact, NewDelivery, Route};

pub(super) struct Accept {
    pub batch: Vec<NewContact>,
    pub routes: Vec<Route>,
    pub now: Timestamp,
}

impl Write for Accept {
    type Output = Vec<Accepted>;
    const PHASE: &'static str = "accepting contacts";
    const ARRIVAL: bool = true;
    const JOINS: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Vec<Accepted>, Failure> {
        Ok(Self::apply_all(&[self], connection)
            .await?
            .into_iter()
            .flatten()
            .collect())
    }

    /// The hub sends its contacts one by one; together they take a handful of statements.
    async fn apply_all(
        writes: &[&Self],
        connection: &mut SqliteConnection,
    ) -> Result<Vec<Vec<Accepted>>, Failure> {
        let contacts: Vec<&NewContact> = writes.iter().flat_map(|write| &write.batch).collect();
        let mut known = known(connection, &contacts).await?;
        let mut judged = contacts.into_iter().map(|contact| judge(&mut known, contact));
        let mut accepted: Vec<Vec<Accepted>> = writes
            .iter()
            .map(|write| judged.by_ref().take(write.batch.len()).collect())
            .collect();
        save(connection, writes, &accepted).await?;
        deliver(connection, writes, &mut accepted).await?;
        Ok(accepted)
    }
}

/// Revision and body of each of the contacts that is already there.
async fn known(
    connection: &mut SqliteConnection,
    contacts: &[&NewContact],
) -> Result<HashMap<String, (i64, String)>, Failure> {
    let ids: Vec<&str> = contacts.iter().map(|contact| contact.id.as_str()).collect();
    let rows = query("SELECT id, revision, body FROM contacts WHERE id IN (SELECT value FROM json_each(?1))")
        .bind(list(&ids)?)
        .fetch_all(connection)
        .await?;
    let contacts = rows.iter().map(|row| {
        Ok((
            row.try_get("id")?,
            (row.try_get("revision")?, row.try_get("body")?),
        ))
    });
    Ok(contacts.collect::<Result<_, sqlx::Error>>()?)
}

/// The revision the contact gets, counting those before it.
fn judge(known: &mut HashMap<String, (i64, String)>, contact: &NewContact) -> Accepted {
    let before = known.get(&contact.id);
    let changed = before.is_none_or(|(_, body)| *body != contact.body);
    let revision = before.map_or(0, |(revision, _)| *revision) + i64::from(changed);
    if changed {
        known.insert(contact.id.clone(), (revision, contact.body.clone()));
    }
    Accepted {
        id: contact.id.clone(),
        revision,
        changed,
        deliveries: Vec::new(),
    }
}

#[derive(Serialize)]
struct Saved<'a> {
    id: &'a str,
    body: &'a str,
    revision: i64,
    micros: i64,
}

async fn save(
    connection: &mut SqliteConnection,
    writes: &[&Accept],
    accepted: &[Vec<Accepted>],
) -> Result<(), Failure> {
    let mut changed: Vec<Saved<'_>> = Vec::new();
    for (write, accepted) in writes.iter().zip(accepted) {
        let contacts = write
            .batch
            .iter()
            .zip(accepted)
            .filter(|(_, accepted)| accepted.changed);
        changed.extend(contacts.map(|(contact, accepted)| Saved {
            id: &contact.id,
            body: &contact.body,
            revision: accepted.revision,
            micros: micros(write.now),
        }));
    }
    if changed.is_empty() {
        return Ok(());
    }
    query(
        "INSERT INTO contacts (id, body, revision, created_at, updated_at)
         SELECT value ->> 'id', value ->> 'body', value ->> 'revision', value ->> 'micros', value ->> 'micros'
         FROM json_each(?1) WHERE true ORDER BY json_each.key
         ON CONFLICT (id) DO UPDATE
         SET body = excluded.body, revision = excluded.revision, updated_at = excluded.updated_at",
    )
    .bind(list(&changed)?)
    .execute(connection)
    .await?;
    Ok(())
}

async fn deliver(
    connection: &mut SqliteConnection,
    writes: &[&Accept],
    accepted: &mut [Vec<Accepted>],
) -> Result<(), Failure> {
    let deliveries: Vec<Vec<NewDelivery>> = writes
        .iter()
        .zip(&*accepted)
        .map(|(write, accepted)| deliveries(write, accepted))
        .collect();
    let times = writes.iter().map(|write| write.now);
    let items: Vec<Item<'_>> = deliveries
        .iter()
        .zip(times)
        .flat_map(|(deliveries, now)| deliveries.iter().map(move |delivery| Item::new(delivery, now)))
        .collect();
    let mut enqueued = enqueue(connection, &items).await?.into_iter();
    for (write, accepted) in writes.iter().zip(accepted) {
        for contact in accepted {
            contact.deliveries = enqueued.by_ref().take(write.routes.len()).collect();
        }
    }
    Ok(())
}

/// One for each contact and route, contact by contact.
fn deliveries(write: &Accept, accepted: &[Accepted]) -> Vec<NewDelivery> {
    let contacts = write.batch.iter().zip(accepted);
    let all = contacts.flat_map(|contact| write.routes.iter().map(move |route| (contact, route)));
    all.map(|((contact, accepted), route)| NewDelivery {
        event: route.event.clone(),
        target: route.target.clone(),
        key: contact.id.clone(),
        payload: contact.body.clone(),
        revision: Some(accepted.revision),
        hops: 0,
    })
    .collect()
}
