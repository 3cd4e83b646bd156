//! `/v1/dead`: deliveries that wait for a person, and another try for them.

use super::error::ApiError;
use super::page_size;
use crate::host::Parts;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use sunmao_store::{DeadLetter, DeadSelection, DeliveryId, DeliveryRecord};

/// `GET /v1/dead?after=&limit=`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    after: Option<i64>,
    limit: Option<u32>,
}

/// `POST /v1/dead/retry`
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Selection {
    /// Every one.
    All {
        /// True.
        all: bool,
    },
    /// These.
    These {
        /// Their numbers.
        ids: Vec<i64>,
    },
}

/// The dead deliveries by number; `next` continues behind the last.
pub async fn list(
    State(parts): State<Arc<Parts>>,
    range: Result<Query<Range>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(range) = range?;
    let limit = page_size(range.limit);
    let dead = parts
        .host
        .store
        .deliveries
        .dead(range.after.map(DeliveryId), limit)
        .await?;
    let next = (dead.len() == limit as usize)
        .then(|| dead.last().map(|record| record.delivery.id))
        .flatten();
    Ok(Json(
        json!({ "items": dead.iter().map(whole).collect::<Vec<_>>(), "next": next }),
    ))
}

/// Makes dead deliveries wait again, due at once.
pub async fn retry(
    State(parts): State<Arc<Parts>>,
    selection: Result<Json<Selection>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let Json(selection) = selection?;
    let selection = match selection {
        Selection::All { all: true } => DeadSelection::All,
        Selection::All { all: false } => DeadSelection::These(Vec::new()),
        Selection::These { ids } => DeadSelection::These(ids.into_iter().map(DeliveryId).collect()),
    };
    let host = &parts.host;
    let retried = host
        .store
        .deliveries
        .retry_dead(selection, host.clock.now())
        .await?;
    Ok(Json(json!({ "retried": retried })))
}

/// Why a delivery was given up.
pub fn letter(letter: &DeadLetter) -> Value {
    json!({ "kind": letter.kind, "code": letter.code, "message": letter.message, "hint": letter.hint })
}

fn whole(record: &DeliveryRecord) -> Value {
    let delivery = &record.delivery;
    // The payload is JSON text of ours; one that is none is shown as it is.
    let payload: Value =
        serde_json::from_str(&delivery.payload).unwrap_or_else(|_| Value::String(delivery.payload.clone()));
    json!({
        "id": delivery.id,
        "event": delivery.event,
        "target": delivery.target,
        "key": delivery.key,
        "revision": delivery.revision,
        "attempt": delivery.attempt,
        "payload": payload,
        "letter": record.letter.as_ref().map(letter),
        "created_at": delivery.created_at,
        "died_at": record.updated_at,
    })
}
