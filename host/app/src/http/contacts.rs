//! `/v1/hub/contacts`: the Customer Hub files contacts here and asks what became of them.

use super::error::ApiError;
use super::json::{Body, RequestBody};
use super::page_size;
use super::query::Query;
use crate::parts::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use sunmao_runtime::{Contact, ContactFault};
use sunmao_store::{
    Accepted, DeliveryRecord, DeliveryState, Disposition, Enqueued, Link, NewContact, StoreError,
};

/// Deliveries looked at for one contact: the last one of each target is shown.
const DELIVERIES: u32 = 50;

/// `GET /v1/hub/contacts?after=&limit=`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    after: Option<String>,
    limit: Option<u32>,
}

impl RequestBody for Value {
    const HINT: &'static str = "send one JSON object";
}

/// `PUT /v1/hub/contacts/{id}`: 202 once the contact and its deliveries are on disk.
pub async fn file(
    State(parts): State<Arc<Parts>>,
    id: Result<Path<String>, PathRejection>,
    Body(body): Body<Value>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Path(id) = id?;
    let contact = read(&id, body).map_err(|faults| ApiError::unsound_contact(&id, &faults))?;
    let host = &parts.host;
    let accepted = host
        .store
        .contacts
        .accept(vec![contact], parts.flows.contact_routes(), host.clock.now())
        .await?;
    Ok((
        StatusCode::ACCEPTED,
        Json(accepted.iter().map(receipt).next().unwrap_or_default()),
    ))
}

/// `GET /v1/hub/contacts/{id}`
pub async fn show(
    State(parts): State<Arc<Parts>>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ApiError> {
    let Path(id) = id?;
    let contact = parts.host.store.contacts.get(&id).await?;
    let contact = contact.ok_or_else(|| {
        let id: String = id.chars().take(64).collect();
        ApiError::not_found(
            format!("no contact {id} was filed"),
            "file it with PUT /v1/hub/contacts/{id}",
        )
    })?;
    Ok(Json(whole(&parts, contact).await?))
}

/// `GET /v1/hub/contacts`: contacts by id, each as `show` gives it; `next` continues behind the last.
pub async fn list(
    State(parts): State<Arc<Parts>>,
    Query(range): Query<Range>,
) -> Result<Json<Value>, ApiError> {
    let limit = page_size(range.limit);
    let contacts = parts
        .host
        .store
        .contacts
        .list(range.after.as_deref(), limit)
        .await?;
    let next = (contacts.len() == limit as usize)
        .then(|| contacts.last().map(|contact| contact.id.clone()))
        .flatten();
    let mut items = Vec::with_capacity(contacts.len());
    for contact in contacts {
        items.push(whole(&parts, contact).await?);
    }
    Ok(Json(json!({ "items": items, "next": next })))
}

/// A filed body as the store keeps it: sound, and written the same way whatever the order of its members.
pub fn read(id: &str, body: Value) -> Result<NewContact, Vec<ContactFault>> {
    let contact = Contact::read(id, body)?;
    let body = serde_json::to_string(&contact).map_err(|error| {
        vec![ContactFault {
            field: String::new(),
            message: error.to_string(),
        }]
    })?;
    Ok(NewContact { id: contact.id, body })
}

fn receipt(accepted: &Accepted) -> Value {
    json!({
        "id": accepted.id,
        "revision": accepted.revision,
        "changed": accepted.changed,
        "deliveries": accepted.deliveries.iter().map(enqueued).collect::<Vec<_>>(),
    })
}

fn enqueued(enqueued: &Enqueued) -> Value {
    let disposition = match enqueued.disposition {
        Disposition::Queued => "queued",
        Disposition::Merged => "merged",
        Disposition::Covered => "covered",
    };
    json!({ "id": enqueued.delivery, "disposition": disposition })
}

async fn whole(parts: &Parts, contact: sunmao_store::Contact) -> Result<Value, StoreError> {
    // The link comes with the end of its delivery: read after it, it is never missed.
    let deliveries = parts
        .host
        .store
        .deliveries
        .of_key(&contact.id, DELIVERIES)
        .await?;
    let link = link(parts, &contact.id).await?;
    let body: Value = serde_json::from_str(&contact.body).unwrap_or(Value::String(contact.body));
    Ok(json!({
        "id": contact.id,
        "revision": contact.revision,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "body": body,
        "link": link.map(|link| json!({
            "kind": link.kind,
            "erp_key": link.erp_key,
            "number": link.number,
            "linked_at": link.linked_at,
        })),
        "deliveries": standing_of_each_target(&deliveries)
            .into_iter()
            .map(|record| super::deliveries::standing(parts, record))
            .collect::<Vec<_>>(),
    }))
}

/// The first link that one of the flows made for the contact.
async fn link(parts: &Parts, id: &str) -> Result<Option<Link>, StoreError> {
    let configuration = parts.configuration.load();
    for kind in configuration.link_kinds() {
        if let Some(link) = parts.host.store.links.get(kind, id).await? {
            return Ok(Some(link));
        }
    }
    Ok(None)
}

/// The newest delivery of each target. A superseded one never stands for its record: another one carries its payload, and
/// may be the older of the two.
fn standing_of_each_target(deliveries: &[DeliveryRecord]) -> Vec<&DeliveryRecord> {
    let mut standing: Vec<&DeliveryRecord> = Vec::new();
    for record in deliveries {
        let is_told = standing
            .iter()
            .any(|newer| newer.delivery.target == record.delivery.target);
        if record.state != DeliveryState::Superseded && !is_told {
            standing.push(record);
        }
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_store::{Delivery, DeliveryId};

    fn record(id: i64, target: &str, state: DeliveryState) -> DeliveryRecord {
        DeliveryRecord {
            delivery: Delivery {
                id: DeliveryId(id),
                event: "hub.contact.saved".to_owned(),
                target: target.to_owned(),
                key: "c-1".to_owned(),
                payload: "{}".to_owned(),
                revision: Some(id),
                hops: 0,
                attempt: 1,
                failures: 0,
                unconfirmed: 0,
                panics: 0,
                created_at: jiff::Timestamp::UNIX_EPOCH,
            },
            state,
            due_at: jiff::Timestamp::UNIX_EPOCH,
            worker: None,
            reason: None,
            waits_for: None,
            outcome: None,
            letter: None,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_another_delivery_took_over_is_not_where_a_contact_stands() {
        let newest_first = [
            record(4, "flow push", DeliveryState::Superseded),
            record(3, "plugin greet", DeliveryState::Done),
            record(2, "flow push", DeliveryState::Pending),
            record(1, "flow push", DeliveryState::Done),
        ];
        let standing = standing_of_each_target(&newest_first);
        let ids: Vec<i64> = standing.iter().map(|record| record.delivery.id.0).collect();
        assert_eq!(ids, [3, 2]);
    }
}
