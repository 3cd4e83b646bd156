//! Whether an answer says yes or no, by whichever of the dialects' envelopes stands around it: a gateway or an old page
//! may answer in another dialect than it was asked in.

use super::{Reason, Rejection, lenient, member, take, take_record, take_text};
use crate::{evidence, words};
use sunmao_catalogue::{Operation, Record, Value};

/// The header of a ZBDocument.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) status: i32,
    pub(crate) message: String,
    pub(crate) token: Option<String>,
    pub(crate) version: Option<String>,
}

/// Members that only an answer with content has.
const CONTENT: &[&str] = &["body", "datas", "data", "rows"];

/// Takes the envelope off. Returns the message of a yes, or the no.
pub(super) fn verdict(operation: &Operation, record: &mut Record) -> Result<String, Rejection> {
    if let Some(header) = header_of(record) {
        return match header.status {
            0 => Ok(header.message),
            status => {
                let message = match header.message.is_empty() {
                    true => message_of(member(record, "body").and_then(|body| body.get("message"))),
                    false => header.message,
                };
                Err(refusal(operation, Some(status), message))
            }
        };
    }
    let code = take(record, "code");
    let flag = take(record, "flag");
    let message = match take(record, "msg") {
        Some(message) => message.to_text().unwrap_or_default(),
        None => take_text(record, "message"),
    };
    let numbered = code.as_ref().and_then(Value::as_integer).map(narrow);
    match (numbered, flag.as_ref().map(is_true)) {
        (Some(400), _) => Err(rejection(Reason::Expired, Some(400), message)),
        (Some(500), _) => Err(rejection(Reason::Broken, Some(500), message)),
        (code, Some(false)) => Err(refusal(operation, code, message)),
        (Some(200), _) | (None, Some(true)) => Ok(message),
        (Some(code), _) => Err(refusal(operation, Some(code), message)),
        (None, None) if CONTENT.iter().any(|name| member(record, name).is_some()) => Ok(message),
        (None, None) if !message.is_empty() => Err(rejection(Reason::Broken, None, message)),
        (None, None) => Err(rejection(Reason::Broken, None, lenient::spoken(record))),
    }
}

/// Takes the header of a ZBDocument out, where there is one. A missing status is a good one.
pub(crate) fn header_of(record: &mut Record) -> Option<Header> {
    let mut header = take_record(record, "header")?;
    let status = match take(&mut header, "status") {
        None | Some(Value::Null) => 0,
        // A status nobody can read is not a good one.
        Some(status) => status.as_integer().map_or(-1, narrow),
    };
    Some(Header {
        status,
        message: take_text(&mut header, "message"),
        token: Some(take_text(&mut header, "session")).filter(|token| !token.is_empty()),
        version: Some(take_text(&mut header, "appversion")).filter(|version| !version.is_empty()),
    })
}

/// A gateway's login answer as a header, where it has a token or says why not.
pub(crate) fn gateway_header(record: &mut Record) -> Option<Header> {
    let message = lenient::spoken(record);
    let mut inner = take_record(record, "data");
    let token = [Some(&mut *record), inner.as_mut()]
        .into_iter()
        .flatten()
        .flat_map(|record| ["token", "access_token"].map(|name| take_text(record, name)))
        .find(|token| !token.is_empty());
    if token.is_none() && message.is_empty() {
        return None;
    }
    let code = take(record, "code").as_ref().and_then(Value::as_integer);
    Some(Header {
        status: match token {
            Some(_) => 0,
            None => code.map_or(-1, narrow),
        },
        message,
        token,
        version: None,
    })
}

/// The words of a message, be it an object or plain text.
fn message_of(message: Option<&Value>) -> String {
    match message {
        Some(Value::Record(record)) => text_of(record),
        Some(value) => value.to_text().unwrap_or_default(),
        None => String::new(),
    }
}

/// The words of a message object: its text, else its title.
pub(super) fn text_of(message: &Record) -> String {
    ["text", "title"]
        .iter()
        .filter_map(|name| member(message, name)?.to_text())
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// What a no means, by its words.
pub(super) fn refusal(operation: &Operation, code: Option<i32>, message: String) -> Rejection {
    let reason = if evidence::speaks_of_unknown_path(&message) {
        Reason::UnknownPath
    } else if !operation.is_read() && evidence::speaks_of_interruption(&message) {
        Reason::Broken
    } else if evidence::session_is_gone(&message) {
        Reason::Expired
    } else if evidence::is_bare_timeout(&message) && operation.is_read() {
        // Asking again with a new session harms nobody; a write may have been stored before the time was up.
        Reason::Expired
    } else if evidence::is_bare_timeout(&message) || evidence::speaks_of_interruption(&message) {
        Reason::Broken
    } else if operation.is_read() && evidence::speaks_of_missing_record(&message) {
        Reason::MissingRecord
    } else {
        Reason::Refused
    };
    rejection(reason, code, message)
}

fn rejection(reason: Reason, code: Option<i32>, message: String) -> Rejection {
    let message = words::plain(&message);
    Rejection {
        reason,
        code,
        words: match message.is_empty() {
            true => "an answer without a word".to_owned(),
            false => message,
        },
    }
}

fn narrow(code: i64) -> i32 {
    i32::try_from(code).unwrap_or(i32::MAX)
}

fn is_true(flag: &Value) -> bool {
    match flag {
        Value::Bool(flag) => *flag,
        Value::Text(flag) => flag.eq_ignore_ascii_case("true") || flag == "1",
        flag => flag.as_integer() == Some(1),
    }
}
