//! `POST /v1/hub/contacts`: many contacts as lines of JSON, each with its `id`. Read as they come, kept in portions;
//! an unsound line does not stop the others.

use super::contacts;
use super::error::ApiError;
use crate::host::Parts;
use axum::Json;
use axum::RequestExt;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::TryStreamExt;
use serde::Serialize;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use sunmao_runtime::ContactFault;
use sunmao_store::{NewContact, StoreError};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio_util::io::StreamReader;

/// Contacts kept in one commit.
const PORTION: usize = 500;
/// Most unsound lines that are described; the others are counted.
const DESCRIBED: usize = 1_000;
const CONTENT_TYPE: &str = "application/x-ndjson";

/// What became of the lines.
#[derive(Debug, Default, Serialize)]
struct Summary {
    /// Lines read, empty ones not counted.
    lines: u64,
    /// Contacts that are on disk.
    accepted: u64,
    /// Those among them that differ from what was kept before.
    changed: u64,
    /// Unsound lines.
    unsound: u64,
    /// The unsound lines by number, from 1, with every fault.
    rejected: Vec<Rejected>,
}

#[derive(Debug, Serialize)]
struct Rejected {
    line: u64,
    id: Option<String>,
    faults: Vec<ContactFault>,
}

/// 202 with a summary once everything sound is on disk; 400 if there was nothing sound. If the store fails or the
/// connection breaks, the summary beside the error says how many lines are on disk.
pub async fn file(State(parts): State<Arc<Parts>>, request: Request) -> Response {
    if !has_content_type(&request) {
        return ApiError::wrong_content_type(CONTENT_TYPE).into_response();
    }
    let mut filing = Filing {
        parts: &parts,
        portion: Vec::new(),
        summary: Summary::default(),
    };
    match filing.all(request).await {
        Ok(()) => filing.summary.into_response(),
        Err(error) => broken_off(&error, &filing.summary),
    }
}

fn has_content_type(request: &Request) -> bool {
    let given = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    given
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim() == CONTENT_TYPE)
}

struct Filing<'a> {
    parts: &'a Parts,
    portion: Vec<NewContact>,
    summary: Summary,
}

impl Filing<'_> {
    async fn all(&mut self, request: Request) -> Result<(), ApiError> {
        let chunks = request
            .into_limited_body()
            .into_data_stream()
            .map_err(io::Error::other);
        let mut lines = BufReader::new(StreamReader::new(chunks)).split(b'\n');
        let mut number = 0;
        while let Some(line) = lines.next_segment().await.map_err(unread)? {
            number += 1;
            if !line.trim_ascii().is_empty() {
                self.take(number, &line);
            }
            if self.portion.len() == PORTION {
                self.keep().await?;
            }
        }
        Ok(self.keep().await?)
    }

    fn take(&mut self, number: u64, line: &[u8]) {
        self.summary.lines += 1;
        let (id, faults) = match read(line) {
            Ok(contact) => return self.portion.push(contact),
            Err(rejected) => rejected,
        };
        self.summary.unsound += 1;
        if self.summary.rejected.len() < DESCRIBED {
            self.summary.rejected.push(Rejected {
                line: number,
                id,
                faults,
            });
        }
    }

    async fn keep(&mut self) -> Result<(), StoreError> {
        if self.portion.is_empty() {
            return Ok(());
        }
        let host = &self.parts.host;
        let portion = std::mem::take(&mut self.portion);
        let accepted = host
            .store
            .contacts
            .accept(portion, self.parts.flows.contact_routes(), host.clock.now())
            .await?;
        for contact in accepted {
            self.summary.accepted += 1;
            self.summary.changed += u64::from(contact.changed);
        }
        Ok(())
    }
}

/// The contact on a line, or its id as far as there is one, and every fault.
fn read(line: &[u8]) -> Result<NewContact, (Option<String>, Vec<ContactFault>)> {
    let fault = |field: &str, message: String| {
        vec![ContactFault {
            field: field.to_owned(),
            message,
        }]
    };
    let body: Value = serde_json::from_slice(line).map_err(|error| (None, fault("", error.to_string())))?;
    let Some(id) = body.get("id").and_then(Value::as_str).map(str::to_owned) else {
        return Err((None, fault("id", "every line needs its `id`, as text".to_owned())));
    };
    contacts::read(&id, body).map_err(|faults| (Some(id), faults))
}

fn unread(error: io::Error) -> ApiError {
    ApiError::invalid(
        format!("the body cannot be read to its end: {error}"),
        "send what is missing again, in smaller bodies",
    )
}

impl IntoResponse for Summary {
    fn into_response(self) -> Response {
        if self.accepted > 0 || self.unsound == 0 {
            return (StatusCode::ACCEPTED, Json(self)).into_response();
        }
        broken_off(
            &ApiError::invalid(
                "no line holds a sound contact",
                "correct the lines and send them again",
            ),
            &self,
        )
    }
}

fn broken_off(error: &ApiError, summary: &Summary) -> Response {
    let mut body = json!(summary);
    body["error"] = error.to_json();
    (error.status(), Json(body)).into_response()
}
