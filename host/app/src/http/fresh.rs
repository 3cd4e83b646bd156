//! How long ago a record may have been seen in the ERP, and what is said of one that was asked for anew.

use super::error::ApiError;
use crate::api::records::Stale;
use crate::parts::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use jiff::{SignedDuration, Timestamp};
use sunmao_catalogue::Fault;
use sunmao_runtime::Freshness;
use sunmao_store::RecordName;

const HINT: &str = "write max_age=60s, max_age=5m or max_age=0s";

/// Sees to it that a record is no older than a query says; none where the query says nothing, or no flow brings it in.
///
/// # Errors
/// It says no duration, or the store cannot be read. That the ERP does not answer is no error.
pub async fn at_most(
    parts: &Parts,
    name: &RecordName,
    max_age: Option<&str>,
) -> Result<Option<Freshness>, ApiError> {
    match max_age {
        None => Ok(None),
        Some(text) => Ok(parts.flows.refresh(name, duration(text)?).await?),
    }
}

fn duration(text: &str) -> Result<SignedDuration, ApiError> {
    let unsound = || {
        let text: String = text.chars().take(64).collect();
        ApiError::invalid(format!("`max_age` is no duration: {text}"), HINT)
    };
    let read: SignedDuration = match text.parse::<u32>() {
        Ok(seconds) => SignedDuration::from_secs(seconds.into()),
        Err(_) => text.parse().map_err(|_| unsound())?,
    };
    if read.is_negative() {
        Err(unsound())
    } else {
        Ok(read)
    }
}

/// The age of what was last seen then.
pub fn age(seen_at: Option<Timestamp>, now: Timestamp) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(seen_at) = seen_at {
        let seconds = now.duration_since(seen_at).as_secs().max(0);
        headers.insert(header::AGE, HeaderValue::from(seconds));
    }
    headers
}

impl From<Fault> for Stale {
    fn from(fault: Fault) -> Self {
        Stale {
            kind: fault.kind.name().to_owned(),
            message: fault.message,
            hint: fault.hint,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_as_flows_write_it_or_in_seconds() {
        let seconds = |text: &str| duration(text).ok().map(|read| read.as_secs());
        assert_eq!(seconds("60s"), Some(60));
        assert_eq!(seconds("5m"), Some(300));
        assert_eq!(seconds("0"), Some(0));
        assert_eq!(seconds("90"), Some(90));
        for unsound in ["", "soon", "-1s", "1", "60 parsecs"] {
            let read = seconds(unsound);
            assert_eq!(read, (unsound == "1").then_some(1), "{unsound}");
        }
    }
}
