//! What a client hears when a request fails. The log says more.

use super::LARGEST_BODY;
use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use sunmao_runtime::ContactFault;
use sunmao_store::StoreError;

/// A failed request.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    kind: &'static str,
    message: String,
    hint: String,
    faults: Vec<Value>,
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
            kind,
            message: message.into(),
            hint: hint.into(),
            faults: Vec::new(),
        }
    }

    /// The request cannot be understood.
    pub fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError::new(StatusCode::BAD_REQUEST, "invalid", message, hint)
    }

    /// A contact with everything that is wrong with it.
    pub fn unsound_contact(id: &str, faults: &[ContactFault]) -> Self {
        ApiError::invalid(
            format!("contact {id} is unsound; nothing was kept"),
            "correct the members and file it again",
        )
        .with_faults(faults)
    }

    /// The same error with everything that is wrong.
    pub fn with_faults(mut self, faults: &[impl Serialize]) -> Self {
        self.faults = faults.iter().map(|fault| json!(fault)).collect();
        self
    }

    /// What was asked for is not there.
    pub fn not_found(message: impl Into<String>, hint: impl Into<String>) -> Self {
        ApiError::new(StatusCode::NOT_FOUND, "not-found", message, hint)
    }

    /// No resource has this path.
    pub fn no_such_path() -> Self {
        ApiError::not_found(
            "no such path",
            "the paths are /v1/hub/contacts, /v1/extensions, /v1/operations, /v1/deliveries, /v1/dead, /v1/audit, /v1/status and /healthz",
        )
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

    /// The host goes down before the request could be answered.
    pub fn stopping() -> Self {
        ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "the host is stopping",
            "send the request again when it is back: filing a contact twice costs nothing",
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

    /// The same error with another hint.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The status it travels under.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The error as the member of a body.
    pub fn to_json(&self) -> Value {
        let mut error = json!({"kind": self.kind, "message": self.message, "hint": self.hint});
        if !self.faults.is_empty() {
            error["faults"] = json!(self.faults);
        }
        error
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.to_json() }))).into_response()
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

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        match &rejection {
            JsonRejection::MissingJsonContentType(_) => ApiError::wrong_content_type("application/json"),
            _ if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => ApiError::too_large(LARGEST_BODY),
            _ => ApiError::invalid(rejection.body_text(), "send one JSON object"),
        }
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
