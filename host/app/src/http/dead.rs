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
use sunmao_runtime::Host;
use sunmao_store::{DeadSelection, DeliveryId, IntentOutcome, StoreError};

/// What an intent says of which somebody told this.
const LOOKED: &str = "a person looked in the ERP: it had no effect";

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
    let had_no_effect = selection.had_no_effect;
    let chosen = chosen(selection)?;
    if let (true, DeadSelection::These(ids)) = (had_no_effect, &chosen) {
        for id in ids {
            resolve(host, *id).await?;
        }
    }
    let retried = host.store.deliveries.retry_dead(chosen, host.clock.now()).await?;
    Ok(Json(Retried { retried }))
}

/// Notes that the writes of a dead delivery whose end nobody saw had no effect.
async fn resolve(host: &Host, id: DeliveryId) -> Result<(), StoreError> {
    let before = DeliveryId(id.0.saturating_sub(1));
    let dead = host.store.deliveries.dead(Some(before), 1).await?;
    if dead.first().is_none_or(|dead| dead.delivery.id != id) {
        return Ok(());
    }
    let intents = &host.store.intents;
    for intent in intents.of_delivery(id).await? {
        if matches!(intent.outcome, IntentOutcome::Open | IntentOutcome::Unknown) {
            let (outcome, now) = (IntentOutcome::Refused, host.clock.now());
            intents.resolve(intent.id, outcome, Some(LOOKED), now).await?;
            tracing::warn!(delivery = %id, operation = intent.write.operation, subject = intent.write.subject, "{LOOKED}");
        }
    }
    Ok(())
}

fn chosen(selection: RetrySelection) -> Result<DeadSelection, ApiError> {
    match selection {
        RetrySelection {
            all: Some(true),
            ids: None,
            had_no_effect: false,
        } => Ok(DeadSelection::All),
        RetrySelection {
            all: None,
            ids: Some(ids),
            had_no_effect: _,
        } => Ok(DeadSelection::These(ids.into_iter().map(DeliveryId).collect())),
        _ => Err(ApiError::invalid(
            "the body does not say which deliveries are meant",
            RetrySelection::HINT,
        )),
    }
}
