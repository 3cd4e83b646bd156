//! What stands behind the question mark, read strictly: nothing that cannot be read is taken for something else.

use super::error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;

/// Longest value of a parameter, in bytes; a record's id has 64 characters.
const LONGEST: usize = 1024;

/// The parameters, each of them in UTF-8 and given once.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        check(parts.uri.query().unwrap_or_default())?;
        let axum::extract::Query(values) = axum::extract::Query::try_from_uri(&parts.uri)?;
        Ok(Query(values))
    }
}

fn check(query: &str) -> Result<(), ApiError> {
    let mut names = BTreeSet::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let shown: String = percent_decode_str(name)
            .decode_utf8_lossy()
            .chars()
            .take(64)
            .collect();
        let hint = "write it as UTF-8, percent-encoded";
        if !is_escaped(name) || !is_escaped(value) {
            let message = format!("the parameter `{shown}` has a % that no two hexadecimal digits follow");
            return Err(ApiError::invalid(message, hint));
        }
        let decoded = [name, value].map(|text| percent_decode_str(text).decode_utf8());
        if decoded.iter().any(Result::is_err) {
            return Err(ApiError::invalid(
                format!("the parameter `{shown}` is no UTF-8 text"),
                hint,
            ));
        }
        if !names.insert(shown.clone()) {
            return Err(ApiError::invalid(
                format!("the parameter `{shown}` stands there twice"),
                "give each of them once",
            ));
        }
        if value.len() > LONGEST {
            let message = format!(
                "the parameter `{shown}` has {} bytes; at most {LONGEST} are read",
                value.len()
            );
            return Err(ApiError::invalid(
                message,
                "give the value that an answer before gave as `next`",
            ));
        }
    }
    Ok(())
}

fn is_escaped(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().get(..2);
        digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}
