//! JSON whose numbers keep every digit. The reader beneath shows a number with a fraction as a float, which knows 15
//! digits; so such a number is handed to it in the form in which it shows numbers of any size when it is built to:
//! an object with one member of this name, which holds the number's text.

use crate::Value;
use std::borrow::Cow;

/// The member's name, as the reader itself uses it.
pub(crate) const NUMBER: &str = "$serde_json::private::Number";

/// Digits of a whole number that every reader shows exactly.
const SHORT: usize = 18;

/// Reads one value from JSON text. A number that no exact number of ours can hold is text with all its digits.
///
/// # Errors
/// The text is no JSON.
pub fn value_from_json(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(&with_numbers_named(text))
}

/// The same text with each number that is no short whole one as an object of its text. What is no JSON stays none.
fn with_numbers_named(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut named = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'-' | b'0'..=b'9' => {
                let end = end_of_number(bytes, at);
                let number = &text[at..end];
                if !is_short_whole(number) && is_number(number) {
                    if named.is_empty() {
                        named.reserve(text.len() * 2);
                    }
                    named.push_str(&text[copied..at]);
                    named.push_str("{\"");
                    named.push_str(NUMBER);
                    named.push_str("\":\"");
                    named.push_str(number);
                    named.push_str("\"}");
                    copied = end;
                }
                at = end;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    named.push_str(&text[copied..]);
    Cow::Owned(named)
}

/// Behind the quote that ends the string which begins here.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let belongs = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E');
    let length = bytes[start..].iter().take_while(|byte| belongs(byte)).count();
    start + length
}

fn is_short_whole(number: &str) -> bool {
    let digits = number.strip_prefix('-').unwrap_or(number);
    // The reader takes -0 for a float.
    digits.len() <= SHORT && digits.bytes().all(|byte| byte.is_ascii_digit()) && number != "-0"
}

/// Whether the reader would take it, so that what is no JSON does not become some by being put in quotes.
fn is_number(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    fn read(json: &str) -> Value {
        value_from_json(json).unwrap()
    }

    fn decimal(text: &str) -> Value {
        Value::Decimal(Decimal::from_str_exact(text).unwrap())
    }

    #[test]
    fn every_digit_is_kept_and_so_are_trailing_zeros() {
        for text in [
            "12345678901.12345678",
            "-0.1",
            "1200.50",
            "80.0",
            "0.10000000000000000001",
            "12345678901234567.89",
            "18446744073709551616",
            "79228162514264337593543950335",
        ] {
            let value = read(text);
            assert_eq!(value, decimal(text));
            assert_eq!(value.to_text().unwrap(), text);
        }
        assert_eq!(read("9223372036854775807"), Value::Integer(i64::MAX));
        assert_eq!(read("-9223372036854775808"), Value::Integer(i64::MIN));
        assert_eq!([read("-0"), read("0")], [Value::Integer(0), Value::Integer(0)]);
        assert_eq!(read("-0.00").to_text().unwrap(), "0.00");
    }

    #[test]
    fn an_exponent_is_worked_out_where_that_is_exact() {
        assert_eq!(read("1.25e3"), decimal("1250"));
        assert_eq!(read("12E-1"), decimal("1.2"));
        assert_eq!(read("1e28"), decimal("10000000000000000000000000000"));
        assert_eq!(read("1E+2"), decimal("100"));
        for text in ["1e300", "1e-40", "-1e40", "7.9e29", "1e99999999999999999999"] {
            assert_eq!(read(text), Value::from(text), "as it was written");
        }
    }

    #[test]
    fn what_no_number_can_hold_is_text_with_all_its_digits() {
        for text in [
            "123456789012345678901234567890",
            "-12345678901234567890.12345678901234567890",
            "0.00000000000000000000000000001",
        ] {
            assert_eq!(read(text), Value::from(text));
        }
    }

    #[test]
    fn texts_that_look_like_numbers_are_left_alone() {
        let value = read(r#"{"a": "1.50", "b\"1.5": "\\", "c": ["-1.5e3", 1.50]}"#);
        assert_eq!(value.get("a"), Some(&"1.50".into()));
        assert_eq!(value.get("b\"1.5"), Some(&"\\".into()));
        assert_eq!(
            value.get("c"),
            Some(&Value::List(vec!["-1.5e3".into(), decimal("1.50")]))
        );
    }

    #[test]
    fn what_is_no_json_does_not_become_some() {
        for text in [
            "01.5", "1.", "--1.5", "1.5.5", "[1.5", "1e", "-", "{1.5: 2}", "1.5 2", ".5",
        ] {
            assert!(value_from_json(text).is_err(), "{text}");
        }
    }
}
