//! The body of a request as JSON, in UTF-8.

use super::error::ApiError;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use serde::de::DeserializeOwned;
use sunmao_runtime::text;

const CONTENT_TYPE: &str = "application/json";

/// What a body may hold.
pub trait RequestBody: DeserializeOwned {
    /// What to send, for whoever sent something else.
    const HINT: &'static str;
}

/// One JSON value of a declared shape; a byte order mark in front of it is taken away.
pub struct Body<T>(pub T);

impl<T: RequestBody, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let given = request.headers().get(header::CONTENT_TYPE);
        let given: Option<mime::Mime> = given
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.parse().ok());
        if given.is_none_or(|given| given.essence_str() != CONTENT_TYPE) {
            return Err(ApiError::wrong_content_type(CONTENT_TYPE));
        }
        let bytes = Bytes::from_request(request, state).await?;
        let text = text::utf_8(&bytes)
            .map_err(|fault| ApiError::invalid(fault.to_string(), "send the body as UTF-8"))?;
        serde_json::from_str(text)
            .map(Body)
            .map_err(|error| ApiError::invalid(error.to_string(), T::HINT))
    }
}
