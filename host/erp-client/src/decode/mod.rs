//! Answers as one neutral value, whatever dialect and whatever shape they came in.

mod bare;
mod document;
mod form;
mod helper;
mod json;
pub(crate) mod lenient;
mod order;
mod table;
mod tree;
mod verdict;

use crate::evidence;
use crate::installation::Installation;
use crate::words;
use reqwest::StatusCode;
use sunmao_catalogue::{Answer, Arguments, Dialect, Operation, Record, Value};

pub(crate) use verdict::{gateway_header, header_of};

/// An answer that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) reason: Reason,
    /// The ERP's code, or the HTTP status where it is not a success.
    pub(crate) code: Option<i32>,
    /// The ERP's own words where it spoke, else ours.
    pub(crate) words: String,
}

/// What a rejection means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The session is gone; nothing was done.
    Expired,
    /// The ERP said no.
    Refused,
    /// The record does not exist.
    MissingRecord,
    /// The server has too much to do and did not look at the call.
    TurnedAway,
    /// The installation knows no such path.
    UnknownPath,
    /// The server failed or spoke nonsense.
    Broken,
    /// The answer is that of another kind of installation than was named; what to set instead.
    Misdeclared(&'static str),
}

/// Reads an answer. The arguments are looked at only for the page that was asked for.
pub(crate) fn answer(
    installation: &Installation,
    operation: &Operation,
    arguments: &Arguments,
    status: StatusCode,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let mut record = match lenient::read(body) {
        Ok(Value::Record(record)) => installation.unwrapped(record),
        Ok(value) => {
            let text = value.to_text().unwrap_or_default();
            return Err(from_text(status, words::plain(&text)));
        }
        Err(text) => return Err(from_text(status, text)),
    };
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(from_text(status, lenient::spoken(&record)));
    }
    let spoken = match status.is_success() {
        true => String::new(),
        false => lenient::spoken(&record),
    };
    let bodies = installation.gateway_bodies();
    let decoded = match installation.is_bare(&record) {
        true => bare::answer(operation, arguments, *record, bodies),
        false => verdict::verdict(operation, &mut record)
            .and_then(|message| match operation.dialect {
                Dialect::Form => form::answer(operation, arguments, *record, message),
                Dialect::Json => json::answer(operation, arguments, *record, message),
                Dialect::Helper => helper::answer(operation, arguments, *record, message),
            })
            .and_then(|answer| bare::not_expected(operation, bodies, answer))
            .map_err(|rejection| bare::explained(operation, bodies, rejection)),
    };
    match decoded {
        Err(rejection) if status == StatusCode::UNAUTHORIZED => Err(from_text(status, rejection.words)),
        Err(rejection) if status.is_success() || rejection.reason != Reason::Broken => Err(rejection),
        Err(rejection) => Err(from_text(status, rejection.words)),
        Ok(_) if !status.is_success() => Err(from_text(status, spoken)),
        Ok(answer) => Ok(answer),
    }
}

impl Rejection {
    /// A sound answer without the record that was asked for.
    fn no_record() -> Self {
        Rejection {
            reason: Reason::MissingRecord,
            code: None,
            words: "the ERP answered no record".to_owned(),
        }
    }

    /// An answer that makes no sense; the words may hold the ERP's own.
    fn broken(words: impl AsRef<str>) -> Self {
        Rejection {
            reason: Reason::Broken,
            code: None,
            words: words::plain(words.as_ref()),
        }
    }
}

/// What an answer means that is not in any dialect: a page of the web server's, a plain sentence, nothing.
fn from_text(status: StatusCode, text: String) -> Rejection {
    let reason = match status.as_u16() {
        _ if evidence::speaks_of_unknown_path(&text) => Reason::UnknownPath,
        401 => Reason::Expired,
        404 => Reason::UnknownPath,
        429 => Reason::TurnedAway,
        408 | 500.. => Reason::Broken,
        _ if evidence::session_is_gone(&text) => Reason::Expired,
        400..500 => Reason::Refused,
        _ => Reason::Broken,
    };
    let code = i32::from(status.as_u16());
    Rejection {
        reason,
        code: (!status.is_success()).then_some(code),
        words: match text.is_empty() {
            true => format!("an answer without a word (HTTP {code})"),
            false => text,
        },
    }
}

/// A member by name in any letter case: pages and versions differ.
fn member<'a>(record: &'a Record, name: &str) -> Option<&'a Value> {
    record.get(name).or_else(|| {
        record
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// Takes a member out by name in any letter case.
fn take(record: &mut Record, name: &str) -> Option<Value> {
    if let Some(value) = record.shift_remove(name) {
        return Some(value);
    }
    let position = record.keys().position(|key| key.eq_ignore_ascii_case(name))?;
    record.shift_remove_index(position).map(|(_, value)| value)
}

/// Takes a member out that should be an object.
fn take_record(record: &mut Record, name: &str) -> Option<Record> {
    match take(record, name) {
        Some(Value::Record(inner)) => Some(*inner),
        _ => None,
    }
}

/// Takes a member out as text; nothing, and lists and objects, are empty text.
fn take_text(record: &mut Record, name: &str) -> String {
    take(record, name)
        .and_then(|value| value.to_text())
        .unwrap_or_default()
}

/// A member that should be a list, of which a single one may come without the list around it.
fn listed(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::List(values) => Some(values),
        Value::Record(record) => Some(vec![Value::Record(record)]),
        _ => None,
    }
}
