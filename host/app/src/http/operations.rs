//! `/v1/operations`: what the ERP can be asked.

use super::error::ApiError;
use crate::api::errors::Refusal;
use crate::api::operations::{OperationDetails, Operations};
use crate::parts::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use std::sync::Arc;
use sunmao_catalogue::Catalogue;

/// Every operation in a few words, by menu id.
#[utoipa::path(get, path = "/v1/operations", operation_id = "operations.list", responses((status = 200, body = Operations)))]
pub async fn list(State(parts): State<Arc<Parts>>) -> Json<Operations> {
    Json(Operations::from(&*parts.host.catalogue))
}

/// One operation with its parameters.
#[utoipa::path(
    get,
    path = "/v1/operations/{name}",
    operation_id = "operations.show",
    params(("name" = String, Path, description = "The full name, such as `customers.list`")),
    responses((status = 200, body = OperationDetails), (status = "default", body = Refusal))
)]
pub async fn show(
    State(parts): State<Arc<Parts>>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Json<OperationDetails>, ApiError> {
    let Path(name) = name?;
    let catalogue = &parts.host.catalogue;
    let operation = catalogue.find(&name).ok_or_else(|| unknown(catalogue, &name))?;
    Ok(Json(OperationDetails::from(operation)))
}

/// No operation has this name.
pub fn unknown(catalogue: &Catalogue, name: &str) -> ApiError {
    let nearest = catalogue.nearest(name);
    ApiError::not_found(
        format!("no operation is called {name}"),
        nearest
            .map(|nearest| format!("did you mean {nearest}?"))
            .unwrap_or_default(),
    )
}
