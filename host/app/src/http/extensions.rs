//! `/v1/extensions`: plugins and scripts, and why a file among them does not serve.

use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;

/// Every file in the two folders.
pub async fn list(State(parts): State<Arc<Parts>>) -> Json<Value> {
    Json(json!({ "items": parts.extensions.status() }))
}
