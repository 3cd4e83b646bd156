//! `/v1/status` and `/healthz`: how the host is.

use super::error::ApiError;
use crate::host::Parts;
use crate::logging;
use crate::reload::Refused;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use sunmao_erp_client::SessionStatus;
use sunmao_runtime::{CONTACT, ExtensionState, Sign};

/// How each part of the host is; 503 where one gives no sign of life, so that whoever watches can start the host anew.
pub async fn healthy(State(parts): State<Arc<Parts>>) -> Response {
    let signs = parts.host.vitals.signs();
    let dead: Vec<&Sign> = signs.iter().filter(|sign| !sign.is_alive).collect();
    let shown: Map<String, Value> = signs
        .iter()
        .map(|sign| (sign.part.to_owned(), vital(sign)))
        .collect();
    let mut body = json!({ "healthy": dead.is_empty(), "parts": shown });
    if dead.is_empty() {
        return Json(body).into_response();
    }
    let names: Vec<&str> = dead.iter().map(|sign| sign.part).collect();
    let error = ApiError::lifeless(&names.join(", "));
    body["error"] = error.to_json();
    (error.status(), Json(body)).into_response()
}

fn vital(sign: &Sign) -> Value {
    let age = u64::try_from(sign.age.as_millis()).unwrap_or(u64::MAX);
    json!({ "alive": sign.is_alive, "age_milliseconds": age })
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
    let panics = parts.host.vitals.panics();
    let last = panics
        .last
        .map(|(task, words)| json!({ "task": task, "words": words }));
    Ok(Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "started_at": parts.started_at,
        "contacts": store.records.count(CONTACT).await?,
        "deliveries": store.deliveries.counts().await?,
        "held_up": held_up(&parts).await?,
        "session": session(&gateway.session_status(None)),
        "accounts": others,
        "extensions": { "all": extensions.len(), "broken": broken },
        "panics": { "count": panics.count, "last": last },
        "flows": parts.configuration.load().flow.keys().collect::<Vec<_>>(),
        "log": { "dropped": logging::dropped() },
        "configuration": { "error": parts.refused_configuration.load().as_deref().map(refused) },
    })))
}

/// The targets of what waits that are not taken up now, with why and how many wait.
async fn held_up(parts: &Parts) -> Result<Map<String, Value>, ApiError> {
    let waiting = parts.host.store.deliveries.waiting().await?;
    let held_up = waiting.into_iter().filter_map(|(target, deliveries)| {
        let fault = parts.flows.held_up(&target)?;
        let why = json!({ "deliveries": deliveries, "message": fault.message, "hint": fault.hint });
        Some((target, why))
    });
    Ok(held_up.collect())
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
