//! `/v1/kinds`: the kinds of records, and the one that a path names.

use super::error::ApiError;
use crate::api::errors::Refusal;
use crate::api::kinds::{KindDetails, KindSummary, Kinds};
use crate::parts::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use std::sync::Arc;
use sunmao_catalogue::{KindSource, RecordKind};

/// Every kind of records in a few words.
#[utoipa::path(get, path = "/v1/kinds", operation_id = "kinds.list", responses((status = 200, body = Kinds)))]
pub async fn list(State(parts): State<Arc<Parts>>) -> Json<Kinds> {
    let kinds = parts.host.kinds.load_full();
    let items = kinds.iter().map(|kind| KindSummary::from(&**kind));
    Json(Kinds {
        items: items.collect(),
    })
}

/// One kind with its members.
#[utoipa::path(
    get,
    path = "/v1/kinds/{name}",
    operation_id = "kinds.show",
    params(("name" = String, Path, description = "The kind's name, such as `contact`")),
    responses((status = 200, body = KindDetails), (status = "default", body = Refusal))
)]
pub async fn show(
    State(parts): State<Arc<Parts>>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<KindDetails>, ApiError> {
    let Path(name) = name?;
    Ok(Json(KindDetails::from(&*known(&parts, &name)?)))
}

/// The kind of this name.
///
/// # Errors
/// There is none; the nearest is named.
pub fn known(parts: &Parts, name: &str) -> Result<Arc<RecordKind>, ApiError> {
    let kinds = parts.host.kinds.load();
    if let Some(kind) = kinds.find(name) {
        return Ok(kind.clone());
    }
    let hint = match kinds.nearest(name) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => "`GET /v1/kinds` lists them".to_owned(),
    };
    let name: String = name.chars().take(64).collect();
    Err(ApiError::not_found(
        format!("no kind of records is called {name}"),
        hint,
    ))
}

/// The kind of this name, if its records are filed here.
///
/// # Errors
/// There is none, or its records come from the ERP alone.
pub fn fileable(parts: &Parts, name: &str) -> Result<Arc<RecordKind>, ApiError> {
    let kind = known(parts, name)?;
    match kind.source {
        KindSource::Erp { .. } => Err(ApiError::refused(
            format!("{} are what the ERP shows; nobody else files them", kind.name),
            "file a record of one of the hub's kinds, and let a flow write it",
        )),
        _ => Ok(kind),
    }
}
