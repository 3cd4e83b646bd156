//! What identifies a record, however people type it: a phone with or without `+86`, a name with full-width brackets.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// How the values of an identifying field are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityForm {
    /// A number that somebody assigned: 客户编号, 合同编号.
    Number,
    /// A telephone number.
    Phone,
    /// The name of a company or a person.
    Name,
    /// Any other text: a WeChat id, an e-mail address.
    Text,
}

/// Shorter ones are extensions, service numbers and what people type where they know none.
const SHORTEST_PHONE: usize = 5;
/// China's country code.
const CHINA: &str = "86";

impl IdentityForm {
    /// The form's word in tables and listings.
    pub fn name(self) -> &'static str {
        match self {
            IdentityForm::Number => "number",
            IdentityForm::Phone => "phone",
            IdentityForm::Name => "name",
            IdentityForm::Text => "text",
        }
    }

    /// The value as all its spellings are alike, `""` where it identifies nothing. What is normal stays as it is.
    pub fn normal(self, text: &str) -> String {
        match self {
            IdentityForm::Phone => phone(text),
            IdentityForm::Name => name(text),
            IdentityForm::Number | IdentityForm::Text => words(&visible(text)),
        }
    }
}

/// Full-width letters and digits as plain ones, and nothing that nobody sees.
fn visible(text: &str) -> String {
    text.nfkc()
        .filter(|letter| !is_invisible(*letter))
        .nfkc()
        .collect()
}

/// Zero widths, marks of direction, the byte order mark, selectors of glyphs, control characters that are no white space.
fn is_invisible(letter: char) -> bool {
    let is_ignorable = matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    is_ignorable || letter.is_control() && !letter.is_whitespace()
}

/// One space in place of any white space within, none around.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Brackets and dots of one kind, small letters, and spaces only between words that are written with them.
fn name(text: &str) -> String {
    let plain: String = visible(text).chars().map(plain_mark).collect();
    let small: String = plain.to_lowercase().nfkc().collect();
    let mut name = String::with_capacity(small.len());
    for word in small.split_whitespace() {
        let (before, behind) = (name.chars().next_back(), word.chars().next());
        if before.is_some_and(is_spaced) && behind.is_some_and(is_spaced) {
            name.push(' ');
        }
        name.push_str(word);
    }
    // What was apart may now compose.
    name.nfkc().collect()
}

fn plain_mark(letter: char) -> char {
    match letter {
        '[' | '{' | '【' | '〔' | '〈' | '《' | '「' | '『' => '(',
        ']' | '}' | '】' | '〕' | '〉' | '》' | '」' | '』' => ')',
        '・' | '•' | '‧' | '∙' | '⋅' => '·',
        other => other,
    }
}

/// Whether a letter belongs to a script that sets spaces between words; those come before the Chinese ones.
fn is_spaced(letter: char) -> bool {
    letter.is_alphanumeric() && letter < '\u{2e80}'
}

/// The digits, those of China without the country's code: a mobile without anything before it, a landline with its area
/// code. Numbers of other countries keep theirs behind a `+`.
fn phone(text: &str) -> String {
    let text = visible(text);
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let first = text
        .chars()
        .find(|letter| letter.is_ascii_digit() || *letter == '+');
    let phone = match first {
        Some('+') => international(&digits),
        _ => national(&digits),
    };
    if says_nothing(&phone) {
        String::new()
    } else {
        phone
    }
}

fn international(digits: &str) -> String {
    let digits = digits.trim_start_matches('0');
    match digits.strip_prefix(CHINA) {
        Some(rest) => with_area_code(rest),
        None => format!("+{digits}"),
    }
}

fn national(digits: &str) -> String {
    if digits.starts_with("00") {
        return international(digits);
    }
    match digits.strip_prefix(CHINA) {
        // No local number is so long, and none with its area code begins so.
        Some(rest) if (10..=12).contains(&rest.len()) => with_area_code(rest),
        _ => without_trunk_zero(digits).to_owned(),
    }
}

/// A number of China as it is dialled within: behind the country's code an area code has lost its zero.
fn with_area_code(digits: &str) -> String {
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    let dialled = without_trunk_zero(&digits[zeros.saturating_sub(1)..]);
    let is_complete = dialled.starts_with('0') || is_mobile(dialled) || is_service(dialled);
    match is_complete || dialled.len() < 10 {
        true => dialled.to_owned(),
        false => format!("0{dialled}"),
    }
}

/// The zero that mobiles were once dialled with from another city.
fn without_trunk_zero(digits: &str) -> &str {
    match digits.strip_prefix('0') {
        Some(rest) if is_mobile(rest) => rest,
        _ => digits,
    }
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.starts_with('1') && !digits.starts_with("10")
}

/// Numbers that are the same everywhere: 400 and 800.
fn is_service(digits: &str) -> bool {
    digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"))
}

/// Too short, or one digit over and over.
fn says_nothing(phone: &str) -> bool {
    let digits = phone.trim_start_matches('+').as_bytes();
    digits.len() < SHORTEST_PHONE || digits.iter().all(|digit| Some(digit) == digits.first())
}

#[cfg(test)]
mod tests;
