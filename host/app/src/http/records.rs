//! `/v1/records/{kind}/{id}`: one record, filed, deleted and looked at.

use super::condition::{self, Condition};
use super::error::ApiError;
use super::fresh;
use super::json::{Body, RequestBody};
use super::kinds::{fileable, known};
use super::query::Query;
use super::related;
use crate::api::errors::{MemberFault, Refusal};
use crate::api::records::{Body as Members, Link, Receipt, Record, ShowQuery, ShownRecord, Stale};
use crate::parts::Parts;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;
use sunmao_catalogue::{FieldFault, RecordKind};
use sunmao_runtime::filing::{self, NotFiled, Rests};
use sunmao_store::{Accepted, NewRecord, RecordEntry, RecordName};

/// Who files what comes over HTTP.
pub const ORIGIN: &str = "http";

type Named = Result<Path<(String, String)>, PathRejection>;
type Receipted = (StatusCode, [(HeaderName, HeaderValue); 1], Json<Receipt>);

impl RequestBody for Value {
    const HINT: &'static str = "send one JSON object";
}

/// Files a record: 202 once it and its deliveries are on disk.
#[utoipa::path(
    put,
    path = "/v1/records/{kind}/{id}",
    operation_id = "records.file",
    params(
        ("kind" = String, Path, description = "The record's kind, such as `contact`"),
        ("id" = String, Path, description = "Its id: 1 to 64 characters without spaces"),
        ("If-Match" = Option<String>, Header, description = "Only if the record has this revision, or `*`: is there"),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only if the record is not there")
    ),
    request_body(content = Object, description = "The record's members; what is left out is empty from now on"),
    responses(
        (status = 202, body = Receipt),
        (status = 412, body = Refusal, description = "The record has another revision"),
        (status = "default", body = Refusal)
    )
)]
pub async fn file(
    State(parts): State<Arc<Parts>>,
    named: Named,
    condition: Condition,
    Body(body): Body<Value>,
) -> Result<Receipted, ApiError> {
    let Path((kind, id)) = named?;
    let kind = fileable(&parts, &kind)?;
    let record = read(&kind, &id, body).map_err(|faults| unsound(&kind, &id, &faults))?;
    accept(&parts, &kind, record, condition).await.map(receipt)
}

/// Deletes a record: 202 once that and its deliveries are on disk. Its revisions go on.
#[utoipa::path(
    delete,
    path = "/v1/records/{kind}/{id}",
    operation_id = "records.delete",
    params(
        ("kind" = String, Path, description = "The record's kind, such as `contact`"),
        ("id" = String, Path, description = "Its id"),
        ("If-Match" = Option<String>, Header, description = "Only if the record has this revision, or `*`: is there")
    ),
    responses(
        (status = 202, body = Receipt),
        (status = 412, body = Refusal, description = "The record has another revision"),
        (status = "default", body = Refusal)
    )
)]
pub async fn delete(
    State(parts): State<Arc<Parts>>,
    named: Named,
    condition: Condition,
) -> Result<Receipted, ApiError> {
    let Path((kind, id)) = named?;
    let kind = fileable(&parts, &kind)?;
    let record = NewRecord::deleted(RecordName::new(&kind.name, &id));
    let accepted = accept(&parts, &kind, record, condition).await?;
    match accepted.revision {
        0 => Err(absent(&kind, &id)),
        _ => Ok(receipt(accepted)),
    }
}

/// A record, its links and where its deliveries stand. One that was deleted has no body. With `max_age` the ERP is asked where it was
/// last seen there longer ago; where that does not answer, the record comes as it is kept, with `stale`. `Age` says its age.
#[utoipa::path(
    get,
    path = "/v1/records/{kind}/{id}",
    operation_id = "records.show",
    params(
        ("kind" = String, Path, description = "The record's kind, such as `contact`"),
        ("id" = String, Path, description = "Its id"),
        ("If-None-Match" = Option<String>, Header, description = "304 if the record has this revision and no others are asked for"),
        ShowQuery
    ),
    responses(
        (status = 200, body = ShownRecord),
        (status = 304, description = "It has this revision"),
        (status = "default", body = Refusal)
    )
)]
pub async fn show(
    State(parts): State<Arc<Parts>>,
    named: Named,
    Query(query): Query<ShowQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path((kind, id)) = named?;
    let kind = known(&parts, &kind)?;
    let name = RecordName::new(&kind.name, &id);
    let fresh = fresh::at_most(&parts, &name, query.max_age.as_deref()).await?;
    let seen_at = fresh.as_ref().and_then(|fresh| fresh.seen_at);
    let entry = parts.host.store.records.entry(&name).await?;
    let entry = entry.ok_or_else(|| absent(&kind, &id))?;
    let revision = entry.record.revision;
    let tag = [(header::ETAG, condition::etag(revision))];
    let age = fresh::age(seen_at, parts.host.clock.now());
    let stale = fresh.and_then(|fresh| fresh.lapse).map(Stale::from);
    // The others have revisions of their own, and how stale it is belongs to no revision.
    if query.include.is_none() && stale.is_none() && condition::has(&headers, revision) {
        return Ok((StatusCode::NOT_MODIFIED, tag, age).into_response());
    }
    let included = match &query.include {
        Some(wanted) => Some(related::of(&parts, &kind, &entry.record, wanted).await?),
        None => None,
    };
    let shown = ShownRecord {
        record: whole(&parts, entry),
        seen_at,
        stale,
        included,
    };
    Ok((tag, age, Json(shown)).into_response())
}

/// A filed body as the store keeps it: sound, and written the same way whatever the order of its members.
pub fn read(kind: &RecordKind, id: &str, body: Value) -> Result<NewRecord, Vec<FieldFault>> {
    new_record(kind, id, &kind.read(id, body)?)
}

/// A sound record as the store keeps it.
pub fn new_record(
    kind: &RecordKind,
    id: &str,
    record: &sunmao_catalogue::Record,
) -> Result<NewRecord, Vec<FieldFault>> {
    let body = serde_json::to_string(record).map_err(|error| {
        vec![FieldFault {
            field: String::new(),
            message: error.to_string(),
            hint: String::new(),
        }]
    })?;
    Ok(NewRecord {
        name: RecordName::new(&kind.name, id),
        body: Some(body),
        fingerprint: None,
        identities: kind.indexed(record),
    })
}

/// A record as answers show it.
pub fn whole(parts: &Parts, entry: RecordEntry) -> Record {
    let record = entry.record;
    // Bodies are JSON objects of ours.
    let body: Option<Members> = record.body.and_then(|body| serde_json::from_str(&body).ok());
    let deliveries = entry.deliveries.iter();
    Record {
        kind: record.name.kind,
        id: record.name.id,
        revision: record.revision,
        change: record.change,
        origin: record.origin,
        deleted: body.is_none(),
        created_at: record.created_at,
        updated_at: record.updated_at,
        body,
        links: entry.links.into_iter().map(Link::from).collect(),
        deliveries: deliveries
            .map(|delivery| super::deliveries::standing(parts, delivery))
            .collect(),
    }
}

async fn accept(
    parts: &Parts,
    kind: &RecordKind,
    record: NewRecord,
    condition: Condition,
) -> Result<Accepted, ApiError> {
    let rests = match condition {
        Condition::None => Rests::OnNothing,
        Condition::There => Rests::OnPresence,
        Condition::Absent => Rests::OnAbsence,
        Condition::Revision(revision) => Rests::OnRevision(revision),
    };
    let name = record.name.clone();
    let filed = filing::file(&parts.host, kind, record, rests, ORIGIN).await;
    filed.map_err(|why| match why {
        NotFiled::Other => failed(&name),
        NotFiled::Unsound(faults) => inadmissible(&name, &faults),
        NotFiled::Store(error) => error.into(),
    })
}

fn receipt(accepted: Accepted) -> Receipted {
    let tag = [(header::ETAG, condition::etag(accepted.revision))];
    (StatusCode::ACCEPTED, tag, Json(Receipt::from(accepted)))
}

fn failed(name: &RecordName) -> ApiError {
    ApiError::conflict(
        format!("{name} is not as the request says; nothing was kept"),
        "read it again, and send what is to become of it with the ETag of that answer",
    )
}

fn absent(kind: &RecordKind, id: &str) -> ApiError {
    let id: String = id.chars().take(64).collect();
    ApiError::not_found(
        format!("no {} {id} was filed", kind.name),
        format!("file it with PUT /v1/records/{}/{{id}}", kind.name),
    )
}

fn inadmissible(name: &RecordName, faults: &[FieldFault]) -> ApiError {
    ApiError::invalid(
        format!("{name} may not become this from what it is; nothing was kept"),
        "look at it as it is, and file what it may become: the faults say what that is",
    )
    .with_faults(faults.iter().map(MemberFault::from).collect())
}

fn unsound(kind: &RecordKind, id: &str, faults: &[FieldFault]) -> ApiError {
    ApiError::invalid(
        format!("{} {id} is unsound; nothing was kept", kind.name),
        "correct the members and file it again",
    )
    .with_faults(faults.iter().map(MemberFault::from).collect())
}
