//! `/v1/audit`: who did what in the ERP.

use super::error::ApiError;
use super::page_size;
use super::query::Query;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use sunmao_store::{AuditEntry, AuditFilter};

/// `GET /v1/audit?after=&limit=&actor=&operation=&outcome=`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    after: Option<i64>,
    limit: Option<u32>,
    actor: Option<String>,
    operation: Option<String>,
    outcome: Option<String>,
}

/// With `after`: the rows that follow it. Without: the last rows. Oldest first; `next` is the `after` of the next call.
pub async fn tail(
    State(parts): State<Arc<Parts>>,
    Query(range): Query<Range>,
) -> Result<Json<Value>, ApiError> {
    let filter = AuditFilter {
        actor: range.actor,
        operation: range.operation,
        outcome: range.outcome,
    };
    let entries = parts
        .host
        .store
        .audit
        .tail(range.after, page_size(range.limit), filter)
        .await?;
    let next = entries.last().map(|entry| entry.sequence).or(range.after);
    Ok(Json(
        json!({ "items": entries.into_iter().map(whole).collect::<Vec<_>>(), "next": next }),
    ))
}

fn whole(entry: AuditEntry) -> Value {
    let mut row = json!(entry.row);
    row["sequence"] = json!(entry.sequence);
    let arguments = entry
        .row
        .arguments
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    row["arguments"] = arguments.unwrap_or_default();
    row
}
