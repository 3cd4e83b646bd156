//! `POST` and `PATCH /v1/records/{kind}`: many records as lines of JSON, each with its `id`, whole or in the members that
//! change. Read as they come, kept in portions; an unsound line does not stop the others. However the body is made, what is
//! held of it stays small.

mod keeping;

use super::error::{self, ApiError};
use super::kinds::fileable;
use super::query::Query;
use super::records;
use super::{LARGEST_BODY, LARGEST_BULK, LINES};
use crate::api::errors::MemberFault;
use crate::api::filing::{FilingQuery, FilingSummary, RejectedLine};
use crate::lines::{Line, Lines};
use crate::parts::Parts;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
use keeping::{Given, Portion};
use serde_json::Value;
use std::future::ready;
use std::io;
use std::sync::Arc;
use sunmao_catalogue::{FieldFault, RecordKind};
use sunmao_runtime::text;
use sunmao_store::StoreError;
use tokio::io::{AsyncBufRead, BufReader};
use tokio_util::io::StreamReader;

/// Most unsound lines that are described; the others are counted.
const DESCRIBED: usize = 1_000;
/// Most faults of one line that are described.
const FAULTS: usize = 50;
/// Longest id that a record may have, in characters; of a longer one this much is shown.
const LONGEST_ID: usize = 64;
const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a line says of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All of it: what is left out is empty from now on.
    Whole,
    /// Members that change: what is left out stays.
    Patch,
}

/// Files records, one a line, each with its `id`: 202 with a summary once everything sound is on disk; 400 if there was
/// nothing sound. If the store fails, the body is too large or the connection breaks, `error` says so, and `accepted` how
/// many records are on disk.
#[utoipa::path(
    post,
    path = "/v1/records/{kind}",
    operation_id = "records.file-many",
    params(("kind" = String, Path, description = "The records' kind, such as `contact`"), FilingQuery),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses(
        (status = 202, body = FilingSummary),
        (status = 400, body = FilingSummary),
        (status = "default", body = FilingSummary)
    )
)]
pub async fn file(
    State(parts): State<Arc<Parts>>,
    kind: Result<Path<String>, PathRejection>,
    Query(query): Query<FilingQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    take_in(&parts, kind, query, Extent::Whole, request).await
}

/// Files members of records, one record a line, each with its `id`: null empties a member, and what is left out stays (a
/// merge patch, RFC 7396, of one level). A record that is not there is made. The rest is as with `POST`.
#[utoipa::path(
    patch,
    path = "/v1/records/{kind}",
    operation_id = "records.patch-many",
    params(("kind" = String, Path, description = "The records' kind, such as `contact`"), FilingQuery),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses(
        (status = 202, body = FilingSummary),
        (status = 400, body = FilingSummary),
        (status = "default", body = FilingSummary)
    )
)]
pub async fn patch(
    State(parts): State<Arc<Parts>>,
    kind: Result<Path<String>, PathRejection>,
    Query(query): Query<FilingQuery>,
    request: Request,
) -> Result<Response, ApiError> {
    take_in(&parts, kind, query, Extent::Patch, request).await
}

async fn take_in(
    parts: &Parts,
    kind: Result<Path<String>, PathRejection>,
    query: FilingQuery,
    extent: Extent,
    request: Request,
) -> Result<Response, ApiError> {
    let Path(kind) = kind?;
    let kind = fileable(parts, &kind)?;
    if !has_content_type(&request) {
        return Err(ApiError::wrong_content_type(LINES));
    }
    let mut filing = Filing {
        parts,
        kind,
        query,
        extent,
        portion: Portion::default(),
        summary: FilingSummary::default(),
    };
    let filed = filing.all(lines(request.into_body())).await;
    let mut summary = filing.summary;
    summary.rejected.sort_by_key(|rejected| rejected.line);
    Ok(match filed {
        Ok(()) => ended(summary),
        Err(error) => broken_off(error, summary),
    })
}

fn has_content_type(request: &Request) -> bool {
    let given = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    given
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim() == LINES)
}

/// The lines of a body, which ends with an error where it is larger than a body may be.
fn lines(body: Body) -> Lines<impl AsyncBufRead + Unpin> {
    let mut left = LARGEST_BULK;
    let mut within = move |chunk: Bytes| {
        left = left.checked_sub(chunk.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(chunk)
    };
    let chunks = body
        .into_data_stream()
        .map_err(broken)
        .and_then(move |chunk| ready(within(chunk)));
    Lines::new(BufReader::new(StreamReader::new(chunks)), LARGEST_BODY)
}

/// Why the body breaks off, as the system would say it.
fn broken(error: axum::Error) -> io::Error {
    let kind = error::io_kind(&error).unwrap_or(io::ErrorKind::Other);
    io::Error::new(kind, error)
}

struct Filing<'a> {
    parts: &'a Parts,
    kind: Arc<RecordKind>,
    query: FilingQuery,
    extent: Extent,
    portion: Portion,
    summary: FilingSummary,
}

impl Filing<'_> {
    async fn all(&mut self, mut lines: Lines<impl AsyncBufRead + Unpin>) -> Result<(), ApiError> {
        let mut number = 0;
        while let Some(mut line) = lines.next().await.map_err(unread)? {
            number += 1;
            // The mark that Windows puts in front of UTF-8.
            if number == 1
                && let Line::Whole(first) = &mut line
                && first.starts_with(UTF_8_MARK)
            {
                first.drain(..UTF_8_MARK.len());
            }
            if self.summary.lines == 0 && matches!(&line, Line::Whole(line) if super::is_array(line)) {
                return Err(ApiError::an_array());
            }
            self.take(number, &line).await?;
        }
        Ok(self.keep().await?)
    }

    async fn take(&mut self, number: u64, line: &Line) -> Result<(), StoreError> {
        let read = match line {
            Line::Whole(line) if line.trim_ascii().is_empty() => return Ok(()),
            Line::Whole(line) => read(&self.kind, self.extent, line),
            Line::TooLong => Err((None, vec![too_long()])),
        };
        self.summary.lines += 1;
        match read {
            Ok((id, given)) => {
                if !self.portion.takes(&self.kind, &id, &given) {
                    self.keep().await?;
                }
                self.portion.add(number, id, given, line);
            }
            Err((id, faults)) => self.reject(number, id.as_deref(), faults),
        }
        Ok(())
    }

    fn reject(&mut self, line: u64, id: Option<&str>, faults: Vec<FieldFault>) {
        self.summary.unsound += 1;
        if self.summary.rejected.len() < DESCRIBED {
            self.summary.rejected.push(RejectedLine {
                line,
                id: id.map(|id| id.chars().take(LONGEST_ID).collect()),
                faults: described(faults).iter().map(MemberFault::from).collect(),
            });
        }
    }
}

type Unread = (Option<String>, Vec<FieldFault>);

/// What is on a line and under which id, or the id as far as there is one, and every fault.
fn read(kind: &RecordKind, extent: Extent, line: &[u8]) -> Result<(String, Given), Unread> {
    let unread = |message: String| (None, vec![fault("", message)]);
    let line = text::utf_8(line).map_err(|fault| {
        unread(format!(
            "the line is no UTF-8 text: it looks like {}",
            fault.suspected
        ))
    })?;
    let body: Value = serde_json::from_str(line).map_err(|error| unread(error.to_string()))?;
    let Some(id) = body.get("id").and_then(Value::as_str).map(str::to_owned) else {
        return Err((
            None,
            vec![fault("id", "every line needs its `id`, as text".to_owned())],
        ));
    };
    match extent {
        Extent::Patch => Ok((id, Given::Patch(body))),
        Extent::Whole => match records::read(kind, &id, body) {
            Ok(record) => Ok((id, Given::Whole(record))),
            Err(faults) => Err((Some(id), faults)),
        },
    }
}

/// A line's faults, as many as anyone reads.
fn described(mut faults: Vec<FieldFault>) -> Vec<FieldFault> {
    let more = faults.len().saturating_sub(FAULTS);
    if more > 0 {
        faults.truncate(FAULTS);
        faults.push(fault("", format!("{more} more faults on this line")));
    }
    faults
}

fn too_long() -> FieldFault {
    fault(
        "",
        format!("the line is longer than the {LARGEST_BODY} bytes that a record may have"),
    )
}

fn fault(field: &str, message: String) -> FieldFault {
    FieldFault {
        field: field.to_owned(),
        message,
        hint: String::new(),
    }
}

fn unread(error: io::Error) -> ApiError {
    if error.kind() == io::ErrorKind::TimedOut {
        return ApiError::too_slow();
    }
    if error.kind() == io::ErrorKind::FileTooLarge {
        return ApiError::too_large(LARGEST_BULK).with_hint("send what is missing in smaller bodies");
    }
    ApiError::invalid(
        format!("the body cannot be read to its end: {error}"),
        "send what is missing again, in smaller bodies",
    )
}

fn ended(summary: FilingSummary) -> Response {
    if summary.accepted > 0 || summary.unsound == 0 {
        return (StatusCode::ACCEPTED, Json(summary)).into_response();
    }
    let error = ApiError::invalid(
        "no line holds a sound record",
        "correct the lines and send them again",
    );
    broken_off(error, summary)
}

fn broken_off(error: ApiError, summary: FilingSummary) -> Response {
    let status = error.status();
    let error = Some(error.into_problem());
    (status, Json(FilingSummary { error, ..summary })).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_catalogue::{Catalogue, Kinds};

    #[test]
    fn a_line_full_of_faults_is_described_as_far_as_anyone_reads() {
        let members: Vec<String> = (0..FAULTS + 7)
            .map(|number| format!("\"x{number}\": 1"))
            .collect();
        let line = format!("{{\"id\": \"c-1\", {}}}", members.join(", "));
        let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
        let (id, faults) = read(kinds.find("contact").unwrap(), Extent::Whole, line.as_bytes())
            .err()
            .unwrap();
        assert_eq!((id.as_deref(), faults.len()), (Some("c-1"), FAULTS + 7));
        let described = described(faults);
        assert_eq!(described.len(), FAULTS + 1);
        assert_eq!(described[FAULTS].message, "7 more faults on this line");
    }
}
