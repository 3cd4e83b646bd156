//! What the tables declare of their objects: by what records are told apart, found and read.

use std::collections::BTreeSet;
use sunmao_catalogue::{Catalogue, Effect, Operation, Record, Repeat, Value};

fn catalogue() -> Catalogue {
    Catalogue::load().expect("the tables are sound")
}

/// The parameter that makes a write repeatable.
fn key_parameter(operation: &Operation) -> Option<&str> {
    match &operation.effect {
        Effect::Write(write) => match &write.repeat {
            Repeat::ReservedKey { parameter, .. } => Some(parameter),
            _ => None,
        },
        Effect::Read => None,
    }
}

fn number_parameter(operation: &Operation) -> Option<&str> {
    match &operation.effect {
        Effect::Write(write) => match &write.repeat {
            Repeat::UniqueNumber { parameter, .. } => Some(parameter),
            _ => None,
        },
        Effect::Read => None,
    }
}

#[test]
fn every_object_that_has_a_write_with_a_key_declares_it() {
    /// Deletes several lines by their keys at once, which it calls otherwise than the write of one line does.
    const SEVERAL: [&str; 3] = [
        "contract-lines.delete",
        "expense-request-lines.delete",
        "expense-usage-lines.delete",
    ];
    let catalogue = catalogue();
    for operation in catalogue.operations() {
        let declared = catalogue
            .object(&operation.object)
            .expect("every table is an object");
        if let Some(parameter) =
            key_parameter(operation).filter(|_| !SEVERAL.contains(&operation.name.as_str()))
        {
            assert_eq!(declared.key.as_deref(), Some(parameter), "{}", operation.name);
        }
        if let Some(parameter) = number_parameter(operation) {
            let names: Vec<&str> = declared.number_names().collect();
            assert!(
                names.contains(&parameter),
                "{}: {parameter} in {names:?}",
                operation.name
            );
        }
    }
}

#[test]
fn every_object_whose_records_are_listed_and_shown_declares_its_key() {
    let catalogue = catalogue();
    let silent: BTreeSet<&str> = catalogue
        .erp_objects()
        .filter(|object| object.key.is_none() && (object.list.is_some() || object.get.is_some()))
        .map(|object| object.name.as_str())
        .collect();
    // Lists of lines whose columns nobody publishes.
    let expected = ["expense-claim-lines", "shipment-lines"];
    assert_eq!(silent, BTreeSet::from(expected));
}

#[test]
fn what_is_declared_is_there() {
    let catalogue = catalogue();
    for object in catalogue.erp_objects() {
        for name in object.list.iter().chain(&object.get) {
            let operation = catalogue.find(name).expect("an operation");
            assert!(operation.is_read() && operation.object == object.name, "{name}");
        }
        for lookup in &object.lookups {
            let told = format!("{}: {lookup:?}", object.name);
            let operation = catalogue.find(&lookup.operation).expect(&told);
            assert!(
                operation.params.iter().any(|field| field.wire == lookup.filter),
                "{told}"
            );
            let is_known = object.number.as_ref() == Some(&lookup.parameter)
                || object
                    .identity
                    .iter()
                    .any(|(parameter, _)| *parameter == lookup.parameter);
            assert!(is_known, "{told}: neither the number nor an identity");
        }
        // A key that a list is known to show under another name would be missed.
        let list = object.list.as_ref().and_then(|name| catalogue.find(name));
        if let (Some(list), true) = (
            list.filter(|list| !list.fields.is_empty() && !list.is_open()),
            object.key.is_some(),
        ) {
            let names: Vec<&str> = object.key_names().collect();
            let shows = list
                .fields
                .iter()
                .any(|field| names.contains(&field.wire.as_str()));
            let unpublished = ["stock-issues", "suppliers", "stock-operations"];
            assert_eq!(
                shows,
                !unpublished.contains(&object.name.as_str()),
                "{}: {names:?}",
                object.name
            );
        }
    }
}

#[test]
fn a_row_shows_its_key_and_its_number_under_any_name() {
    let catalogue = catalogue();
    let row = |members: &[(&str, &str)]| -> Record {
        members
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
            .collect()
    };
    let contracts = catalogue.object("contracts").expect("an object");
    for (name, number) in [
        ("ord", "htid"),
        ("record-key", "contract-number"),
        ("record_key", "Htid"),
        ("Ord", "合同编号"),
    ] {
        let row = row(&[(name, "7"), (number, "HT-1")]);
        assert_eq!(contracts.key_of(&row), Some(&Value::from("7")), "{name}");
        assert_eq!(contracts.number_of(&row), Some(&Value::from("HT-1")), "{number}");
    }
    assert_eq!(contracts.key_of(&row(&[("ord", "")])), None);
    let operations = catalogue.object("production-operations").expect("an object");
    assert_eq!(operations.key_of(&row(&[("GXid", "3")])), Some(&Value::from("3")));
    let customers = catalogue.object("customers").expect("an object");
    assert_eq!(
        (customers.list.as_deref(), customers.get.as_deref()),
        (Some("customers.list"), Some("customers.get"))
    );
    assert_eq!(
        customers.number_of(&row(&[("客户编号", "WX1")])),
        Some(&Value::from("WX1"))
    );
}
