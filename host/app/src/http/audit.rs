//! `/v1/audit`: who did what in the ERP.

use super::error::ApiError;
use super::page_size;
use super::query::Query;
use crate::api::audit::{AuditPage, AuditQuery, AuditRow};
use crate::api::errors::Refusal;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use std::sync::Arc;
use sunmao_store::AuditFilter;

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
    };
    let audit = &parts.host.store.audit;
    let entries = audit.tail(query.after, page_size(query.limit), filter).await?;
    let next = entries.last().map(|entry| entry.sequence).or(query.after);
    let items = entries.into_iter().map(AuditRow::from).collect();
    Ok(Json(AuditPage { items, next }))
}
