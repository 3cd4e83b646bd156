//! `/v1/openapi.json`: this API, described by itself.

use super::error::ApiError;
use axum::http::header;
use axum::response::IntoResponse;

/// The OpenAPI document of this API.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    responses((status = 200, description = "An OpenAPI document", content_type = "application/json"))
)]
pub async fn show() -> Result<impl IntoResponse, ApiError> {
    let document = super::document().map_err(|error| ApiError::faulty(&error))?;
    Ok(([(header::CONTENT_TYPE, "application/json")], document))
}
