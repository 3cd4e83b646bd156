//! Arbitrary values: nested, of every kind, text that now and then looks like a number or a date.

use proptest::prelude::*;
use sunmao_catalogue::{Record, Value};

/// Any value; the members of records have the given names.
pub fn any_value(names: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        any::<i64>().prop_map(|number| Value::Decimal(rust_decimal::Decimal::new(number, 4))),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9,.:/年月日T -]{0,20}".prop_map(Value::from),
    ];
    scalar.prop_recursive(3, 24, 4, move |inner| {
        let members = prop::collection::vec((names.clone(), inner.clone()), 0..6);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::List),
            members.prop_map(|members| Value::from(Record::from_iter(members))),
        ]
    })
}
