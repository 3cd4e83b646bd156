//! What a guest made of a case, held against what was expected: field by field.

use serde::Serialize;
use serde_json::{Map, Value as Json};
use std::fmt;
use sunmao_catalogue::Record;

/// The one member of an outcome that was thrown.
pub const ERROR: &str = "error";

/// A field that came out otherwise.
#[derive(Debug, PartialEq, Serialize)]
pub struct Difference {
    /// `lines[0].amount`; empty for the whole.
    pub field: String,
    /// None where nothing was expected.
    pub expected: Option<Json>,
    /// None where nothing came.
    pub found: Option<Json>,
}

impl Difference {
    /// That a case cannot be run as it is written.
    pub fn fault(field: &str, words: String) -> Box<Self> {
        Box::new(Difference {
            field: field.to_owned(),
            expected: None,
            found: Some(Json::String(words)),
        })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = match self.field.as_str() {
            "" => "it",
            field => field,
        };
        let value = |value: &Option<Json>| value.as_ref().map_or("nothing".to_owned(), Json::to_string);
        let (expected, found) = (value(&self.expected), value(&self.found));
        write!(formatter, "{field}: expected {expected}, found {found}")
    }
}

/// A record without what is empty, within lists too.
pub fn without_what_is_empty(record: &Record) -> Json {
    match serde_json::to_value(record) {
        Ok(Json::Object(members)) => Json::Object(members.into_iter().filter_map(full).collect()),
        _ => Json::Object(Map::new()),
    }
}

fn full((name, value): (String, Json)) -> Option<(String, Json)> {
    let value = match value {
        Json::Null => return None,
        Json::String(text) if text.is_empty() => return None,
        Json::Array(items) if items.is_empty() => return None,
        Json::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Json::Object(members) => Json::Object(members.into_iter().filter_map(full).collect()),
                other => other,
            })
            .collect(),
        other => other,
    };
    Some((name, value))
}

/// Where two outcomes differ. Of what is thrown a part of the words is enough.
pub fn differences(expected: &Json, found: &Json) -> Vec<Difference> {
    if let (Some(Json::String(wanted)), Some(Json::String(words))) = (expected.get(ERROR), found.get(ERROR))
        && words.contains(wanted.as_str())
    {
        return Vec::new();
    }
    let mut differences = Vec::new();
    compare(String::new(), Some(expected), Some(found), &mut differences);
    differences
}

fn compare(field: String, expected: Option<&Json>, found: Option<&Json>, differences: &mut Vec<Difference>) {
    match (expected, found) {
        (Some(Json::Object(wanted)), Some(Json::Object(own))) => {
            let more = own.keys().filter(|name| !wanted.contains_key(*name));
            for name in wanted.keys().chain(more) {
                let inner = match field.as_str() {
                    "" => name.clone(),
                    field => format!("{field}.{name}"),
                };
                compare(inner, wanted.get(name), own.get(name), differences);
            }
        }
        (Some(Json::Array(wanted)), Some(Json::Array(own))) => {
            for index in 0..wanted.len().max(own.len()) {
                let inner = format!("{field}[{index}]");
                compare(inner, wanted.get(index), own.get(index), differences);
            }
        }
        (expected, found) if expected == found => {}
        (expected, found) => differences.push(Difference {
            field,
            expected: expected.cloned(),
            found: found.cloned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(expected: Json, found: Json) -> Vec<String> {
        let differences = differences(&expected, &found);
        differences.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_field_that_differs_is_told_with_its_place() {
        let expected = json!({ "a": "1", "lines": [{ "x": 1 }, { "x": 2 }], "gone": true });
        let found = json!({ "a": "2", "lines": [{ "x": 1 }, { "x": 3 }, { "x": 4 }], "more": "" });
        assert_eq!(
            told(expected, found),
            [
                "a: expected \"1\", found \"2\"",
                "lines[1].x: expected 2, found 3",
                "lines[2]: expected nothing, found {\"x\":4}",
                "gone: expected true, found nothing",
                "more: expected nothing, found \"\"",
            ]
        );
    }

    #[test]
    fn of_what_is_thrown_a_part_is_enough_and_of_what_is_not_it_is_not() {
        assert!(
            told(
                json!({ "error": "no key" }),
                json!({ "error": "script a: no key of it" })
            )
            .is_empty()
        );
        assert_eq!(
            told(json!({ "error": "no key" }), json!({ "error": "else" })).len(),
            1
        );
        assert_eq!(
            told(json!({ "error": "no key" }), json!({ "name": "x" })).len(),
            2
        );
        assert_eq!(
            told(json!(true), json!("not now")),
            ["it: expected true, found \"not now\""]
        );
    }
}
