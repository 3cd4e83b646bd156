//! `/v1/status` and `/healthz`: how the host is.

use super::error::ApiError;
use crate::host::Parts;
use crate::logging;
use crate::reload::Refused;
use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use sunmao_erp_client::SessionStatus;
use sunmao_runtime::ExtensionState;

/// The process answers.
pub async fn healthy() -> &'static str {
    "ok\n"
}

/// The queue, the ERP session, the extensions, the flows and the configuration in figures.
pub async fn show(State(parts): State<Arc<Parts>>) -> Result<Json<Value>, ApiError> {
    let store = &parts.host.store;
    let gateway = &parts.host.gateway;
    let others = parts.configuration.load().erp_accounts.clone();
    let others: Map<String, Value> = others
        .into_keys()
        .map(|name| (name.clone(), session(&gateway.session_status(Some(&name)))))
        .collect();
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
        "session": session(&gateway.session_status(None)),
        "accounts": others,
        "extensions": { "all": extensions.len(), "broken": broken },
        "flows": parts.configuration.load().flow.keys().collect::<Vec<_>>(),
        "log": { "dropped": logging::dropped() },
        "configuration": { "error": parts.refused_configuration.load().as_deref().map(refused) },
    })))
}

fn session(status: &SessionStatus) -> Value {
    json!({
        "signed_in": status.signed_in,
        "since": status.since,
        "application_version": status.application_version,
    })
}

/// Why the configuration's file, as it is now, is not in force.
fn refused(refused: &Refused) -> Value {
    let mut error = refused.failure.details();
    error["at"] = json!(refused.at);
    error
}
