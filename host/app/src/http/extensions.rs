//! `/v1/extensions`: plugins and scripts, and why a file among them does not serve.

use crate::api::extensions::{Extension, Extensions};
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// Every file in the two folders.
#[utoipa::path(get, path = "/v1/extensions", operation_id = "extensions.list", responses((status = 200, body = Extensions)))]
pub async fn list(State(parts): State<Arc<Parts>>) -> Json<Extensions> {
    let items = parts.extensions.status().into_iter().map(Extension::from);
    Json(Extensions {
        items: items.collect(),
    })
}
