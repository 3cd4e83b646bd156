//! Reading JSON with raw control characters inside its strings, and writing it so.

use serde_json::Value as Json;

/// A body as JSON, and whether raw control characters stood inside its strings; none when it is something else.
pub(super) fn read(text: &str) -> Option<(Json, bool)> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if let Ok(value) = serde_json::from_str(text) {
        return Some((value, false));
    }
    let value = serde_json::from_str(&escaped(text)).ok()?;
    Some((value, true))
}

/// JSON text; raw control characters inside strings where they are wanted.
pub(super) fn write(value: &Json, with_raw_controls: bool) -> String {
    let text = value.to_string();
    if with_raw_controls { unescaped(&text) } else { text }
}

fn escaped(text: &str) -> String {
    let mut inside = false;
    let mut behind_backslash = false;
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if inside && letter.is_control() && u32::from(letter) < 0x20 {
            escaped.push_str(&format!("\\u{:04x}", u32::from(letter)));
            behind_backslash = false;
            continue;
        }
        if letter == '"' && !behind_backslash {
            inside = !inside;
        }
        behind_backslash = inside && letter == '\\' && !behind_backslash;
        escaped.push(letter);
    }
    escaped
}

fn unescaped(text: &str) -> String {
    let mut raw = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('\\') {
        let (before, escape) = rest.split_at(start);
        raw.push_str(before);
        let (control, length) = control(escape);
        match control {
            Some(control) => raw.push(control),
            None => raw.push_str(escape.get(..length).unwrap_or(escape)),
        }
        rest = escape.get(length..).unwrap_or_default();
    }
    raw + rest
}

/// The control character that an escape stands for, and the escape's length.
fn control(escape: &str) -> (Option<char>, usize) {
    match escape.as_bytes().get(1) {
        Some(b'n') => (Some('\n'), 2),
        Some(b'r') => (Some('\r'), 2),
        Some(b't') => (Some('\t'), 2),
        Some(b'b') => (Some('\u{8}'), 2),
        Some(b'f') => (Some('\u{c}'), 2),
        Some(b'u') => {
            let code = escape.get(2..6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            let control = code.filter(|code| *code < 0x20).and_then(char::from_u32);
            (control, 6)
        }
        _ => (None, 2),
    }
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use serde_json::json;

    #[test]
    fn raw_control_characters_are_read_and_written_back() {
        let raw = "{\"a\":\"one\ntwo\u{b}\",\"b\":\"C:\\\\new \\\"x\\\"\",\n\"c\":[1]}";
        let (value, with_raw_controls) = read(raw).unwrap();
        assert_eq!(
            value,
            json!({"a": "one\ntwo\u{b}", "b": "C:\\new \"x\"", "c": [1]})
        );
        assert!(with_raw_controls);
        assert_eq!(write(&value, true), raw.replace(",\n", ","));
        assert_eq!(read(&write(&value, false)).unwrap(), (value, false));
        assert_eq!(read("<html>"), None);
        assert_eq!(read(""), None);
    }
}
