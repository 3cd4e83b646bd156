//! Reading what the ERP calls JSON: raw control characters inside strings, a byte order mark, a Chinese code page in
//! place of UTF-8, or no JSON at all.

use crate::words;
use std::borrow::Cow;
use sunmao_catalogue::{Record, Value};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The value of a body, or its text as one readable line when it is no JSON; an empty line for an empty body.
pub(crate) fn read(body: &[u8]) -> Result<Value, String> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let text = decoded(body);
    if let Ok(value) = serde_json::from_str(&text) {
        return Ok(value);
    }
    serde_json::from_str(&with_controls_escaped(&text)).map_err(|_| words::plain(&text))
}

/// The words in an object of unknown make, such as a web server's own `{"Message": …}`.
pub(crate) fn spoken(record: &Record) -> String {
    ["message", "msg", "error", "exceptionmessage"]
        .iter()
        .filter_map(|name| super::member(record, name))
        .filter_map(Value::to_text)
        .find(|text| !text.is_empty())
        .map(|text| words::plain(&text))
        .unwrap_or_default()
}

/// Text that is no UTF-8 comes from the web server in front, which speaks the machine's code page; where it is not that
/// either, a few bytes were damaged, and the rest is still UTF-8.
fn decoded(body: &[u8]) -> Cow<'_, str> {
    match simdutf8::basic::from_utf8(body) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::GB18030
            .decode_without_bom_handling_and_without_replacement(body)
            .unwrap_or_else(|| String::from_utf8_lossy(body)),
    }
}

/// The same text with the control characters inside its strings as JSON wants them written.
fn with_controls_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 64);
    let mut in_string = false;
    let mut after_backslash = false;
    for character in text.chars() {
        if in_string && character < ' ' {
            let escape = format!("\\u{:04x}", u32::from(character));
            // A backslash in front of a raw control character escapes nothing; it is meant as itself.
            escaped.push_str(if after_backslash { "\\" } else { "" });
            escaped.push_str(&escape);
            after_backslash = false;
            continue;
        }
        if character == '"' && !after_backslash {
            in_string = !in_string;
        }
        after_backslash = in_string && character == '\\' && !after_backslash;
        escaped.push(character);
    }
    escaped
}
