//! The dialect `json`: the token in a header, the arguments as a plain object.

use super::Unwritable;
use crate::session::Session;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::ExposeSecret;
use serde::ser::{Serialize, Serializer};
use sunmao_catalogue::{Arguments, Value};

/// The arguments by name; lists and objects nest.
pub(super) fn body(arguments: &Arguments) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Plain(arguments))
}

/// The header that carries the token, marked so that no log prints it.
pub(super) fn header(session: &Session) -> Result<(HeaderName, HeaderValue), Unwritable> {
    let mut value = HeaderValue::from_str(session.token().expose_secret())
        .map_err(|_| Unwritable("the session token has characters that no HTTP header takes".to_owned()))?;
    value.set_sensitive(true);
    Ok((HeaderName::from_static("zbapi-token"), value))
}

/// Arguments as one object.
pub(super) struct Plain<'a>(pub(super) &'a Arguments);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter(|(_, value)| **value != Value::Null))
    }
}
