//! `/v1/hub/contacts`: the Customer Hub files contacts here and asks what became of them.

use super::error::ApiError;
use super::json::Body;
use super::page_size;
use super::query::Query;
use crate::host::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use sunmao_runtime::{CONTACT, Contact, ContactFault};
use sunmao_store::{Accepted, Disposition, Enqueued, NewRecord, RecordEntry, RecordFilter, RecordName};

/// Who files what comes over HTTP.
pub const ORIGIN: &str = "http";

/// `GET /v1/hub/contacts?after=&limit=`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    after: Option<String>,
    limit: Option<u32>,
}

/// `PUT /v1/hub/contacts/{id}`: 202 once the contact and its deliveries are on disk.
pub async fn file(
    State(parts): State<Arc<Parts>>,
    id: Result<Path<String>, PathRejection>,
    Body(body): Body,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let Path(id) = id?;
    let contact = read(&id, body).map_err(|faults| ApiError::unsound_contact(&id, &faults))?;
    let host = &parts.host;
    let accepted = host
        .store
        .records
        .accept(
            vec![contact],
            parts.flows.contact_routes(),
            ORIGIN,
            host.clock.now(),
        )
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
    let contact = parts
        .host
        .store
        .records
        .entry(&RecordName::new(CONTACT, &id))
        .await?;
    let contact = contact.filter(|entry| entry.record.body.is_some());
    let contact = contact.ok_or_else(|| {
        let id: String = id.chars().take(64).collect();
        ApiError::not_found(
            format!("no contact {id} was filed"),
            "file it with PUT /v1/hub/contacts/{id}",
        )
    })?;
    Ok(Json(whole(&parts, &contact)))
}

/// `GET /v1/hub/contacts`: contacts by id, each as `show` gives it; `next` continues behind the last.
pub async fn list(
    State(parts): State<Arc<Parts>>,
    Query(range): Query<Range>,
) -> Result<Json<Value>, ApiError> {
    let limit = page_size(range.limit);
    let filter = RecordFilter {
        kind: CONTACT.to_owned(),
        after: range.after,
        ..RecordFilter::default()
    };
    let contacts = parts.host.store.records.list(filter, limit).await?;
    let next = (contacts.len() == limit as usize)
        .then(|| contacts.last().map(|contact| contact.record.name.id.clone()))
        .flatten();
    let items: Vec<Value> = contacts.iter().map(|contact| whole(&parts, contact)).collect();
    Ok(Json(json!({ "items": items, "next": next })))
}

/// A filed body as the store keeps it: sound, and written the same way whatever the order of its members.
pub fn read(id: &str, body: Value) -> Result<NewRecord, Vec<ContactFault>> {
    let contact = Contact::read(id, body)?;
    let body = serde_json::to_string(&contact).map_err(|error| {
        vec![ContactFault {
            field: String::new(),
            message: error.to_string(),
        }]
    })?;
    Ok(NewRecord {
        name: RecordName::new(CONTACT, contact.id),
        body: Some(body),
        fingerprint: None,
        identities: Vec::new(),
    })
}

fn receipt(accepted: &Accepted) -> Value {
    json!({
        "id": accepted.name.id,
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

fn whole(parts: &Parts, entry: &RecordEntry) -> Value {
    let record = &entry.record;
    let text = record.body.as_deref().unwrap_or("null");
    let body: Value = serde_json::from_str(text).unwrap_or(Value::String(text.to_owned()));
    json!({
        "id": record.name.id,
        "revision": record.revision,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "body": body,
        "link": entry.links.first().map(|link| json!({
            "kind": link.link,
            "erp_key": link.erp_key,
            "number": link.number,
            "linked_at": link.linked_at,
        })),
        "deliveries": entry.deliveries
            .iter()
            .map(|record| super::deliveries::shown(parts, record))
            .collect::<Vec<_>>(),
    })
}
