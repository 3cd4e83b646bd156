//! `/v1/status` and `/healthz`: how the host is.

use super::error::ApiError;
use crate::api::deliveries::HeldUp;
use crate::api::errors::Refusal;
use crate::api::status::{
    BackupFault, BackupStatus, ConfigurationFault, ConfigurationStatus, ExtensionCounts, Health,
    HeldUpTarget, Log, Session, SignOfLife, Status, Unshown,
};
use crate::host::backups::Plan;
use crate::logging;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use sunmao_runtime::ExtensionState;

/// How each part of the host is; 503 where one gives no sign of life, so that whoever watches can start the host anew.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "health.show",
    responses((status = 200, body = Health), (status = 503, body = Health), (status = "default", body = Refusal))
)]
pub async fn healthy(State(parts): State<Arc<Parts>>) -> (StatusCode, Json<Health>) {
    let signs = parts.host.vitals.signs();
    let dead = signs.iter().filter(|sign| !sign.is_alive);
    let dead: Vec<&str> = dead.map(|sign| sign.part).collect();
    let error = (!dead.is_empty()).then(|| ApiError::lifeless(&dead.join(", ")));
    let status = error.as_ref().map_or(StatusCode::OK, ApiError::status);
    let parts = signs.iter();
    let health = Health {
        healthy: error.is_none(),
        parts: parts
            .map(|sign| (sign.part.to_owned(), SignOfLife::from(sign)))
            .collect(),
        error: error.map(ApiError::into_problem),
    };
    (status, Json(health))
}

/// The queue, the ERP session, the extensions, the flows and the configuration in figures.
#[utoipa::path(
    get,
    path = "/v1/status",
    operation_id = "status.show",
    responses((status = 200, body = Status), (status = "default", body = Refusal))
)]
pub async fn show(State(parts): State<Arc<Parts>>) -> Result<Json<Status>, ApiError> {
    let store = &parts.host.store;
    let gateway = &parts.host.gateway;
    let configuration = parts.configuration.load_full();
    let accounts = configuration.erp_accounts.keys();
    let extensions = parts.extensions.status();
    let broken = extensions
        .iter()
        .filter(|extension| extension.state != ExtensionState::Serving)
        .count();
    let refused = parts.refused();
    Ok(Json(Status {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started_at: parts.started_at,
        records: records(&parts).await?,
        deliveries: store.deliveries.counts().await?.into(),
        held_up: held_up(&parts).await?,
        session: gateway.session_status(None).into(),
        accounts: accounts
            .map(|name| {
                (
                    name.clone(),
                    Session::from(gateway.session_status(Some(name.as_str()))),
                )
            })
            .collect(),
        extensions: ExtensionCounts {
            all: extensions.len(),
            broken,
        },
        panics: parts.host.vitals.panics().into(),
        flows: configuration.flow.keys().cloned().collect(),
        unshown: store
            .unshown
            .list()
            .await?
            .into_iter()
            .map(Unshown::from)
            .collect(),
        backup: backup(&parts),
        log: Log {
            dropped: logging::dropped(),
        },
        configuration: ConfigurationStatus {
            error: refused.as_ref().map(ConfigurationFault::from),
        },
    }))
}

/// How it stands with the copies that the host makes by itself.
fn backup(parts: &Parts) -> Option<BackupStatus> {
    let configuration = parts.configuration.load();
    let plan = Plan::read(configuration.store.backup.as_ref()?).ok()??;
    let error = parts.backups.failed.load_full().map(|failed| BackupFault {
        at: failed.at,
        message: failed.error.to_string(),
        hint: failed.error.hint().to_owned(),
    });
    Some(BackupStatus {
        last_at: plan.copies().unwrap_or_default().pop(),
        error,
    })
}

/// How many records there are of each kind that there are any of. Rows of the ERP are not counted: they are many.
async fn records(parts: &Parts) -> Result<BTreeMap<String, u64>, ApiError> {
    let kinds = parts.host.kinds.load_full();
    let mut records = BTreeMap::new();
    for kind in kinds.own() {
        let count = parts.host.store.records.count(&kind.name).await?;
        if count > 0 {
            records.insert(kind.name.clone(), count);
        }
    }
    Ok(records)
}

/// The targets of what waits that are not taken up now, with why and how many wait.
async fn held_up(parts: &Parts) -> Result<BTreeMap<String, HeldUpTarget>, ApiError> {
    let waiting = parts.host.store.deliveries.waiting().await?;
    let held_up = waiting.into_iter().filter_map(|(target, deliveries)| {
        let why = HeldUp::from(parts.flows.held_up(&target)?);
        Some((target, HeldUpTarget { deliveries, why }))
    });
    Ok(held_up.collect())
}
