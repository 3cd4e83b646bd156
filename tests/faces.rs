//! Every business operation through its three faces, on every kind of installation: imported by a plugin, called from a
//! script, called on the command line. What reached the ERP must be the same request each time, and the one that the
//! catalogue describes.

#![cfg(test)]

#[path = "support/faces.rs"]
mod faces;
mod support;

use faces::{OPERATIONS, REFUSED, Stage, answered, command_line};
use std::collections::BTreeMap;
use sunmao_catalogue::{Catalogue, Dialect, Operation, Record, Value};
use sunmao_simulator::{LedgerEntry, Options, Outcome, Simulator, Variant};

/// One test a variant, so that they run beside each other.
macro_rules! on_every_variant {
    ($($name:ident: $variant:ident,)*) => {
        $(#[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            every_operation_through_every_face(Variant::$variant).await;
        })*

        #[test]
        fn no_variant_is_left_out() {
            assert_eq!([$(Variant::$variant),*], Variant::ALL);
        }
    };
}

on_every_variant! {
    as_published: Standard,
    before_the_present_paths: Legacy,
    behind_a_gateway: Gateway,
    behind_a_gateway_of_plain_records: GatewayPlain,
    with_rows_as_objects: RowObjects,
    with_a_single_row: SingleRow,
    with_reports_around_lists: ReportSource,
    with_captions_as_columns: Captions,
    with_captions_and_rows_as_objects: CaptionObjects,
    with_the_token_as_session: SessionToken,
    with_loose_text: LooseText,
    with_some_modules_only: Partial,
    before_the_newer_forms: Before3215,
    with_names_in_small_letters: LowerCase,
    taken_by_the_vendors_word: Strict,
}

async fn every_operation_through_every_face(variant: Variant) {
    let stage = Stage::start(Options {
        size: 5,
        variant,
        ..Options::default()
    })
    .await;
    let Stage {
        simulator,
        options,
        folder,
        host,
        ..
    } = &stage;
    let mut faults = Vec::new();
    let mut calls = 0;
    for operation in host
        .catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
    {
        calls += 1;
        answered(stage.by_plugin(operation).await, operation, &REFUSED, &mut faults);
        let through_plugin = newest(simulator, operation);
        answered(stage.by_script(operation).await, operation, &REFUSED, &mut faults);
        let through_script = newest(simulator, operation);
        command_line(
            simulator,
            options,
            operation,
            folder.path(),
            &REFUSED,
            &mut faults,
        )
        .await;
        let through_call = newest(simulator, operation);
        for (face, entry) in [
            ("plugin", &through_plugin),
            ("script", &through_script),
            ("call", &through_call),
        ] {
            faults.extend(
                difference(variant, operation, entry.as_ref())
                    .map(|fault| format!("{} by {face}: {fault}", operation.name)),
            );
        }
        let sequences = [&through_plugin, &through_script, &through_call]
            .map(|entry| entry.as_ref().map(|entry| entry.sequence));
        let is_asked = sequences.iter().all(Option::is_some);
        if is_asked && (sequences[0] >= sequences[1] || sequences[1] >= sequences[2]) {
            faults.push(format!(
                "{}: the faces made requests {sequences:?}",
                operation.name
            ));
        }
    }
    assert_eq!(calls, OPERATIONS);
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    stage.stop().await;
}

/// The newest request that stands for the operation.
fn newest(simulator: &Simulator, operation: &Operation) -> Option<LedgerEntry> {
    simulator
        .ledger()
        .into_iter()
        .rev()
        .find(|entry| entry.operations.contains(&operation.id))
}

/// Whether an installation of this kind has the operation, as it is published, at all.
fn has(variant: Variant, operation: &Operation) -> bool {
    match variant {
        Variant::Legacy => operation.dialect == Dialect::Form,
        Variant::Partial => matches!(operation.menu[0].as_str(), "销售栏目" | "库存栏目"),
        Variant::Before3215 => operation.newer_form.is_none(),
        Variant::GatewayPlain => is_alone(operation),
        _ => true,
    }
}

/// Whether path and query tell the operation: where no command travels, nothing else does.
fn is_alone(operation: &Operation) -> bool {
    let catalogue = Catalogue::shared();
    let mut others = catalogue
        .operations()
        .iter()
        .filter(|other| other.id != operation.id);
    !others.any(|other| {
        other.path.eq_ignore_ascii_case(&operation.path) && other.fixed_query == operation.fixed_query
    })
}

fn difference(variant: Variant, operation: &Operation, entry: Option<&LedgerEntry>) -> Option<String> {
    if !has(variant, operation) {
        return None;
    }
    let Some(entry) = entry else {
        return Some("no request in the ledger".to_owned());
    };
    let path = match (variant, &operation.legacy_path) {
        (Variant::Legacy, Some(legacy)) => legacy,
        _ => &operation.path,
    };
    if !matches!(entry.outcome, Outcome::Done | Outcome::Refused) {
        return Some(format!("{:?}: {}", entry.outcome, entry.message));
    }
    if entry.dialect != Some(operation.dialect) || !entry.path.eq_ignore_ascii_case(path) {
        return Some(format!(
            "{:?} {} instead of {:?} {}",
            entry.dialect, entry.path, operation.dialect, path
        ));
    }
    if variant != Variant::GatewayPlain && entry.cmdkey != operation.cmdkey {
        return Some(format!(
            "cmdkey {:?} instead of {:?}",
            entry.cmdkey, operation.cmdkey
        ));
    }
    let query = flat(&Value::from(entry.query.clone()));
    let fixed: BTreeMap<String, String> = operation
        .fixed_query
        .iter()
        .map(|(name, value)| (format!("/{name}"), value.clone()))
        .collect();
    if query != fixed {
        return Some(format!("query {query:?} instead of {fixed:?}"));
    }
    let arguments = operation.check(&operation.example()).expect("a sound example");
    let expected: Record = arguments
        .iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    let (expected, found) = (flat(&Value::from(expected)), flat(&entry.arguments));
    (expected != found).then(|| format!("arguments {found:?} instead of {expected:?}"))
}

/// Leaves by path, as text: a dialect may write a number as text. One record in a list is that record.
fn flat(value: &Value) -> BTreeMap<String, String> {
    fn walk(path: &str, value: &Value, leaves: &mut BTreeMap<String, String>) {
        match value {
            Value::Record(record) => {
                for (name, value) in record.iter() {
                    walk(&format!("{path}/{name}"), value, leaves);
                }
            }
            Value::List(values) => {
                for (at, value) in values.iter().enumerate() {
                    walk(&format!("{path}/{at}"), value, leaves);
                }
            }
            Value::Null => {}
            value => {
                let secret = path.to_ascii_lowercase();
                let is_secret = ["password", "token", "/pw"]
                    .iter()
                    .any(|word| secret.contains(word));
                let text = if is_secret {
                    "***".to_owned()
                } else {
                    value.to_text().expect("a scalar")
                };
                leaves.insert(path.to_owned(), text);
            }
        }
    }
    let mut leaves = BTreeMap::new();
    match value {
        Value::List(values) if values.len() == 1 => walk("", &values[0], &mut leaves),
        value => walk("", value, &mut leaves),
    }
    leaves
}
