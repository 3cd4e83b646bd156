//! Text of others on its way to a terminal or a log: no control character reaches either raw, whoever wrote it.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with its control characters as `\u001b`, which JSON reads as well. Line ends and tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        push(&mut clean, letter);
    }
    Cow::Owned(clean)
}

/// The same for text that we coloured ourselves: colours stay.
pub fn decorated(text: &str) -> String {
    clean(text, "\n")
}

/// One record of the log, which ends with its only line end that begins a new line at the margin: whatever is logged,
/// nobody makes it look like another record. The colours that the log itself sets stay; the subscriber lets none of
/// a value's own through.
pub fn record(text: &str) -> String {
    let mut record = clean(text.strip_suffix('\n').unwrap_or(text), "\n    ");
    record.push('\n');
    record
}

fn clean(text: &str, line_end: &str) -> String {
    let mut clean = String::with_capacity(text.len() + 1);
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = colour(rest).unwrap_or_default();
        if length > 0 {
            clean.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        match letter {
            '\n' => clean.push_str(line_end),
            letter => push(&mut clean, letter),
        }
        rest = &rest[letter.len_utf8()..];
    }
    clean
}

/// The length of the colour sequence that a text begins with.
fn colour(text: &str) -> Option<usize> {
    let parameters = text.strip_prefix("\u{1b}[")?;
    let end = parameters.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
    parameters[end..].starts_with('m').then_some(end + 3)
}

fn push(clean: &mut String, letter: char) {
    if is_hidden(letter) {
        // Writing into text cannot fail.
        let _ = write!(clean, "\\u{:04x}", u32::from(letter));
    } else {
        clean.push(letter);
    }
}

/// Control characters, and what turns the direction of the text around it or ends a line by another name.
fn is_hidden(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        letter => letter.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_a_terminal() {
        assert_eq!(printable("李明 Ünïcode\ta\nb"), "李明 Ünïcode\ta\nb");
        assert_eq!(printable("a\u{1b}[2Jb"), r"a\u001b[2Jb");
        assert_eq!(
            printable("a\rb\u{7}c\u{9b}d\u{7f}"),
            r"a\u000db\u0007c\u009bd\u007f"
        );
        assert_eq!(
            printable("safe\u{202e}gpj.exe\u{2066}"),
            r"safe\u202egpj.exe\u2066"
        );
        let json = printable("{\"a\": \"\u{9b}2J\"}").into_owned();
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["a"], "\u{9b}2J");
    }

    #[test]
    fn a_record_of_the_log_is_no_two() {
        assert_eq!(record("one\ntwo\n"), "one\n    two\n");
        assert_eq!(record("\u{1b}[31mred\u{1b}[0m\n"), "\u{1b}[31mred\u{1b}[0m\n");
        assert_eq!(
            record("\u{1b}]0;title\u{7}\r\n"),
            "\\u001b]0;title\\u0007\\u000d\n"
        );
        assert_eq!(record("\u{1b}[2J\u{1b}["), "\\u001b[2J\\u001b[\n");
    }
}
