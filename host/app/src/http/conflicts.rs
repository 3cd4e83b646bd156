//! `/v1/conflicts`: what both sides changed and no rule decides, and what a person decides.

use super::error::ApiError;
use super::json::{Body, RequestBody};
use super::page_size;
use super::query::Query;
use crate::api::conflicts::{Conflict, ConflictPage, ConflictQuery, Settlement, State as Standing};
use crate::api::errors::Refusal;
use crate::parts::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use std::sync::Arc;
use sunmao_runtime::{Actor, FlowSettings};
use sunmao_store::{
    Conflict as StoredConflict, ConflictFilter, NewDelivery, Occasion, RecordName, StoreError,
};

impl RequestBody for Settlement {
    const HINT: &'static str = r#"send {"take": "hub"}, {"take": "erp"} or {"value": …}"#;
}

/// Conflicts by number: those that wait for a person if nothing else is asked for.
#[utoipa::path(
    get,
    path = "/v1/conflicts",
    operation_id = "conflicts.list",
    params(ConflictQuery),
    responses((status = 200, body = ConflictPage), (status = "default", body = Refusal))
)]
pub async fn list(
    State(parts): State<Arc<Parts>>,
    Query(query): Query<ConflictQuery>,
) -> Result<Json<ConflictPage>, ApiError> {
    let limit = page_size(query.limit);
    let filter = ConflictFilter {
        state: Some(query.state.unwrap_or(Standing::Open).into()),
        link: query.link,
        record: query.record.as_deref().map(record).transpose()?,
    };
    let conflicts = &parts.host.store.conflicts;
    let count = conflicts.count(filter.clone()).await?;
    let found = conflicts.list(filter, query.after, limit).await?;
    let next = (found.len() == limit as usize)
        .then(|| found.last().map(|conflict| conflict.id))
        .flatten();
    let items = found.into_iter().map(Conflict::from).collect();
    Ok(Json(ConflictPage { items, count, next }))
}

/// One conflict.
#[utoipa::path(
    get,
    path = "/v1/conflicts/{id}",
    operation_id = "conflicts.show",
    params(("id" = i64, Path, description = "The conflict's number")),
    responses((status = 200, body = Conflict), (status = "default", body = Refusal))
)]
pub async fn show(
    State(parts): State<Arc<Parts>>,
    id: Result<Path<i64>, PathRejection>,
) -> Result<Json<Conflict>, ApiError> {
    let Path(id) = id?;
    let found = parts.host.store.conflicts.get(id).await?;
    found
        .map(|conflict| Json(conflict.into()))
        .ok_or_else(|| unknown(id))
}

/// Settles a conflict that is open: its flow goes on with what was decided.
#[utoipa::path(
    post,
    path = "/v1/conflicts/{id}/settle",
    operation_id = "conflicts.settle",
    params(("id" = i64, Path, description = "The conflict's number")),
    request_body = Settlement,
    responses((status = 200, body = Conflict), (status = "default", body = Refusal))
)]
pub async fn settle(
    State(parts): State<Arc<Parts>>,
    id: Result<Path<i64>, PathRejection>,
    Body(settlement): Body<Settlement>,
) -> Result<Json<Conflict>, ApiError> {
    let Path(id) = id?;
    let host = &parts.host;
    let conflicts = &host.store.conflicts;
    let conflict = conflicts.get(id).await?.ok_or_else(|| unknown(id))?;
    let wake = wake(&parts, &conflict).await?;
    let text = serde_json::to_string(&settlement).map_err(|error| ApiError::faulty(&error))?;
    let settled = conflicts.settle(id, &text, wake, host.clock.now()).await?;
    settled
        .map(|conflict| Json(conflict.into()))
        .ok_or_else(|| unknown(id))
}

/// Deliveries for the flows that keep the conflict's link, whichever way they carry: nothing else may have changed, and
/// they would not come by.
async fn wake(parts: &Parts, conflict: &StoredConflict) -> Result<Vec<NewDelivery>, StoreError> {
    let configuration = parts.configuration.load_full();
    let linked = configuration.flow.iter();
    let linked = linked.filter(|(_, flow)| flow.link.as_ref() == Some(&conflict.link));
    let mut wake = Vec::new();
    for (name, flow) in linked {
        for record in looked_at(flow, conflict) {
            let kept = parts.host.store.records.get(&record).await?;
            wake.extend(kept.and_then(|kept| kept.body).map(|payload| NewDelivery {
                event: Occasion::Saved.event(&record.kind),
                target: Actor::flow(name).to_string(),
                key: record.to_string(),
                payload,
                // Its state was delivered before: this stands for itself.
                revision: None,
                hops: 0,
            }));
        }
    }
    Ok(wake)
}

fn record(text: &str) -> Result<RecordName, ApiError> {
    text.parse().map_err(|_| {
        ApiError::invalid(
            "`record` is no record's name",
            "write it like contact/c-1: kind, slash, id",
        )
    })
}

fn unknown(id: i64) -> ApiError {
    ApiError::not_found(
        format!("no conflict {id} is open"),
        "`GET /v1/conflicts` lists those that are",
    )
}

/// The records of a conflict that a flow carries: the hub's, or the ERP's that it sweeps.
fn looked_at(flow: &FlowSettings, conflict: &StoredConflict) -> Vec<RecordName> {
    let swept = flow.sweep.as_deref().and_then(|list| list.split_once('.'));
    match swept {
        Some((object, _)) => {
            let keys = conflict.erp_key.iter().chain(&conflict.candidates);
            keys.map(|key| RecordName::new(format!("erp.{object}"), key.to_string()))
                .collect()
        }
        None if conflict.record.kind.starts_with("erp.") => Vec::new(),
        None => vec![conflict.record.clone()],
    }
}
