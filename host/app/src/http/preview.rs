//! `/v1/flows/{name}/preview`: what a flow would do with records, without its doing it.

use super::error::ApiError;
use super::flows::known;
use super::json::{Body, RequestBody};
use crate::api::errors::Refusal;
use crate::api::preview::{PreviewPage, PreviewSelection, Previewed};
use crate::parts::Parts;
use axum::Json;
use axum::extract::{Path, State};
use std::sync::Arc;
use sunmao_runtime::Actor;
use sunmao_store::RecordName;

/// Most records at once: each may cost the ERP a read.
const MOST: usize = 100;

impl RequestBody for PreviewSelection {
    const HINT: &'static str = r#"send {"records": ["contact/42"]}"#;
}

/// What a flow would do now with records as they are stored: the policy, the mapping and the merge do their work, the ERP is read, and nothing is
/// written anywhere.
#[utoipa::path(
    post,
    path = "/v1/flows/{name}/preview",
    operation_id = "flows.preview",
    params(("name" = String, Path, description = "The flow's name")),
    request_body = PreviewSelection,
    responses((status = 200, body = PreviewPage), (status = "default", body = Refusal))
)]
pub async fn show(
    State(parts): State<Arc<Parts>>,
    Path(name): Path<String>,
    Body(selection): Body<PreviewSelection>,
) -> Result<Json<PreviewPage>, ApiError> {
    known(&parts, &name)?;
    if selection.records.len() > MOST {
        let message = format!("{} records are asked for at once", selection.records.len());
        return Err(ApiError::invalid(message, format!("ask for {MOST} at most")));
    }
    let target = Actor::flow(&name).to_string();
    let mut items = Vec::with_capacity(selection.records.len());
    for named in &selection.records {
        let record: RecordName = named.parse().map_err(|_| {
            ApiError::invalid(format!("`{named}` is no record's name"), PreviewSelection::HINT)
        })?;
        let preview = parts.flows.preview(&target, &record).await?;
        let preview = preview.ok_or_else(|| {
            ApiError::not_found(
                format!("there is no record {named}, or the flow {name} does not serve"),
                "`sunmao records list` shows the records of a kind",
            )
        })?;
        items.push(Previewed::new(named, preview));
    }
    Ok(Json(PreviewPage { items }))
}
