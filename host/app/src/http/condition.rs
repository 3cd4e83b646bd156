//! Conditions of a request: which revision of a record it is about, and which one the answer has.

use super::error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// What has to hold for a write to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    None,
    /// The record is there.
    There,
    /// The record is not there.
    Absent,
    /// The record has this revision.
    Revision(i64),
}

impl<S: Send + Sync> FromRequestParts<S> for Condition {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let given = |name| parts.headers.contains_key(name);
        match (given(header::IF_MATCH), given(header::IF_NONE_MATCH)) {
            (false, false) => Ok(Condition::None),
            (true, false) => match one(&parts.headers, header::IF_MATCH)? {
                "*" => Ok(Condition::There),
                tag => revision(tag).map(Condition::Revision),
            },
            (false, true) => match one(&parts.headers, header::IF_NONE_MATCH)? {
                "*" => Ok(Condition::Absent),
                _ => Err(unsound("If-None-Match is `*` or left out")),
            },
            (true, true) => Err(unsound("If-Match and If-None-Match exclude each other")),
        }
    }
}

fn one(headers: &HeaderMap, name: HeaderName) -> Result<&str, ApiError> {
    let mut values = headers.get_all(&name).iter();
    let value = values.next().and_then(|value| value.to_str().ok());
    match (value, values.next()) {
        (Some(value), None) => Ok(value.trim()),
        _ => Err(unsound("the header stands there twice, or is no text")),
    }
}

fn revision(tag: &str) -> Result<i64, ApiError> {
    let quoted = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
    let revision = quoted.and_then(|revision| revision.parse().ok());
    revision.ok_or_else(|| unsound(&format!("If-Match is no revision: {tag}")))
}

fn unsound(message: &str) -> ApiError {
    ApiError::invalid(
        message,
        r#"send If-Match: "3" with the ETag of an answer before, or If-None-Match: *"#,
    )
}

/// A revision as answers carry it.
pub fn etag(revision: i64) -> HeaderValue {
    // Quoted digits are a sound header.
    HeaderValue::try_from(format!("\"{revision}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// Whether whoever asks has this revision already.
pub fn has(headers: &HeaderMap, revision: i64) -> bool {
    let known = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|tags| tags.split(','));
    let own = format!("\"{revision}\"");
    tags.any(|tag| tag.trim().trim_start_matches("W/") == own)
}
