//! `/v1/deliveries`: what waits, what is in hand and what ended; taking it up now, and dropping it.

use super::error::ApiError;
use super::json::{Body, whole_numbers};
use super::page_size;
use super::query::Query;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use sunmao_store::{
    DeliveryFilter, DeliveryId, DeliveryRecord, DeliveryState, Dropped, Selection, Unresolved,
};

/// What should have been taken up or ended for so long is late.
const LATE: SignedDuration = SignedDuration::from_mins(1);

const SELECTION: &str =
    r#"send {"ids": [1, 2]} or {"target": "plugin hello"}; `GET /v1/deliveries` shows both"#;

/// `GET /v1/deliveries?target=&state=&late=&after=&limit=`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    target: Option<String>,
    state: Option<DeliveryState>,
    /// Only what should have been taken up or ended a minute ago.
    #[serde(default)]
    late: bool,
    after: Option<i64>,
    limit: Option<u32>,
}

/// `POST /v1/deliveries/release`: one of the two members.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    /// These numbers.
    ids: Option<Vec<i64>>,
    /// All of this target.
    target: Option<String>,
}

/// `POST /v1/deliveries/drop`: the same, and whether what may have been written is dropped too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doomed {
    ids: Option<Vec<i64>>,
    target: Option<String>,
    #[serde(default)]
    unresolved: bool,
}

/// The deliveries by number, with how many there are in all; `next` continues behind the last.
pub async fn list(
    State(parts): State<Arc<Parts>>,
    Query(range): Query<Range>,
) -> Result<Json<Value>, ApiError> {
    let limit = page_size(range.limit);
    let filter = DeliveryFilter {
        target: range.target,
        state: range.state,
        due_before: range.late.then(|| parts.host.clock.now() - LATE),
    };
    let deliveries = &parts.host.store.deliveries;
    let count = deliveries.count(filter.clone()).await?;
    let found = deliveries
        .list(filter, range.after.map(DeliveryId), limit)
        .await?;
    let next = (found.len() == limit as usize)
        .then(|| found.last().map(|record| record.delivery.id))
        .flatten();
    let items: Vec<Value> = found.iter().map(|record| listed(&parts, record)).collect();
    Ok(Json(json!({ "items": items, "count": count, "next": next })))
}

/// Makes what waits due now.
pub async fn release(State(parts): State<Arc<Parts>>, Body(mut body): Body) -> Result<Json<Value>, ApiError> {
    whole_numbers(&mut body, "ids");
    let chosen: Chosen =
        serde_json::from_value(body).map_err(|error| ApiError::invalid(error.to_string(), SELECTION))?;
    let host = &parts.host;
    let released = host
        .store
        .deliveries
        .make_due(selection(chosen.ids, chosen.target)?, host.clock.now())
        .await?;
    Ok(Json(json!({ "released": released })))
}

/// Forgets what waits or is dead.
pub async fn discard(State(parts): State<Arc<Parts>>, Body(mut body): Body) -> Result<Json<Value>, ApiError> {
    whole_numbers(&mut body, "ids");
    let doomed: Doomed =
        serde_json::from_value(body).map_err(|error| ApiError::invalid(error.to_string(), SELECTION))?;
    let unresolved = match doomed.unresolved {
        true => Unresolved::Dropped,
        false => Unresolved::Kept,
    };
    let selection = selection(doomed.ids, doomed.target)?;
    let which = format!("{selection:?}");
    let dropped = parts.host.store.deliveries.discard(selection, unresolved).await?;
    let Dropped { dropped, unresolved } = dropped;
    tracing::warn!(which, dropped, unresolved, "deliveries dropped by hand");
    Ok(Json(json!({ "dropped": dropped, "unresolved": unresolved })))
}

fn selection(ids: Option<Vec<i64>>, target: Option<String>) -> Result<Selection, ApiError> {
    match (ids, target) {
        (Some(ids), None) => Ok(Selection::These(ids.into_iter().map(DeliveryId).collect())),
        (None, Some(target)) => Ok(Selection::Target(target)),
        _ => Err(ApiError::invalid(
            "the body does not say which deliveries are meant",
            SELECTION,
        )),
    }
}

fn listed(parts: &Parts, record: &DeliveryRecord) -> Value {
    let mut shown = shown(parts, record);
    shown["event"] = json!(record.delivery.event);
    shown["key"] = json!(record.delivery.key);
    shown["created_at"] = json!(record.delivery.created_at);
    shown
}

/// Where a delivery stands, and what holds it up if it waits.
pub fn shown(parts: &Parts, record: &DeliveryRecord) -> Value {
    let delivery = &record.delivery;
    let held_up = (record.state == DeliveryState::Pending).then(|| parts.flows.held_up(&delivery.target));
    let held_up = held_up
        .flatten()
        .map(|fault| json!({ "message": fault.message, "hint": fault.hint }));
    json!({
        "id": delivery.id,
        "target": delivery.target,
        "revision": delivery.revision,
        "state": record.state,
        "attempt": delivery.attempt,
        "unconfirmed": delivery.unconfirmed,
        "panics": delivery.panics,
        "due_at": record.due_at,
        "reason": record.reason,
        "held_up": held_up,
        "outcome": record.outcome,
        "letter": record.letter.as_ref().map(super::dead::letter),
        "updated_at": record.updated_at,
    })
}
