//! Values as loosely typed as some installations send them.

use crate::faults::with_raw_sentences;
use crate::text::{grouped, short_day};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use sunmao_catalogue::Dialect;

/// Most digits of a text that becomes a number, so that none loses any.
const DIGITS: usize = 15;

/// An answer whose values, not what frames them, are loosely typed.
pub(super) fn loosened(dialect: Dialect, text: String) -> String {
    let Ok(mut answer) = serde_json::from_str::<Json>(&text) else {
        return text;
    };
    match dialect {
        Dialect::Form => form(&mut answer),
        Dialect::Json => {
            ["Data", "Rows"]
                .into_iter()
                .for_each(|name| member(&mut answer, name));
        }
        Dialect::Helper => member(&mut answer, "datas"),
    }
    with_raw_sentences(&answer.to_string())
}

fn member(answer: &mut Json, name: &str) {
    if let Some(values) = answer.get_mut(name) {
        loosen(values);
    }
}

/// The cells of tables and the values of a screen's fields.
fn form(value: &mut Json) {
    match value {
        Json::Object(members) => {
            let is_field = members.contains_key("id") && members.contains_key("caption");
            let is_table = members.contains_key("cols");
            for (name, content) in members {
                match name.as_str() {
                    "rows" if is_table => loosen(content),
                    "value" if is_field => loosen(content),
                    _ => form(content),
                }
            }
        }
        Json::Array(values) => values.iter_mut().for_each(form),
        _ => {}
    }
}

fn loosen(value: &mut Json) {
    match value {
        Json::Array(values) => values.iter_mut().for_each(loosen),
        Json::Object(members) => members.values_mut().for_each(loosen),
        Json::Number(number) => *value = json!(number.to_string()),
        Json::String(text) => {
            if let Some(other) = loose_text(text) {
                *value = other;
            }
        }
        Json::Null | Json::Bool(_) => {}
    }
}

fn loose_text(text: &str) -> Option<Json> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits && text.len() <= DIGITS && (text == "0" || !text.starts_with('0')) {
        return text.parse::<i64>().ok().map(|number| json!(number));
    }
    if text.contains('.')
        && let Ok(number) = text.parse::<Decimal>()
    {
        return Some(json!(grouped(number)));
    }
    let day = short_day(text);
    (*day != *text).then(|| json!(day))
}

#[cfg(test)]
mod tests {
    use super::loosened;
    use sunmao_catalogue::Dialect;

    #[test]
    fn values_are_loose_and_what_frames_them_is_not() {
        for (dialect, sound, loose) in [
            (
                Dialect::Json,
                r#"{"Code":200,"Msg":"","Page":{"PageSize":20},"Rows":[[1,"20","007","1200.50","2025-03-07",""]]}"#,
                r#"{"Code":200,"Msg":"","Page":{"PageSize":20},"Rows":[["1",20,"007","1,200.50","2025-3-7",""]]}"#,
            ),
            (
                Dialect::Helper,
                r#"{"flag":true,"code":200,"msg":"","datas":[{"ID":1,"Money":"-1200.5"}]}"#,
                r#"{"flag":true,"code":200,"msg":"","datas":[{"ID":"1","Money":"-1,200.5"}]}"#,
            ),
            (
                Dialect::Form,
                r#"{"header":{"status":0},"body":{"bill":{"id":"bill","caption":"x","value":3,"groups":[{"id":"base","caption":"x","fields":[{"id":"ord","caption":"x","value":"3","maxl":5}]}]}}}"#,
                r#"{"header":{"status":0},"body":{"bill":{"id":"bill","caption":"x","value":"3","groups":[{"id":"base","caption":"x","fields":[{"id":"ord","caption":"x","value":3,"maxl":5}]}]}}}"#,
            ),
        ] {
            assert_eq!(loosened(dialect, sound.to_owned()), loose);
        }
    }
}
