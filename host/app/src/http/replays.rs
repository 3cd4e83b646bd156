//! `/v1/dead/causes` and `/v1/dead/replays`: what is dead by cause, and another try for all of one, at a pace.

use super::error::ApiError;
use super::json::{Body, RequestBody};
use crate::api::errors::Refusal;
use crate::api::replays::{Begun, Cause, Causes, Replay, ReplaySelection, Replays};
use crate::parts::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use std::sync::Arc;
use sunmao_store::ReplayId;

/// Replays that are shown.
const SHOWN: u32 = 50;

impl RequestBody for ReplaySelection {
    const HINT: &'static str = r#"send {"cause": "…"}, with "target" or "kind" in its place or beside it, and "per_minute"; `GET /v1/dead/causes` shows the causes"#;
}

/// The causes of what is dead.
#[utoipa::path(
    get,
    path = "/v1/dead/causes",
    operation_id = "dead.causes",
    responses((status = 200, body = Causes), (status = "default", body = Refusal))
)]
pub async fn causes(State(parts): State<Arc<Parts>>) -> Result<Json<Causes>, ApiError> {
    let causes = parts.host.store.deliveries.dead_causes().await?;
    let items = causes.into_iter().map(Cause::from).collect();
    Ok(Json(Causes { items }))
}

/// The last replays, and how far each is.
#[utoipa::path(
    get,
    path = "/v1/dead/replays",
    operation_id = "replays.list",
    responses((status = 200, body = Replays), (status = "default", body = Refusal))
)]
pub async fn list(State(parts): State<Arc<Parts>>) -> Result<Json<Replays>, ApiError> {
    let replays = parts.host.store.deliveries.replays(SHOWN).await?;
    let items = replays.into_iter().map(Replay::from).collect();
    Ok(Json(Replays { items }))
}

/// Tries dead deliveries again, one after the other in the order of their numbers; or says how many there would be.
#[utoipa::path(
    post,
    path = "/v1/dead/replays",
    operation_id = "replays.begin",
    request_body = ReplaySelection,
    responses((status = 200, body = Begun), (status = "default", body = Refusal))
)]
pub async fn begin(
    State(parts): State<Arc<Parts>>,
    Body(chosen): Body<ReplaySelection>,
) -> Result<Json<Begun>, ApiError> {
    let invalid = |message: &str| ApiError::invalid(message, ReplaySelection::HINT);
    let selection = chosen.selection();
    let selection = selection.ok_or_else(|| invalid("the body does not say which deliveries are meant"))?;
    let pause = chosen.pause();
    let pause = pause.ok_or_else(|| invalid("`per_minute` is not between 1 and 60,000"))?;
    let deliveries = &parts.host.store.deliveries;
    if chosen.dry {
        let chosen = deliveries.count_dead(selection).await?;
        return Ok(Json(Begun { chosen, replay: None }));
    }
    let replay = deliveries
        .replay_dead(selection, pause, parts.host.clock.now())
        .await?;
    tracing::info!(
        replay = replay.id.0,
        chosen = replay.chosen,
        "dead deliveries are tried again"
    );
    Ok(Json(Begun {
        chosen: replay.chosen,
        replay: Some(replay.into()),
    }))
}

/// Puts back what still waits of a replay: it is dead again, with the letter that it had.
#[utoipa::path(
    post,
    path = "/v1/dead/replays/{id}/cancel",
    operation_id = "replays.cancel",
    params(("id" = i64, Path, description = "The replay's number")),
    responses((status = 200, body = Replay), (status = "default", body = Refusal))
)]
pub async fn cancel(
    State(parts): State<Arc<Parts>>,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Replay>, ApiError> {
    let Path(id) = id?;
    let deliveries = &parts.host.store.deliveries;
    let replay = deliveries
        .cancel_replay(ReplayId(id), parts.host.clock.now())
        .await?;
    let replay = replay.ok_or_else(|| {
        ApiError::not_found(
            format!("there is no replay {id}"),
            "`GET /v1/dead/replays` shows the last ones",
        )
    })?;
    Ok(Json(replay.into()))
}
