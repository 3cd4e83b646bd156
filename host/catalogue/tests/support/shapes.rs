//! Values held against shapes.

use sunmao_catalogue::{Shape, Value};

/// Holds a value against a shape: every member, in order, of a fitting kind.
pub fn assert_shape(path: &str, shape: &Shape, value: &Value) {
    match (shape, value) {
        (Shape::Bool, Value::Bool(_))
        | (Shape::Text, Value::Text(_))
        | (Shape::Decimal, Value::Decimal(_)) => {}
        (Shape::Integer, Value::Integer(_)) | (Shape::Optional(_), Value::Null) => {}
        (Shape::Unsigned32, Value::Integer(number)) => {
            assert!(u32::try_from(*number).is_ok(), "{path}: {number}")
        }
        (Shape::Unsigned64, Value::Integer(number)) => assert!(*number >= 0, "{path}: {number}"),
        (Shape::Date, Value::Text(text)) => assert!(is_iso(text), "{path}: {text}"),
        (Shape::Optional(inner), value) => assert_shape(path, inner, value),
        (Shape::List(inner), Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                assert_shape(&format!("{path}[{index}]"), inner, item);
            }
        }
        (Shape::Record(expected), Value::Record(found)) => {
            let members: Vec<&str> = expected
                .members
                .iter()
                .map(|member| member.name.as_str())
                .collect();
            let names: Vec<&str> = found.keys().map(String::as_str).collect();
            assert_eq!(names, members, "{path}");
            for (member, value) in expected.members.iter().zip(found.values()) {
                assert_shape(&format!("{path}.{}", member.name), &member.shape, value);
            }
        }
        _ => panic!("{path}: {value:?} is not of the shape {shape:?}"),
    }
}

fn is_iso(text: &str) -> bool {
    text.parse::<jiff::civil::Date>()
        .is_ok_and(|date| date.to_string() == text)
        || text
            .parse::<jiff::civil::DateTime>()
            .is_ok_and(|time| time.to_string() == text)
}
