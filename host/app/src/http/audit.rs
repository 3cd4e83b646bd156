//! `/v1/audit`: who did what in the ERP.

use super::error::ApiError;
use super::page_size;
use super::query::Query;
use crate::api::audit::{AuditPage, AuditQuery, AuditRow, Chain, ChainQuery};
use crate::api::errors::Refusal;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use sunmao_store::{AuditFilter, verify_chain};

/// Rows of the audit log, the oldest first: the last ones, or those behind a number.
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "audit.list",
    params(AuditQuery),
    responses((status = 200, body = AuditPage), (status = "default", body = Refusal))
)]
pub async fn tail(
    State(parts): State<Arc<Parts>>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<AuditPage>, ApiError> {
    let filter = AuditFilter {
        actor: query.actor,
        operation: query.operation,
        outcome: query.outcome,
        subject: query.subject,
        since: query.since,
        until: query.until,
    };
    let audit = &parts.host.store.audit;
    let entries = audit.tail(query.after, page_size(query.limit), filter).await?;
    let next = entries.last().map(|entry| entry.sequence).or(query.after);
    let items = entries.into_iter().map(AuditRow::from).collect();
    Ok(Json(AuditPage { items, next }))
}

/// Whether the log is what it was when it was written: every row is held against the chain that binds them.
#[utoipa::path(
    get,
    path = "/v1/audit/chain",
    params(ChainQuery),
    responses((status = 200, body = Chain), (status = "default", body = Refusal))
)]
pub async fn chain(
    State(parts): State<Arc<Parts>>,
    Query(query): Query<ChainQuery>,
) -> Result<Json<Chain>, ApiError> {
    let known = query.known.as_deref().map(link).transpose()?;
    let audit = &*parts.host.store.audit;
    Ok(Json(verify_chain(audit, known.as_ref()).await?.into()))
}

fn link(text: &str) -> Result<(i64, String), ApiError> {
    let parts = text.split_once(':');
    let link = parts.and_then(|(position, digest)| Some((position.parse().ok()?, digest.to_owned())));
    link.ok_or_else(|| {
        ApiError::invalid(
            "`known` is no link",
            "give a position and a digest with a colon between, as an earlier answer told them",
        )
    })
}
