//! Names of members and columns in small letters, as some installations write them.

use serde_json::{Map, Value as Json};
use sunmao_catalogue::Dialect;

/// An answer whose records, not what frames them, have names in small letters.
pub(super) fn lowered(dialect: Dialect, text: String) -> String {
    let Ok(mut answer) = serde_json::from_str::<Json>(&text) else {
        return text;
    };
    match dialect {
        Dialect::Form => ids(&mut answer),
        Dialect::Json => {
            for name in ["Data", "Rows"] {
                answer.get_mut(name).into_iter().for_each(members);
            }
            for name in answer
                .get_mut("Cols")
                .and_then(Json::as_array_mut)
                .into_iter()
                .flatten()
            {
                lower(name);
            }
        }
        Dialect::Helper => answer.get_mut("datas").into_iter().for_each(members),
    }
    answer.to_string()
}

/// The ids of columns and fields.
fn ids(value: &mut Json) {
    match value {
        Json::Object(object) => {
            if object.contains_key("caption") {
                object.get_mut("id").into_iter().for_each(lower);
            }
            object.values_mut().for_each(ids);
        }
        Json::Array(values) => values.iter_mut().for_each(ids),
        _ => {}
    }
}

fn members(value: &mut Json) {
    match value {
        Json::Object(object) => {
            let named = std::mem::take(object).into_iter().map(|(name, mut value)| {
                members(&mut value);
                (name.to_lowercase(), value)
            });
            *object = Map::from_iter(named);
        }
        Json::Array(values) => values.iter_mut().for_each(members),
        _ => {}
    }
}

fn lower(name: &mut Json) {
    if let Json::String(name) = name {
        *name = name.to_lowercase();
    }
}

#[cfg(test)]
mod tests {
    use super::lowered;
    use sunmao_catalogue::Dialect;

    #[test]
    fn names_are_small_and_what_frames_them_is_not() {
        for (dialect, before, after) in [
            (
                Dialect::Json,
                r#"{"Code":200,"Data":{"Ord":1,"contractList":[{"Title":"A"}]}}"#,
                r#"{"Code":200,"Data":{"ord":1,"contractlist":[{"title":"A"}]}}"#,
            ),
            (
                Dialect::Json,
                r#"{"Code":200,"Page":{"PageSize":1},"Cols":["Ord"],"Rows":[["A"]]}"#,
                r#"{"Code":200,"Page":{"PageSize":1},"Cols":["ord"],"Rows":[["A"]]}"#,
            ),
            (
                Dialect::Form,
                r#"{"body":{"source":{"table":{"cols":[{"id":"dateQD","caption":"QD"}],"rows":[["A"]]}}}}"#,
                r#"{"body":{"source":{"table":{"cols":[{"id":"dateqd","caption":"QD"}],"rows":[["A"]]}}}}"#,
            ),
        ] {
            assert_eq!(lowered(dialect, before.to_owned()), after);
        }
    }
}
