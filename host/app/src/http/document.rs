//! `/v1/openapi.json`: this API, described by itself.

use super::error::ApiError;
use crate::parts::Parts;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use std::sync::Arc;

/// The OpenAPI document of this API, with the operator's kinds of records.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    operation_id = "openapi.show",
    responses((status = 200, description = "An OpenAPI document", content_type = "application/json"))
)]
pub async fn show(State(parts): State<Arc<Parts>>) -> Result<impl IntoResponse, ApiError> {
    let document = super::document(&parts.host.kinds.load()).map_err(|error| ApiError::faulty(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], document))
}
