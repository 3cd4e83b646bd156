//! `/v1/flows` and `/v1/schedules`: what each flow does, how it stands, and what a person does with it.

use super::error::ApiError;
use crate::api::deliveries::HeldUp;
use crate::api::errors::Refusal;
use crate::api::flows::{Fired, Flow, FlowPage, Schedule, SchedulePage};
use crate::parts::Parts;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use std::sync::Arc;
use sunmao_catalogue::nearest;
use sunmao_runtime::{Actor, FlowSettings};
use sunmao_store::{DeliveryFilter, DeliveryState, StoreError};

/// All flows by name.
#[utoipa::path(
    get,
    path = "/v1/flows",
    operation_id = "flows.list",
    responses((status = 200, body = FlowPage), (status = "default", body = Refusal))
)]
pub async fn list(State(parts): State<Arc<Parts>>) -> Result<Json<FlowPage>, ApiError> {
    let configuration = parts.configuration.load_full();
    let schedules = schedules_of(&parts).await?;
    let mut items = Vec::with_capacity(configuration.flow.len());
    for (name, settings) in &configuration.flow {
        items.push(shown(&parts, name, settings, &schedules).await?);
    }
    Ok(Json(FlowPage { items }))
}

/// One flow.
#[utoipa::path(
    get,
    path = "/v1/flows/{name}",
    operation_id = "flows.show",
    params(("name" = String, Path, description = "The flow's name")),
    responses((status = 200, body = Flow), (status = "default", body = Refusal))
)]
pub async fn show(State(parts): State<Arc<Parts>>, Path(name): Path<String>) -> Result<Json<Flow>, ApiError> {
    flow(&parts, &name).await.map(Json)
}

/// Lets a flow run now: 202 once it is on disk.
#[utoipa::path(
    post,
    path = "/v1/flows/{name}/run",
    operation_id = "flows.run",
    params(("name" = String, Path, description = "The flow's name")),
    responses((status = 202, body = Fired), (status = "default", body = Refusal))
)]
pub async fn run(
    State(parts): State<Arc<Parts>>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<Fired>), ApiError> {
    known(&parts, &name)?;
    if !parts.flows.runs_by_itself(&name) {
        let message = format!("the flow {name} has nothing to begin with: an event sets it off");
        return Err(ApiError::invalid(
            message,
            "file a record, or give it a sweep or a schedule",
        ));
    }
    let enqueued = parts.flows.run(&name).await?;
    tracing::info!(flow = name, "let run by hand");
    let fired = Fired {
        flow: name,
        delivery: enqueued.map(|enqueued| enqueued.delivery),
        disposition: enqueued.map(|enqueued| enqueued.disposition),
    };
    Ok((StatusCode::ACCEPTED, Json(fired)))
}

/// Holds a flow's work back, also over restarts.
#[utoipa::path(
    post,
    path = "/v1/flows/{name}/pause",
    operation_id = "flows.pause",
    params(("name" = String, Path, description = "The flow's name")),
    responses((status = 200, body = Flow), (status = "default", body = Refusal))
)]
pub async fn pause(
    State(parts): State<Arc<Parts>>,
    Path(name): Path<String>,
) -> Result<Json<Flow>, ApiError> {
    known(&parts, &name)?;
    if parts.flows.pause(&name).await? {
        tracing::warn!(flow = name, "paused by hand");
    }
    flow(&parts, &name).await.map(Json)
}

/// Lets a flow go on from now.
#[utoipa::path(
    post,
    path = "/v1/flows/{name}/resume",
    operation_id = "flows.resume",
    params(("name" = String, Path, description = "The flow's name")),
    responses((status = 200, body = Flow), (status = "default", body = Refusal))
)]
pub async fn resume(
    State(parts): State<Arc<Parts>>,
    Path(name): Path<String>,
) -> Result<Json<Flow>, ApiError> {
    known(&parts, &name)?;
    if parts.flows.resume(&name).await? {
        tracing::info!(flow = name, "resumed by hand");
    }
    flow(&parts, &name).await.map(Json)
}

/// The schedules of all flows.
#[utoipa::path(
    get,
    path = "/v1/schedules",
    operation_id = "schedules.list",
    responses((status = 200, body = SchedulePage), (status = "default", body = Refusal))
)]
pub async fn schedules(State(parts): State<Arc<Parts>>) -> Result<Json<SchedulePage>, ApiError> {
    let items = schedules_of(&parts).await?;
    Ok(Json(SchedulePage { items }))
}

async fn schedules_of(parts: &Parts) -> Result<Vec<Schedule>, StoreError> {
    let schedules = parts.flows.schedules().await?;
    Ok(schedules.into_iter().map(Schedule::from).collect())
}

async fn flow(parts: &Parts, name: &str) -> Result<Flow, ApiError> {
    let settings = known(parts, name)?;
    let schedules = schedules_of(parts).await?;
    Ok(shown(parts, name, &settings, &schedules).await?)
}

/// A flow that is declared.
pub(super) fn known(parts: &Parts, name: &str) -> Result<FlowSettings, ApiError> {
    let configuration = parts.configuration.load();
    configuration.flow.get(name).cloned().ok_or_else(|| {
        let names = configuration.flow.keys().map(String::as_str);
        let hint = match nearest(name, names) {
            Some(nearest) => format!("the nearest known is {nearest}"),
            None => "`GET /v1/flows` lists them".to_owned(),
        };
        ApiError::not_found(format!("no flow is called {name}"), hint)
    })
}

async fn shown(
    parts: &Parts,
    name: &str,
    settings: &FlowSettings,
    schedules: &[Schedule],
) -> Result<Flow, StoreError> {
    let target = Actor::flow(name).to_string();
    let count = async |state| {
        let filter = DeliveryFilter {
            target: Some(target.clone()),
            state: Some(state),
            ..DeliveryFilter::default()
        };
        parts.host.store.deliveries.count(filter).await
    };
    let own = schedules.iter().filter(|schedule| schedule.flow == name);
    let held_up = parts.flows.held_up(&target);
    Ok(Flow {
        paused: parts.flows.is_paused(name),
        schedules: own.cloned().collect(),
        waiting: count(DeliveryState::Pending).await?,
        dead: count(DeliveryState::Dead).await?,
        held_up: held_up.map(HeldUp::from),
        ..Flow::of(name, settings)
    })
}
