//! Reading is stable: what was read and is shown is read as the same again.

use super::kinds;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use sunmao_catalogue::{Face, Field, FieldType, Record, RecordKind, Value};

fn texts() -> BoxedStrategy<Value> {
    "[ -~榫卯０１\u{3000}\n]{0,12}".prop_map(Value::from).boxed()
}

/// A value that fits a field, now and then one that does not.
fn value(field: &Field) -> BoxedStrategy<Value> {
    let fitting = match field.kind {
        FieldType::List => vec(members(&field.fields), 0..3).prop_map(Value::List).boxed(),
        FieldType::Int => (0_i64..=100).prop_map(Value::Integer).boxed(),
        FieldType::Decimal => (0_i64..100_000, 0_u32..4)
            .prop_map(|(digits, scale)| Value::Decimal(Decimal::new(digits, scale)))
            .boxed(),
        FieldType::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        FieldType::Date => (1_u8..=12, 1_u8..=28)
            .prop_map(|(month, day)| Value::from(format!("2026-{month}-{day}")))
            .boxed(),
        FieldType::Time => (0_u8..24)
            .prop_map(|hour| Value::from(format!("2026-03-07T{hour:02}:30:00+08:00")))
            .boxed(),
        _ if !field.values.is_empty() => {
            let codes = field
                .values
                .iter()
                .flat_map(|known| [known.code.clone(), known.label.clone()]);
            select(codes.collect::<Vec<_>>()).prop_map(Value::from).boxed()
        }
        _ if field.reference.is_some() => "[a-z0-9/]{1,8}".prop_map(Value::from).boxed(),
        _ => texts(),
    };
    prop_oneof![20 => fitting, 1 => texts(), 1 => Just(Value::Null), 1 => any::<i64>().prop_map(Value::Integer)].boxed()
}

fn members(fields: &[Field]) -> BoxedStrategy<Value> {
    let members: Vec<_> = fields
        .iter()
        .map(|field| {
            let name = prop_oneof![Just(field.snake_name()), Just(field.name.clone())];
            (
                prop_oneof![Just(field.required), any::<bool>()],
                name,
                value(field),
            )
        })
        .collect();
    members
        .prop_map(|members| {
            let given = members.into_iter().filter(|(is_given, ..)| *is_given);
            Value::from(given.map(|(_, name, value)| (name, value)).collect::<Record>())
        })
        .boxed()
}

fn record() -> BoxedStrategy<(RecordKind, Json)> {
    let kinds: Vec<RecordKind> = kinds().own().map(|kind| (**kind).clone()).collect();
    select(kinds)
        .prop_flat_map(|kind| {
            let body = members(&kind.fields);
            (Just(kind), body)
        })
        .prop_map(|(kind, body)| (kind, json(&body)))
        .boxed()
}

fn json(value: &impl serde::Serialize) -> Json {
    serde_json::to_value(value).expect("a value has a JSON form")
}

proptest! {
    #[test]
    fn what_was_read_is_read_as_the_same_again((kind, body) in record()) {
        let Ok(read) = kind.read("42", body) else {
            return Ok(());
        };
        prop_assert_eq!(&kind.read("42", json(&read)).expect("as it is stored"), &read);
        prop_assert_eq!(&kind.check(&read).expect("as a guest gives it back"), &read);
        let order: Vec<String> = kind.fields.iter().map(Field::snake_name).filter(|name| read.contains_key(name)).collect();
        prop_assert_eq!(read.keys().cloned().collect::<Vec<_>>(), order);
        for face in [Face::Dynamic, Face::Typed] {
            let shown = kind.present("42", &read, face);
            let again = kind.read("42", json(&shown)).expect("as it is shown");
            prop_assert_eq!(&kind.present("42", &again, face), &shown);
            for (name, value) in &read {
                if kind.field(name).is_some_and(|field| field.kind != FieldType::List) {
                    prop_assert_eq!(&again[name], value);
                }
            }
        }
    }
}
