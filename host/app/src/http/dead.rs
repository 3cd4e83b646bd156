//! `/v1/dead`: deliveries that wait for a person, and another try for them.

use super::error::ApiError;
use super::json::{Body, whole_numbers};
use super::page_size;
use super::query::Query;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
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

/// `POST /v1/dead/retry`: one of the two members.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Selection {
    /// Every one; can only be true.
    all: Option<bool>,
    /// These numbers.
    ids: Option<Vec<i64>>,
}

const SELECTION: &str = r#"send {"all": true} or {"ids": [1, 2]}; `GET /v1/dead` shows the numbers"#;

/// The dead deliveries by number; `next` continues behind the last.
pub async fn list(
    State(parts): State<Arc<Parts>>,
    Query(range): Query<Range>,
) -> Result<Json<Value>, ApiError> {
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
pub async fn retry(State(parts): State<Arc<Parts>>, Body(body): Body) -> Result<Json<Value>, ApiError> {
    let host = &parts.host;
    let retried = host
        .store
        .deliveries
        .retry_dead(selection(body)?, host.clock.now())
        .await?;
    Ok(Json(json!({ "retried": retried })))
}

fn selection(mut body: Value) -> Result<DeadSelection, ApiError> {
    whole_numbers(&mut body, "ids");
    let selection: Selection =
        serde_json::from_value(body).map_err(|error| ApiError::invalid(error.to_string(), SELECTION))?;
    match selection {
        Selection {
            all: Some(true),
            ids: None,
        } => Ok(DeadSelection::All),
        Selection {
            all: None,
            ids: Some(ids),
        } => Ok(DeadSelection::These(ids.into_iter().map(DeliveryId).collect())),
        _ => Err(ApiError::invalid(
            "the body does not say which deliveries are meant",
            SELECTION,
        )),
    }
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
