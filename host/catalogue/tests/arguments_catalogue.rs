//! Arguments of every operation of the catalogue: examples, codes and arbitrary values.

#![cfg(test)]

#[path = "support/arbitrary.rs"]
mod arbitrary;

use arbitrary::any_value;
use proptest::prelude::*;
use sunmao_catalogue::{Catalogue, Field, Record, Value};

#[test]
fn the_example_of_every_operation_is_sound_and_complete() {
    let catalogue = Catalogue::shared();
    for operation in catalogue.operations() {
        let example = operation.example();
        let arguments = match operation.check(&example) {
            Ok(arguments) => arguments,
            Err(faults) => panic!("{}", operation.invalid(&faults)),
        };
        for field in &operation.params {
            let value = arguments
                .get(&field.wire)
                .unwrap_or_else(|| panic!("{}: {}", operation.name, field.name));
            assert_complete(&operation.name, field, value);
        }
        assert_eq!(operation.example(), example, "{}", operation.name);
    }
}

/// Every member of every record is there, under its wire name.
fn assert_complete(operation: &str, field: &Field, value: &Value) {
    let records: Vec<&Record> = match value {
        Value::List(items) => items.iter().filter_map(Value::as_record).collect(),
        Value::Record(record) => vec![record],
        _ => return assert!(!value.is_empty(), "{operation}: {} is empty", field.name),
    };
    assert!(!records.is_empty(), "{operation}: {} is empty", field.name);
    for record in records {
        for inner in &field.fields {
            let value = record.get(&inner.wire);
            assert_complete(
                operation,
                inner,
                value.unwrap_or_else(|| panic!("{operation}: {}", inner.name)),
            );
        }
    }
}

#[test]
fn example_arguments_are_the_same_under_wire_and_snake_names() {
    for operation in Catalogue::shared().operations() {
        let english = operation.check(&operation.example()).unwrap();
        let mut snake = operation.example();
        snake = snake
            .into_iter()
            .map(|(name, value)| (name.replace('-', "_"), value))
            .collect();
        assert_eq!(operation.check(&snake).unwrap(), english, "{}", operation.name);
        let wire: Record = english
            .iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect();
        let extra = Record::from_iter([("extra".to_owned(), Value::from(wire))]);
        assert_eq!(operation.check(&extra).unwrap(), english, "{}", operation.name);
    }
}

#[test]
fn every_known_code_is_accepted_and_its_label_stands_for_it() {
    for operation in Catalogue::shared().operations() {
        for field in &operation.params {
            for known in &field.values {
                let given = |text: &str| {
                    let mut arguments = operation.example();
                    arguments.insert(field.name.clone(), Value::from(text));
                    let checked = operation
                        .check(&arguments)
                        .map_err(|faults| operation.invalid(&faults).message)?;
                    Ok::<_, String>(checked.get(&field.wire).and_then(Value::to_text))
                };
                let place = format!("{} {} {}", operation.name, field.name, known.code);
                assert_eq!(given(&known.code), Ok(Some(known.code.clone())), "{place}");
                let namesakes = field
                    .values
                    .iter()
                    .filter(|other| other.label == known.label)
                    .count();
                let is_a_code = field.values.iter().any(|other| other.code == known.label);
                if namesakes == 1 && !is_a_code && !(field.multiple && known.label.contains([',', '，'])) {
                    assert_eq!(
                        given(&known.label),
                        Ok(Some(known.code.clone())),
                        "{place} {}",
                        known.label
                    );
                }
            }
        }
    }
}

fn checked(operation: &str, given: &[(&str, Value)]) -> Result<Vec<Option<Value>>, String> {
    let catalogue = Catalogue::shared();
    let operation = catalogue.find(operation).expect(operation);
    let mut arguments = operation.example();
    arguments.extend(
        given
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    let checked = operation
        .check(&arguments)
        .map_err(|faults| operation.invalid(&faults).message)?;
    let wire = |name: &str| &operation.param(name).expect(name).wire;
    Ok(given
        .iter()
        .map(|(name, _)| checked.get(wire(name)).cloned())
        .collect())
}

#[test]
fn fractions_of_a_unit_and_of_an_hour_are_accepted() {
    let lines = |wire: &str, inner: &str| {
        let catalogue = Catalogue::shared();
        let operation = catalogue.find(wire).expect(wire);
        let mut example = operation.example();
        let list = operation.param(inner).expect(inner);
        let Some(Value::List(records)) = example.get_mut(&list.name) else {
            panic!("{inner} is a list");
        };
        let Some(Value::Record(line)) = records.first_mut() else {
            panic!("a line is a record");
        };
        line.insert("quantity".to_owned(), Value::from("2.5"));
        operation
            .check(&example)
            .map_err(|faults| operation.invalid(&faults).message)
    };
    assert!(lines("stock-receipts.create", "kuinlist").is_ok());
    assert!(lines("contracts.create", "contractList").is_ok());
    let half = Value::from("0.5");
    for name in ["production-reports.create", "production-reports.update"] {
        let given = [
            ("accepted-quantity", half.clone()),
            ("rework-quantity", half.clone()),
            ("scrap-quantity", half.clone()),
            ("processing-time", half.clone()),
        ];
        checked(name, &given).expect("half an hour");
    }
}

#[test]
fn the_ends_of_a_range_of_dates_are_read_alike_and_may_stay_open() {
    let given = [
        ("signed-from", Value::from("2025/3/1")),
        ("signed-until", Value::from("")),
        ("start-date-from", Value::from("2025-03-01T08:00:00Z")),
        ("start-date-until", Value::Null),
    ];
    let wire = |text: &str| Some(Value::from(text));
    assert_eq!(
        checked("contracts.list", &given).expect("a range"),
        [wire("2025-03-01"), wire(""), wire("2025-03-01 16:00:00"), None]
    );
    let message = checked("contracts.list", &[("signed-until", Value::from("下周"))]).expect_err("no date");
    assert!(message.contains("signed-until: `下周` is no date"), "{message}");
    let message = checked("contracts.create", &[("signing-date", Value::from(""))]).expect_err("required");
    assert!(message.contains("签订日期 is required"), "{message}");
    let free = [("delivery-time", Value::from("收到定金后十天"))];
    assert!(checked("contracts.create", &free).is_ok(), "free text");
}

#[test]
fn batch_management_can_be_switched_off() {
    for (given, code) in [
        (Value::from(0), 0),
        (Value::from("否"), 0),
        (Value::from("是"), 1),
    ] {
        let off = checked("products.update", &[("batch-management", given)]);
        assert_eq!(off, Ok(vec![Some(Value::Integer(code))]));
    }
}

proptest! {
    /// Whatever is given, a check either names a fault or yields nothing but wire names; it never panics.
    #[test]
    fn any_value_under_any_parameter_is_judged(
        operation: prop::sample::Index,
        chosen in prop::collection::vec((any::<prop::sample::Index>(), any_value("\\PC{0,6}")), 0..6),
    ) {
        let catalogue = Catalogue::shared();
        let operation = operation.get(catalogue.operations());
        let mut given = operation.example();
        for (index, value) in &chosen {
            if let Some(field) = operation.params.get(index.index(operation.params.len().max(1))) {
                given.insert(field.name.clone(), value.clone());
            }
        }
        match operation.check(&given) {
            Ok(arguments) => {
                for (wire, value) in arguments.iter().filter(|_| operation.documented) {
                    prop_assert!(operation.params.iter().any(|field| field.wire == wire), "{wire}");
                    prop_assert_ne!(value, &Value::Null);
                }
            }
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }
}
