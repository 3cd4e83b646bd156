//! The ERP's own words, made fit to be shown: markup stripped, free of the secrets a server may echo, and then
//! shortened; the other way round, the beginning of a cut secret would stay.

use secrecy::{ExposeSecret, SecretString};

/// Longest text of the ERP's that travels in an error, in characters.
const LONGEST: usize = 300;

/// Bytes of a page worth looking at: no error says anything new after that.
const LOOKED_AT: usize = 64 * 1024;

/// A server's text as one line: markup stripped, white space and control characters collapsed. Not yet fit to be shown.
pub(crate) fn plain(text: &str) -> String {
    let text = &text[..text.floor_char_boundary(LOOKED_AT)];
    if has_markup(text) {
        return one_line(&nanohtml2text::html2text(text));
    }
    one_line(text)
}

/// A line that may be shown: without any of the secrets, in whatever way the server wrote them, and of bounded length.
pub(crate) fn shown(line: &str, secrets: &[&SecretString]) -> String {
    let mut line = line.to_owned();
    for written in secrets
        .iter()
        .flat_map(|secret| ways_to_write(secret.expose_secret()))
    {
        line = line.replace(&written, "[redacted]");
    }
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// A secret as it is, inside of JSON, and in a URL, each as one line; the longest first, which may contain the others.
fn ways_to_write(secret: &str) -> Vec<String> {
    let quoted = serde_json::to_string(secret).unwrap_or_default();
    let in_json = quoted
        .get(1..quoted.len().saturating_sub(1))
        .unwrap_or_default()
        .to_owned();
    let in_url: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let mut ways: Vec<String> = [secret.to_owned(), in_json, in_url]
        .iter()
        .flat_map(|way| [way.clone(), one_line(way)])
        .filter(|way| !way.is_empty())
        .collect();
    ways.sort_by_key(|way| std::cmp::Reverse(way.len()));
    ways.dedup();
    ways
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
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_way_to_write_a_secret_is_shown() {
        let nasty = r#"a"b\c  d&e 密"#;
        let secret = SecretString::from(nasty);
        let in_json = serde_json::to_string(nasty).unwrap();
        let echoes = [
            nasty.to_owned(),
            in_json,
            "a%22b%5Cc++d%26e+%E5%AF%86".to_owned(),
            format!("{}{nasty}", "x".repeat(LONGEST - 3)),
        ];
        for echo in echoes {
            let line = shown(&plain(&format!("you sent {echo}")), &[&secret]);
            for part in ["a\"b", "a\\", "a%22", "d&e", "d%26e"] {
                assert!(!line.contains(part), "{line}");
            }
            assert!(line.chars().count() <= LONGEST + 1);
        }
    }
}
