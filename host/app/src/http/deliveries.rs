//! `/v1/deliveries`: what waits, what is in hand and what ended; taking it up now, and dropping it.

use super::error::ApiError;
use super::json::{Body, RequestBody};
use super::page_size;
use super::query::Query;
use crate::api::deliveries::{
    Delivery, DeliveryPage, DeliveryQuery, DropSelection, Dropped, ReleaseSelection, Released, Standing,
};
use crate::api::errors::Refusal;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use jiff::SignedDuration;
use std::sync::Arc;
use sunmao_store::{DeliveryFilter, DeliveryId, DeliveryRecord, DeliveryState, Selection, Unresolved};

/// What should have been taken up or ended for so long is late.
const LATE: SignedDuration = SignedDuration::from_mins(1);

const SELECTION: &str =
    r#"send {"ids": [1, 2]} or {"target": "plugin hello"}; `GET /v1/deliveries` shows both"#;

impl RequestBody for ReleaseSelection {
    const HINT: &'static str = SELECTION;
}

impl RequestBody for DropSelection {
    const HINT: &'static str = SELECTION;
}

/// The deliveries by number, with how many there are in all.
#[utoipa::path(
    get,
    path = "/v1/deliveries",
    operation_id = "deliveries.list",
    params(DeliveryQuery),
    responses((status = 200, body = DeliveryPage), (status = "default", body = Refusal))
)]
pub async fn list(
    State(parts): State<Arc<Parts>>,
    Query(query): Query<DeliveryQuery>,
) -> Result<Json<DeliveryPage>, ApiError> {
    let limit = page_size(query.limit);
    let filter = DeliveryFilter {
        target: query.target,
        state: query.state,
        due_before: query.late.then(|| parts.host.clock.now() - LATE),
    };
    let deliveries = &parts.host.store.deliveries;
    let count = deliveries.count(filter.clone()).await?;
    let found = deliveries
        .list(filter, query.after.map(DeliveryId), limit)
        .await?;
    let next = (found.len() == limit as usize)
        .then(|| found.last().map(|record| record.delivery.id.0))
        .flatten();
    let items = found.iter().map(|record| listed(&parts, record)).collect();
    Ok(Json(DeliveryPage { items, count, next }))
}

/// Makes what waits due now.
#[utoipa::path(
    post,
    path = "/v1/deliveries/release",
    operation_id = "deliveries.release",
    request_body = ReleaseSelection,
    responses((status = 200, body = Released), (status = "default", body = Refusal))
)]
pub async fn release(
    State(parts): State<Arc<Parts>>,
    Body(chosen): Body<ReleaseSelection>,
) -> Result<Json<Released>, ApiError> {
    let host = &parts.host;
    let selection = selection(chosen.ids, chosen.target)?;
    let deliveries = &host.store.deliveries;
    let released = deliveries.make_due(selection, host.clock.now()).await?;
    Ok(Json(Released { released }))
}

/// Forgets what waits or is dead.
#[utoipa::path(
    post,
    path = "/v1/deliveries/drop",
    operation_id = "deliveries.drop",
    request_body = DropSelection,
    responses((status = 200, body = Dropped), (status = "default", body = Refusal))
)]
pub async fn discard(
    State(parts): State<Arc<Parts>>,
    Body(doomed): Body<DropSelection>,
) -> Result<Json<Dropped>, ApiError> {
    let unresolved = match doomed.unresolved {
        true => Unresolved::Dropped,
        false => Unresolved::Kept,
    };
    let selection = selection(doomed.ids, doomed.target)?;
    let which = format!("{selection:?}");
    let sunmao_store::Dropped { dropped, unresolved } =
        parts.host.store.deliveries.discard(selection, unresolved).await?;
    tracing::warn!(which, dropped, unresolved, "deliveries dropped by hand");
    Ok(Json(Dropped { dropped, unresolved }))
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

fn listed(parts: &Parts, record: &DeliveryRecord) -> Delivery {
    Delivery {
        standing: standing(parts, record),
        event: record.delivery.event.clone(),
        key: record.delivery.key.clone(),
        created_at: record.delivery.created_at,
    }
}

/// Where a delivery stands, and what holds it up if it waits.
pub fn standing(parts: &Parts, record: &DeliveryRecord) -> Standing {
    let waits = record.state == DeliveryState::Pending;
    let held_up = waits.then(|| parts.flows.held_up(&record.delivery.target));
    Standing::of(record, held_up.flatten())
}
