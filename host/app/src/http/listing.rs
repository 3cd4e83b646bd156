//! `GET /v1/records/{kind}`: records page by page, or all of them as lines.

use super::error::ApiError;
use super::kinds::known;
use super::page_size;
use super::query::Query;
use super::records::whole;
use super::{LARGEST_PAGE, LINES};
use crate::api::errors::Refusal;
use crate::api::records::{Deleted, Record, RecordPage, RecordQuery};
use crate::parts::Parts;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt};
use std::io;
use std::sync::Arc;
use sunmao_catalogue::{RecordKind, nearest};
use sunmao_store::{Presence, RecordEntry, RecordFilter};

/// Records of a kind, page by page; as lines (`Accept: application/x-ndjson`) all that there are, each as it stands alone.
#[utoipa::path(
    get,
    path = "/v1/records/{kind}",
    operation_id = "records.list",
    params(("kind" = String, Path, description = "The records' kind, such as `contact`"), RecordQuery),
    responses(
        (status = 200, content((RecordPage = "application/json"), (String = "application/x-ndjson"))),
        (status = "default", body = Refusal)
    )
)]
pub async fn list(
    State(parts): State<Arc<Parts>>,
    kind: Result<Path<String>, PathRejection>,
    Query(query): Query<RecordQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(kind) = kind?;
    let kind = known(&parts, &kind)?;
    let limit = query.limit;
    let filter = filter(&kind, query)?;
    if super::accepts(&headers, LINES) {
        let lines = Lines {
            parts,
            filter: Some(filter),
            left: limit.map_or(u64::MAX, u64::from),
        };
        let body = Body::from_stream(lines.portions());
        return Ok(([(header::CONTENT_TYPE, LINES)], body).into_response());
    }
    let limit = page_size(limit);
    let by_change = filter.changed_after.is_some();
    let entries = parts.host.store.records.list(filter, limit).await?;
    let next = (entries.len() == limit as usize)
        .then(|| entries.last().map(|entry| cursor(entry, by_change)))
        .flatten();
    let items: Vec<Record> = entries.into_iter().map(|entry| whole(&parts, entry)).collect();
    Ok(Json(RecordPage { items, next }).into_response())
}

fn cursor(entry: &RecordEntry, by_change: bool) -> String {
    match by_change {
        true => entry.record.change.to_string(),
        false => entry.record.name.id.clone(),
    }
}

fn filter(kind: &RecordKind, query: RecordQuery) -> Result<RecordFilter, ApiError> {
    if query.after.is_some() && query.changed_after.is_some() {
        return Err(ApiError::invalid(
            "`after` and `changed_after` exclude each other",
            "a list is by id, or in the order of changes",
        ));
    }
    let (mut members, mut usual) = (Vec::new(), Vec::new());
    for (name, value) in query.members {
        let field = kind.field(&name).ok_or_else(|| no_member(kind, &name))?;
        if kind.is_usual(&name, &value) {
            usual.push(field.snake_name());
        }
        members.push((field.snake_name(), value));
    }
    Ok(RecordFilter {
        kind: kind.name.clone(),
        after: query.after,
        changed_after: query.changed_after,
        members,
        usual,
        presence: match query.deleted {
            None | Some(Deleted::False) => Presence::Present,
            Some(Deleted::True) => Presence::Deleted,
            Some(Deleted::Any) => Presence::Any,
        },
    })
}

fn no_member(kind: &RecordKind, name: &str) -> ApiError {
    let known: Vec<String> = kind.fields.iter().map(|field| field.snake_name()).collect();
    let parameters = ["after", "limit", "changed_after", "deleted"];
    let known = known.iter().map(String::as_str).chain(parameters);
    let hint = match nearest(name, known) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => format!("`GET /v1/kinds/{}` shows its members", kind.name),
    };
    let name: String = name.chars().take(64).collect();
    ApiError::invalid(format!("a {} has no member `{name}`", kind.name), hint)
}

/// Records as lines, a page at a time.
struct Lines {
    parts: Arc<Parts>,
    /// Where to go on; none behind the last page.
    filter: Option<RecordFilter>,
    left: u64,
}

impl Lines {
    fn portions(self) -> impl Stream<Item = io::Result<Bytes>> {
        let cut_off = self.parts.cut_off.clone();
        stream::unfold(self, |mut lines| async move {
            let portion = lines.portion().await.transpose()?;
            if portion.is_err() {
                lines.filter = None;
            }
            Some((portion, lines))
        })
        .take_until(cut_off.cancelled_owned())
    }

    /// The next page; none where there is none. Who is in the midst of it learns by its breaking off that it is not whole.
    async fn portion(&mut self) -> io::Result<Option<Bytes>> {
        let Some(filter) = self.filter.take().filter(|_| self.left > 0) else {
            return Ok(None);
        };
        let limit = u32::try_from(self.left).unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
        let records = &self.parts.host.store.records;
        let entries = records.list(filter.clone(), limit).await.map_err(|error| {
            tracing::error!(%error, hint = error.hint(), "the store failed");
            io::Error::other(error)
        })?;
        self.left -= entries.len() as u64;
        if entries.len() == limit as usize {
            self.filter = entries.last().map(|last| behind(filter, last));
        }
        if entries.is_empty() {
            return Ok(None);
        }
        let mut lines = Vec::new();
        for entry in entries {
            serde_json::to_writer(&mut lines, &whole(&self.parts, entry))?;
            lines.push(b'\n');
        }
        Ok(Some(lines.into()))
    }
}

fn behind(mut filter: RecordFilter, last: &RecordEntry) -> RecordFilter {
    match filter.changed_after {
        Some(_) => filter.changed_after = Some(last.record.change),
        None => filter.after = Some(last.record.name.id.clone()),
    }
    filter
}
