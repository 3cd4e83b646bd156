//! `GET /v1/records/{kind}/{id}/document`: a record as a page that prints or as a workbook, by the operator's templates.

use super::error::ApiError;
use super::kinds::known;
use super::query::Query;
use crate::api::errors::Refusal;
use crate::api::printed::{DocumentFormat, DocumentQuery};
use crate::parts::Parts;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::sync::Arc;
use sunmao_catalogue::{Record, RecordKind};
use sunmao_documents::{DocumentError, RelatedRecord, Subject, document};
use sunmao_store::{RecordName, StoreError};
use tokio::sync::Semaphore;

/// The clock of those who read the documents.
const TIME_ZONE: &str = "Asia/Shanghai";
/// Documents made at once: each may take a core for a while.
static MAKING: Semaphore = Semaphore::const_new(2);
/// A page runs nothing and fetches nothing, whatever its template says.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-modals";

/// A record as a document, by the template of its kind in `[hub] templates_folder`: a page that prints on A4, or a workbook.
#[utoipa::path(
    get,
    path = "/v1/records/{kind}/{id}/document",
    params(
        ("kind" = String, Path, description = "The record's kind, such as `quotation`"),
        ("id" = String, Path, description = "Its id"),
        DocumentQuery
    ),
    responses(
        (status = 200, content((String = "text/html"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, body = Refusal, description = "There is no such record, or no template of its kind"),
        (status = 422, body = Refusal, description = "The template is broken: the message names its file and line"),
        (status = "default", body = Refusal)
    )
)]
pub async fn show(
    State(parts): State<Arc<Parts>>,
    named: Result<Path<(String, String)>, PathRejection>,
    Query(query): Query<DocumentQuery>,
) -> Result<Response, ApiError> {
    let Path((kind, id)) = named?;
    let kind = known(&parts, &kind)?;
    let body = body(&parts, &kind, &id).await?.ok_or_else(|| {
        let id: String = id.chars().take(64).collect();
        ApiError::not_found(
            format!("there is no {} {id}", kind.name),
            "see those there are: sunmao records list",
        )
    })?;
    let related = related(&parts, &kind, &body).await?;
    let today = parts.host.clock.now();
    let today = today.in_tz(TIME_ZONE).map(|now| now.date().to_string());
    let folder = parts.configuration.load().hub.templates_folder.clone();
    let file = file_name(&kind, &id, &body, query.format);
    let format = query.format.into();
    // Nobody takes the place of who goes away while it is made: no more than two ever compute.
    let making = MAKING.acquire().await.map_err(|error| ApiError::faulty(&error))?;
    let made = tokio::task::spawn_blocking(move || {
        let _making = making;
        let subject = Subject {
            kind: &kind,
            id: &id,
            body: &body,
            related,
            today: today.unwrap_or_default(),
        };
        document(&folder, format, &subject)
    });
    let made = made.await.map_err(|error| ApiError::faulty(&error))?;
    let bytes = made.map_err(unmade)?;
    let (content_type, place) = match query.format {
        DocumentFormat::Html => ("text/html; charset=utf-8", "inline"),
        DocumentFormat::Xlsx => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "attachment",
        ),
    };
    let file = utf8_percent_encode(&file, NON_ALPHANUMERIC);
    let headers = [
        (header::CONTENT_TYPE, content_type.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("{place}; filename*=UTF-8''{file}"),
        ),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

async fn body(parts: &Parts, kind: &RecordKind, id: &str) -> Result<Option<Record>, StoreError> {
    let kept = parts
        .host
        .store
        .records
        .get(&RecordName::new(&kind.name, id))
        .await?;
    // Bodies are JSON objects of ours.
    Ok(kept.and_then(|kept| serde_json::from_str(&kept.body?).ok()))
}

/// The records that members of the record itself refer to; an empty one where there is none.
async fn related(
    parts: &Parts,
    kind: &RecordKind,
    record: &Record,
) -> Result<Vec<(String, RelatedRecord)>, StoreError> {
    let kinds = parts.host.kinds.load_full();
    let mut related = Vec::new();
    for field in &kind.fields {
        let Some(other) = field.reference.as_deref().and_then(|name| kinds.find(name)) else {
            continue;
        };
        let name = field.snake_name();
        let id = record
            .get(&name)
            .and_then(|value| value.to_text())
            .unwrap_or_default();
        let found = match id.is_empty() {
            true => None,
            false => body(parts, other, &id).await?,
        };
        let one = RelatedRecord {
            kind: other.clone(),
            id,
            body: found.unwrap_or_default(),
        };
        related.push((name, one));
    }
    Ok(related)
}

/// `报价单 BJ-1.xlsx`.
fn file_name(kind: &RecordKind, id: &str, body: &Record, format: DocumentFormat) -> String {
    let number = body.get("number").and_then(|number| number.to_text());
    let number = number
        .filter(|number| !number.is_empty())
        .unwrap_or_else(|| id.to_owned());
    format!(
        "{} {number}.{}",
        kind.label,
        sunmao_documents::Format::from(format).ending()
    )
}

fn unmade(error: DocumentError) -> ApiError {
    tracing::warn!(%error, "a document could not be made");
    match error.is_missing {
        true => ApiError::not_found(error.to_string(), error.hint),
        false => ApiError::unprocessable(error.to_string(), error.hint),
    }
}
