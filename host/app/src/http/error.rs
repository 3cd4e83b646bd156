//! What a client hears when a request fails. The log says more.

use super::LARGEST_BODY;
use crate::api::errors::{MemberFault, Problem, Refusal};
use axum::Json;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use std::error::Error;
use std::io;
use sunmao_catalogue::{Fault, Kind};
use sunmao_store::StoreError;

/// A failed request.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    problem: Problem,
}

impl ApiError {
    fn new(
        status: StatusCode,
        kind: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        ApiError {
            status,
            problem: Problem {
                kind: kind.to_owned(),
                message: message.into(),
                hint: hint.into(),
                faults: Vec::new(),
            },
        }
    }

    /// The request cannot be understood.
    pub fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError::new(StatusCode::BAD_REQUEST, "invalid", message, hint)
    }

    /// Nobody may do this.
    pub fn refused(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError::new(StatusCode::FORBIDDEN, "refused", message, hint)
    }

    /// What is there is not what the request says.
    pub fn conflict(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError::new(StatusCode::PRECONDITION_FAILED, "conflict", message, hint)
    }

    /// Nobody more may follow the changes.
    pub fn too_many_followers() -> Self {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "as many follow the changes as may",
            "ask for pages of them, or let a webhook be told",
        )
    }

    /// The same error with everything that is wrong.
    pub fn with_faults(mut self, faults: Vec<MemberFault>) -> Self {
        self.problem.faults = faults;
        self
    }

    /// What it takes is there and broken.
    pub fn unprocessable(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message, hint)
    }

    /// What was asked for is not there.
    pub fn not_found(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError::new(StatusCode::NOT_FOUND, "not-found", message, hint)
    }

    /// No resource has this path.
    pub fn no_such_path() -> Self {
        ApiError::not_found("no such path", "`GET /v1/openapi.json` describes all paths")
    }

    /// The resource does not take this method.
    pub fn no_such_method() -> Self {
        ApiError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "invalid",
            "the path does not take this method",
            "the answer's Allow header names those it takes",
        )
    }

    /// The body is of another type.
    pub fn wrong_content_type(expected: &str) -> Self {
        let hint = format!("send it with content-type: {expected}");
        ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid",
            "the body is of another type",
            hint,
        )
    }

    /// The body has more bytes than it may have.
    pub fn too_large(limit: usize) -> Self {
        ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "invalid",
            format!("the body is larger than the {limit} bytes it may have"),
            "send less at once",
        )
    }

    /// The body does not come, or comes too slowly.
    pub fn too_slow() -> Self {
        ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            "invalid",
            "the body did not come in time",
            "send it again, in smaller bodies if the way is slow",
        )
    }

    /// The body is compressed, or written in other characters than JSON is.
    pub fn wrong_encoding(message: impl Into<String>, hint: &str) -> Self {
        ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid", message, hint)
    }

    /// Lines were expected: of an array, the last element alone would look like one.
    pub fn an_array() -> Self {
        ApiError::invalid(
            "the body is one JSON array; wanted is one object a line. Nothing was kept",
            "take the array apart: jq -c '.[]' records.json",
        )
    }

    /// The request is addressed to a host by a name that is not ours.
    pub fn misdirected(name: &str) -> Self {
        ApiError::new(
            StatusCode::MISDIRECTED_REQUEST,
            "refused",
            format!("the host `{name}` is not known here"),
            "write the name that clients use into sunmao.toml: [server] hosts = [\"sunmao.example.com\"]",
        )
    }

    /// A page of elsewhere asks, through someone's browser.
    pub fn foreign_page(page: &str) -> Self {
        ApiError::new(
            StatusCode::FORBIDDEN,
            "refused",
            format!("{page} may not ask this host through a browser"),
            "if it may, write its host into sunmao.toml: [server] hosts = [\"sunmao.example.com\"]",
        )
    }

    /// The host goes down before the request could be answered.
    pub fn stopping() -> Self {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "the host is stopping",
            "send the request again when it is back: filing a record twice costs nothing",
        )
    }

    /// A part of the host gives no sign of life.
    pub fn lifeless(parts: &str) -> Self {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            format!("no sign of life of: {parts}"),
            "look at the log and at the disk, then start the host anew: what was accepted goes on",
        )
    }

    /// Something of ours is broken.
    pub fn faulty(error: &dyn Error) -> Self {
        tracing::error!(%error, "an answer could not be made");
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "faulty",
            error.to_string(),
            "this is a fault of Sunmao's: report it",
        )
    }

    /// The same error with another hint.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.problem.hint = hint.into();
        self
    }

    /// The status it travels under.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What it says, as the member of a body.
    pub fn into_problem(self) -> Problem {
        self.problem
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let refusal = Refusal { error: self.problem };
        (self.status, Json(refusal)).into_response()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, hint = error.hint(), "the store failed");
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            error.to_string(),
            error.hint(),
        )
    }
}

impl From<Fault> for ApiError {
    fn from(fault: Fault) -> Self {
        let status = match fault.kind {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::NotGranted => StatusCode::FORBIDDEN,
            Kind::NotFound => StatusCode::NOT_FOUND,
            Kind::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::Unconfirmed => StatusCode::BAD_GATEWAY,
            Kind::Session | Kind::Unavailable | Kind::OverBudget => StatusCode::SERVICE_UNAVAILABLE,
        };
        ApiError::new(status, fault.kind.name(), fault.message, fault.hint)
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            return ApiError::too_large(LARGEST_BODY);
        }
        if io_kind(&rejection) == Some(io::ErrorKind::TimedOut) {
            return ApiError::too_slow();
        }
        ApiError::invalid(rejection.body_text(), "send the request again")
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        ApiError::invalid(
            rejection.body_text(),
            "write names in the path as UTF-8, percent-encoded",
        )
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        ApiError::invalid(
            rejection.body_text(),
            "look at the names and values behind the question mark",
        )
    }
}

/// What the system says is behind an error.
pub fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    let mut kinds = causes.filter_map(|error| error.downcast_ref::<io::Error>().map(io::Error::kind));
    // `Other` only wraps.
    kinds.find(|kind| *kind != io::ErrorKind::Other)
}
