//! `/v1/dead`: deliveries that wait for a person, and another try for them.

use super::error::ApiError;
use super::json::{Body, RequestBody};
use super::page_size;
use super::query::Query;
use crate::api::deliveries::{DeadDelivery, DeadPage, DeadQuery, Retried, RetrySelection};
use crate::api::errors::Refusal;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use sunmao_store::{DeadSelection, DeliveryId};

impl RequestBody for RetrySelection {
    const HINT: &'static str = r#"send {"all": true} or {"ids": [1, 2]}; `GET /v1/dead` shows the numbers"#;
}

/// The dead deliveries by number.
#[utoipa::path(
    get,
    path = "/v1/dead",
    operation_id = "dead.list",
    params(DeadQuery),
    responses((status = 200, body = DeadPage), (status = "default", body = Refusal))
)]
pub async fn list(
    State(parts): State<Arc<Parts>>,
    Query(query): Query<DeadQuery>,
) -> Result<Json<DeadPage>, ApiError> {
    let limit = page_size(query.limit);
    let deliveries = &parts.host.store.deliveries;
    let dead = deliveries.dead(query.after.map(DeliveryId), limit).await?;
    let next = (dead.len() == limit as usize)
        .then(|| dead.last().map(|record| record.delivery.id.0))
        .flatten();
    let items = dead.into_iter().map(DeadDelivery::from).collect();
    Ok(Json(DeadPage { items, next }))
}

/// Makes dead deliveries wait again, due at once.
#[utoipa::path(
    post,
    path = "/v1/dead/retry",
    operation_id = "dead.retry",
    request_body = RetrySelection,
    responses((status = 200, body = Retried), (status = "default", body = Refusal))
)]
pub async fn retry(
    State(parts): State<Arc<Parts>>,
    Body(selection): Body<RetrySelection>,
) -> Result<Json<Retried>, ApiError> {
    let host = &parts.host;
    let deliveries = &host.store.deliveries;
    let retried = deliveries
        .retry_dead(chosen(selection)?, host.clock.now())
        .await?;
    Ok(Json(Retried { retried }))
}

fn chosen(selection: RetrySelection) -> Result<DeadSelection, ApiError> {
    match selection {
        RetrySelection {
            all: Some(true),
            ids: None,
        } => Ok(DeadSelection::All),
        RetrySelection {
            all: None,
            ids: Some(ids),
        } => Ok(DeadSelection::These(ids.into_iter().map(DeliveryId).collect())),
        _ => Err(ApiError::invalid(
            "the body does not say which deliveries are meant",
            RetrySelection::HINT,
        )),
    }
}
