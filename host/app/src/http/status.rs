//! `/v1/status` and `/healthz`: how the host is.

use super::error::ApiError;
use crate::host::Parts;
use crate::reload::Refused;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::Arc;
use sunmao_runtime::ExtensionState;

/// The process answers.
pub async fn healthy() -> &'static str {
    "ok\n"
}

/// The queue, the ERP session, the extensions, the flows and the configuration in figures.
pub async fn show(State(parts): State<Arc<Parts>>) -> Result<Json<Value>, ApiError> {
    let store = &parts.host.store;
    let session = parts.host.gateway.session_status();
    let extensions = parts.extensions.status();
    let broken = extensions
        .iter()
        .filter(|extension| extension.state != ExtensionState::Serving)
        .count();
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "started_at": parts.started_at,
        "contacts": store.contacts.count().await?,
        "deliveries": store.deliveries.counts().await?,
        "session": {
            "signed_in": session.signed_in,
            "since": session.since,
            "application_version": session.application_version,
        },
        "extensions": { "all": extensions.len(), "broken": broken },
        "flows": parts.configuration.load().flow.keys().collect::<Vec<_>>(),
        "configuration": { "error": parts.refused_configuration.load().as_deref().map(refused) },
    })))
}

/// Why the configuration's file, as it is now, is not in force.
fn refused(refused: &Refused) -> Value {
    let mut error = refused.failure.details();
    error["at"] = json!(refused.at);
    error
}
