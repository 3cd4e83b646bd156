//! The three dialects: reading a request's body and writing its answer. Written from the vendor's description of the
//! wire and sharing nothing with any client, so that a misreading shows up as a disagreement.

mod form;
mod helper;
mod json;
pub(crate) mod plain;

use crate::reply::Reply;
use crate::variant::Variant;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};
use sunmao_catalogue::{Dialect, Record, Value};

/// What a request's body says.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Decoded {
    pub(crate) token: Option<String>,
    /// The command (`form`).
    pub(crate) cmdkey: Option<String>,
    /// One set of arguments a record; never empty.
    pub(crate) arguments: Vec<Record>,
}

/// Reads a body as a kind of installation does; `header` is the token header of the json dialect.
///
/// # Errors
/// What is wrong with the body.
pub(crate) fn decode(
    variant: Variant,
    dialect: Dialect,
    header: Option<&str>,
    body: &[u8],
) -> Result<Decoded, String> {
    let mut decoded = match dialect {
        _ if variant == Variant::GatewayPlain => plain::decode(body)?,
        Dialect::Form => form::decode(variant, body)?,
        Dialect::Json => json::decode(variant, header, body)?,
        Dialect::Helper => helper::decode(variant, body)?,
    };
    if decoded.arguments.is_empty() {
        decoded.arguments.push(Record::default());
    }
    Ok(decoded)
}

/// Reads a body as JSON or, where live servers do, as the literal of JavaScript that some callers write: single quotes, bare
/// names.
fn read<T: DeserializeOwned>(variant: Variant, body: &[u8]) -> Result<T, String> {
    let fault = match serde_json::from_slice(body) {
        Ok(read) => return Ok(read),
        Err(fault) => fault.to_string(),
    };
    let literal = std::str::from_utf8(body).ok().filter(|_| variant.is_generous());
    literal.and_then(|text| json5::from_str(text).ok()).ok_or(fault)
}

/// Writes an answer as JSON text, as a kind of installation does.
pub(crate) fn encode(variant: Variant, dialect: Dialect, reply: &Reply) -> String {
    let text = match dialect {
        Dialect::Form => form::encode(reply, variant.version()),
        Dialect::Json => json::encode(reply),
        Dialect::Helper => helper::encode(reply),
    };
    variant.shaped(dialect, reply, text)
}

/// An answer as text. It is made of text, numbers, lists and named members only, which never fail to be written.
fn written(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_default()
}

/// A value as the `json` and `helper` dialects write it: what is empty is an empty text, and decimals are text because a
/// float would lose cents.
struct Member<'a>(&'a Value);

impl Serialize for Member<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_str(""),
            Value::List(values) => serializer.collect_seq(values.iter().map(Member)),
            Value::Record(record) => Members(record).serialize(serializer),
            other => other.serialize(serializer),
        }
    }
}

/// The values of a record, written the same way.
struct Members<'a>(&'a Record);

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, Member(value))))
    }
}

fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}
