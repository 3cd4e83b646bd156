//! The ERP's own words, made fit to be shown: markup stripped, shortened, and free of the secrets a server may echo.

use secrecy::{ExposeSecret, SecretString};

/// Longest text of the ERP's that travels in an error, in characters.
const LONGEST: usize = 300;

/// Bytes of a page worth looking at: no error says anything new after that.
const LOOKED_AT: usize = 64 * 1024;

/// A server's text as one line: markup stripped, white space and control characters collapsed, shortened.
pub(crate) fn plain(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LOOKED_AT)];
    if has_markup(text) {
        return one_line(&nanohtml2text::html2text(text));
    }
    one_line(text)
}

/// The same text without any of the secrets.
pub(crate) fn redacted(text: String, secrets: &[&SecretString]) -> String {
    secrets
        .iter()
        .map(|secret| secret.expose_secret())
        .filter(|secret| !secret.is_empty() && text.contains(secret))
        .fold(text.clone(), |text, secret| text.replace(secret, "[redacted]"))
}

/// 数量<0 is no markup.
fn has_markup(text: &str) -> bool {
    let opens_tag = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
    text.split('<').skip(1).any(opens_tag)
}

fn one_line(text: &str) -> String {
    let mut line = String::new();
    let separated = |c: char| c.is_whitespace() || c.is_control();
    for word in text.split(separated).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
