//! The order of values in a sorted list. It is total, because a sort panics over one that is not.

use rust_decimal::Decimal;
use std::cmp::Ordering;
use sunmao_catalogue::Value;

/// What kinds of values come in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Empty,
    Number,
    Text,
}

/// The order of two values: what is empty first, then numbers by size, then all else by text. A column may hold texts
/// beside numbers, since what cannot be read is kept as it came.
pub(crate) fn compare(left: &Value, right: &Value) -> Ordering {
    class(left)
        .cmp(&class(right))
        .then_with(|| match (left.as_text(), right.as_text()) {
            (Some(left), Some(right)) => left.cmp(right),
            _ => match (as_number(left), as_number(right)) {
                (Some(left), Some(right)) => left.cmp(&right),
                _ => left.to_text().cmp(&right.to_text()),
            },
        })
}

/// The number inside, where the value is one.
pub(crate) fn as_number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(value) => Some(Decimal::from(*value)),
        Value::Decimal(value) => Some(*value),
        _ => None,
    }
}

fn class(value: &Value) -> Class {
    match value {
        _ if value.is_empty() => Class::Empty,
        Value::Integer(_) | Value::Decimal(_) => Class::Number,
        _ => Class::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use std::cmp::Ordering;
    use sunmao_catalogue::Value;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            Just(Value::List(Vec::new())),
            any::<bool>().prop_map(Value::from),
            (-20_i64..20).prop_map(Value::from),
            (-200_i64..200).prop_map(|tenths| Value::from(Decimal::new(tenths, 1))),
            "[0-9x]{0,2}".prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn any_three_values_have_one_order(one in any_value(), two in any_value(), three in any_value()) {
            prop_assert_eq!(compare(&one, &two), compare(&two, &one).reverse());
            if compare(&one, &two) != Ordering::Greater && compare(&two, &three) != Ordering::Greater {
                prop_assert_ne!(compare(&one, &three), Ordering::Greater, "{:?} {:?} {:?}", one, two, three);
            }
        }
    }

    #[test]
    fn empty_values_come_first_and_texts_behind_numbers() {
        let ordered = [
            Value::Null,
            Value::from(-3),
            Value::from(2),
            Value::from(Decimal::new(25, 1)),
            Value::from(10),
            Value::from("1x"),
            Value::from("9"),
        ];
        assert!(ordered.is_sorted_by(|left, right| compare(left, right) == Ordering::Less));
        assert_eq!(compare(&Value::Null, &Value::from("")), Ordering::Equal);
    }
}
