//! `/v1/operations`: what the ERP can be asked.

use super::error::ApiError;
use crate::describe;
use crate::parts::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use serde_json::Value;
use std::sync::Arc;

/// Every operation in a few words, by menu id.
pub async fn list(State(parts): State<Arc<Parts>>) -> Json<Value> {
    Json(describe::all(&parts.host.catalogue).into())
}

/// One operation with its parameters.
pub async fn show(
    State(parts): State<Arc<Parts>>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ApiError> {
    let Path(name) = name?;
    let catalogue = &parts.host.catalogue;
    match catalogue.find(&name) {
        Some(operation) => Ok(Json(describe::full(operation))),
        None => Err(ApiError::not_found(
            format!("no operation is called {name}"),
            catalogue
                .nearest(&name)
                .map(|nearest| format!("did you mean {nearest}?"))
                .unwrap_or_default(),
        )),
    }
}
