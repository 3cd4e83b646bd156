//! Reading what the ERP calls JSON: raw control characters and halves of characters inside strings, a byte order mark, a
//! Chinese code page in place of UTF-8, or no JSON at all.

use crate::words;
use std::borrow::Cow;
use sunmao_catalogue::{Record, Value, value_from_json};

/// Characters of `\uXXXX`.
const ESCAPE: usize = 6;

/// Bytes that are shown of an answer in front of the place where it breaks.
const SHOWN: usize = 80;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The value of a body, or its text as one readable line when it is no JSON; an empty line for an empty body.
pub(crate) fn read(body: &[u8]) -> Result<Value, String> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let text = decoded(body);
    if let Ok(value) = value_from_json(&text) {
        return Ok(value);
    }
    let mended = with_strings_mended(&text);
    value_from_json(&mended).map_err(|error| unreadable(&mended, &error))
}

/// The words of a page that is no JSON; of JSON that is broken, what is wrong with it and where, in its own words.
fn unreadable(text: &str, error: &serde_json::Error) -> String {
    if !text.trim_start().starts_with(['{', '[']) {
        return words::plain(text);
    }
    let line = text
        .lines()
        .nth(error.line().saturating_sub(1))
        .unwrap_or_default();
    let end = line.floor_char_boundary(error.column());
    let start = line.floor_char_boundary(end.saturating_sub(SHOWN));
    words::plain(&format!(
        "the answer cannot be read: {error}, behind {}",
        &line[start..end]
    ))
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

/// Text that is no UTF-8 comes from the web server in front, which speaks the machine's code page; unless most of what is
/// not ASCII is UTF-8, or it is no text of the code page either: then a few bytes were damaged.
fn decoded(body: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = simdutf8::basic::from_utf8(body) {
        return Cow::Borrowed(text);
    }
    let damaged = String::from_utf8_lossy(body);
    let lost = damaged.matches(char::REPLACEMENT_CHARACTER).count();
    // Chinese takes three bytes in UTF-8, which texts of the code page are not taken for by chance.
    let sound = damaged
        .chars()
        .filter(|character| character.len_utf8() == 3)
        .count()
        - lost;
    if sound > lost {
        return damaged;
    }
    encoding_rs::GB18030
        .decode_without_bom_handling_and_without_replacement(body)
        .unwrap_or(damaged)
}

/// The same text with what JSON does not take inside of its strings written as JSON wants it: raw control characters as
/// themselves, and half a character as the one that stands for what was lost.
fn with_strings_mended(text: &str) -> String {
    let mut mended = String::with_capacity(text.len() + 64);
    let mut rest = text;
    let mut in_string = false;
    while let Some(character) = rest.chars().next() {
        let length = match (in_string, character) {
            (true, '\\') => escape(rest, &mut mended),
            (true, control) if control < ' ' => {
                mended.push_str(&format!("\\u{:04x}", u32::from(control)));
                1
            }
            (_, character) => {
                in_string ^= character == '"';
                mended.push(character);
                character.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    mended
}

/// Writes the escape that the text begins with; how long it was there.
fn escape(text: &str, mended: &mut String) -> usize {
    // A backslash in front of a raw control character escapes nothing; it is meant as itself.
    let Some(escaped) = text[1..].chars().next().filter(|next| *next >= ' ') else {
        mended.push_str("\\\\");
        return 1;
    };
    let is_half = |unit: u16| (0xd800..0xe000).contains(&unit);
    let length = match unit(text) {
        None => 1 + escaped.len_utf8(),
        Some(first) if !is_half(first) => ESCAPE,
        Some(first) => {
            let second = unit(&text[ESCAPE..]).filter(|second| (0xdc00..0xe000).contains(second));
            match second {
                Some(_) if first < 0xdc00 => 2 * ESCAPE,
                _ => {
                    mended.push(char::REPLACEMENT_CHARACTER);
                    return ESCAPE;
                }
            }
        }
    };
    mended.push_str(&text[..length]);
    length
}

/// The sixteen bits of an escape `\uXXXX` that the text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hexadecimal.then(|| u16::from_str_radix(digits, 16).ok())?
}
