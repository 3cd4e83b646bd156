//! What dead letters have in common: their words without what differs from one record to the next.

use serde_json::Value as Json;
use sunmao_store::Delivery;

/// Stands for what differs.
const ELSE: char = '…';
/// Texts of a record that are shorter than this stand in any sentence.
const SHORTEST: usize = 2;
/// Digits that a cause is known by.
const DIGITS: usize = 12;

/// The cause of a delivery's end: the same for all that the same target gave up with the same words, but for names, numbers and what else
/// a record says of itself.
pub fn cause(delivery: &Delivery, kind: &str, code: Option<&str>, message: &str) -> String {
    let mut words = message.to_owned();
    for text in texts(delivery) {
        words = words.replace(&text, &ELSE.to_string());
    }
    let words = without_numbers(&without_quotations(&words));
    let mut hasher = blake3::Hasher::new();
    for part in [&delivery.target, kind, code.unwrap_or_default(), &words] {
        hasher.update(part.as_bytes()).update(b"\n");
    }
    hasher.finalize().to_hex().chars().take(DIGITS).collect()
}

/// What the delivery's record says of itself, the longest first: a name may hold another one.
fn texts(delivery: &Delivery) -> Vec<String> {
    let mut texts = vec![delivery.key.clone()];
    if let Ok(payload) = serde_json::from_str(&delivery.payload) {
        collect(&payload, &mut texts);
    }
    texts.retain(|text| text.chars().count() >= SHORTEST);
    texts.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    texts.dedup();
    texts
}

fn collect(value: &Json, into: &mut Vec<String>) {
    match value {
        Json::String(text) => into.push(text.trim().to_owned()),
        Json::Array(values) => values.iter().for_each(|value| collect(value, into)),
        Json::Object(members) => members.values().for_each(|value| collect(value, into)),
        _ => {}
    }
}

/// What stands in quotation marks or brackets is a name or a value.
fn without_quotations(words: &str) -> String {
    let mut kept = String::with_capacity(words.len());
    let mut closing = None;
    for letter in words.chars() {
        match closing {
            Some(end) if letter == end => {
                kept.extend([ELSE, letter]);
                closing = None;
            }
            Some(_) => {}
            None => {
                kept.push(letter);
                closing = match letter {
                    '“' => Some('”'),
                    '「' => Some('」'),
                    '『' => Some('』'),
                    '【' => Some('】'),
                    '《' => Some('》'),
                    '"' | '`' => Some(letter),
                    _ => None,
                };
            }
        }
    }
    kept
}

/// A word with a digit in it is a number, a date, or the name of a record.
fn without_numbers(words: &str) -> String {
    let is_inside = |letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '/' | '.' | ',' | ':' | '+')
    };
    let mut kept = String::with_capacity(words.len());
    let mut word = String::new();
    let end = |word: &mut String, kept: &mut String| {
        match word.chars().any(|letter| letter.is_ascii_digit()) {
            true => kept.push(ELSE),
            false => kept.push_str(word),
        }
        word.clear();
    };
    for letter in words.chars() {
        if is_inside(letter) {
            word.push(letter);
            continue;
        }
        end(&mut word, &mut kept);
        kept.push(letter);
    }
    end(&mut word, &mut kept);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use sunmao_store::DeliveryId;

    fn of(key: &str, payload: &str, message: &str) -> String {
        let delivery = Delivery {
            id: DeliveryId(1),
            event: "contact.saved".to_owned(),
            target: "flow customer-push".to_owned(),
            key: key.to_owned(),
            payload: payload.to_owned(),
            revision: Some(1),
            hops: 0,
            attempt: 1,
            failures: 0,
            unconfirmed: 0,
            panics: 0,
            created_at: Timestamp::UNIX_EPOCH,
        };
        cause(&delivery, "refused", None, message)
    }

    #[test]
    fn names_numbers_and_quotations_make_no_other_cause() {
        let first = of(
            "contact/1",
            r#"{"company_name":"杉木贸易","phone":"17700000001"}"#,
            "客户 杉木贸易 的手机 17700000001 重复【王芳】",
        );
        let other = of(
            "contact/2",
            r#"{"company_name":"榆木贸易有限公司","phone":"17700000002"}"#,
            "客户 榆木贸易有限公司 的手机 17700000002 重复【李明】",
        );
        assert_eq!(first, other);
        assert_ne!(first, of("contact/2", "{}", "客户没有权限"));
        let lines = |line: u32, amount: &str| {
            of(
                "quotation/q-1",
                "{}",
                &format!("合同明细第{line}行：总价 {amount} 超出范围"),
            )
        };
        assert_eq!(lines(1, "12.50"), lines(12, "99,000.00"));
    }

    #[test]
    fn a_quotation_that_does_not_end_is_left_out_to_the_end() {
        assert_eq!(
            of("contact/1", "{}", "重复【王"),
            of("contact/1", "{}", "重复【李明")
        );
        assert_eq!(without_quotations("重复【王"), "重复【");
    }

    #[test]
    fn another_target_has_another_cause() {
        let delivery = |target: &str| Delivery {
            id: DeliveryId(1),
            event: String::new(),
            target: target.to_owned(),
            key: String::new(),
            payload: "no JSON".to_owned(),
            revision: None,
            hops: 0,
            attempt: 1,
            failures: 0,
            unconfirmed: 0,
            panics: 0,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let of = |target: &str| cause(&delivery(target), "refused", Some("5002"), "重复");
        assert_ne!(of("flow a"), of("flow b"));
        assert_eq!(of("flow a").len(), DIGITS);
    }
}
