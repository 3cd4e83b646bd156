//! Records that go out into a file and come back change nothing.

use crate::{Export, Format, Settings, Table};
use proptest::prelude::*;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Field, FieldType, Kinds, Record, RecordKind, Value};

fn kind(name: &str) -> Arc<RecordKind> {
    let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
    kinds.find(name).unwrap().clone()
}

/// A value that the field's own check may take; what it refuses is left out by whoever asks.
fn value(field: &Field) -> BoxedStrategy<serde_json::Value> {
    use serde_json::json;
    let text = prop_oneof![
        "\\PC{0,12}",
        "['=+@\\-\\t\"＝, ;\\r\\n]{1,6}",
        "[0-9]{1,20}",
        "[０-９]{1,6}",
        " {0,2}[a-z\u{1}李]{0,3}[ \u{3000}\\r\\n]{0,2}",
        "(\\+86)?[ -]?1[0-9]{10}",
        Just("_x000D_ TRUE 是 1.0".to_owned()),
        Just("#N/A".to_owned()),
        Just("2026-03-05".to_owned()),
    ];
    match field.kind {
        FieldType::String if !field.values.is_empty() => {
            let codes: Vec<String> = field.values.iter().map(|known| known.code.clone()).collect();
            prop::sample::select(codes)
                .prop_map(serde_json::Value::from)
                .boxed()
        }
        FieldType::String if field.reference.is_some() => {
            "[!-~李]{1,12}".prop_map(serde_json::Value::from).boxed()
        }
        FieldType::String => text.prop_map(serde_json::Value::from).boxed(),
        FieldType::Int => (0_i64..=100).prop_map(serde_json::Value::from).boxed(),
        FieldType::Decimal => ("-?[0-9]{1,17}", "(\\.[0-9]{1,6})?")
            .prop_map(|(whole, fraction)| json!(format!("{whole}{fraction}")))
            .boxed(),
        FieldType::Bool => any::<bool>().prop_map(serde_json::Value::from).boxed(),
        FieldType::Date => (1000..9999, 1..=12, 1..=28)
            .prop_map(|(year, month, day)| json!(format!("{year:04}-{month:02}-{day:02}")))
            .boxed(),
        FieldType::Time => (
            -60_000_000_000_i64..250_000_000_000,
            prop_oneof![Just(0), 0..1_000_000_000],
        )
            .prop_map(|(second, nano)| json!(jiff::Timestamp::new(second, nano).unwrap().to_string()))
            .boxed(),
        FieldType::List => {
            let members: Vec<_> = field.fields.iter().map(member).collect();
            prop::collection::vec(members.prop_map(object), 0..3)
                .prop_map(serde_json::Value::from)
                .boxed()
        }
        FieldType::Datetime | FieldType::Object => Just(serde_json::Value::Null).boxed(),
    }
}

type Members = Vec<(String, Option<serde_json::Value>)>;

fn member(field: &Field) -> BoxedStrategy<(String, Option<serde_json::Value>)> {
    let name = field.snake_name();
    let given = prop::option::weighted(if field.required { 0.99 } else { 0.6 }, value(field));
    given.prop_map(move |value| (name.clone(), value)).boxed()
}

fn object(members: Members) -> serde_json::Value {
    let given = members
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    serde_json::Value::Object(given.collect())
}

/// Sound records of a kind: members that the check refuses are taken out.
fn record(kind: &Arc<RecordKind>) -> impl Strategy<Value = Record> + use<> {
    let members: Vec<_> = kind.fields.iter().map(member).collect();
    let kind = kind.clone();
    members.prop_filter_map("sound", move |members| {
        let mut body = object(members);
        loop {
            let faults = match kind.read("r-1", body.clone()) {
                Ok(record) => return Some(record),
                Err(faults) => faults,
            };
            for fault in faults {
                let name = fault
                    .field
                    .split(['.', '['])
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                // One that is required and was left out cannot be mended.
                body.as_object_mut()?.shift_remove(&name)?;
            }
        }
    })
}

fn comes_back(kind: &Arc<RecordKind>, format: Format, records: &[Record]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out");
    let mut export = Export::create(&path, format, kind.clone()).unwrap();
    for (number, record) in records.iter().enumerate() {
        export.push(&format!("=r-{number}"), record).unwrap();
    }
    export.finish().unwrap();
    let mut table = Table::open(&path, kind.clone(), &Settings::default()).unwrap();
    for (number, kept) in records.iter().enumerate() {
        let line = table.next_line().unwrap().expect("a row for each record");
        prop_assert_eq!(&line.faults, &[]);
        let id = line.id.unwrap();
        prop_assert_eq!(&id, &format!("=r-{}", number));
        let patch = serde_json::to_value(Value::from(line.record)).unwrap();
        let merged = kind.patched(&id, Some(kept), patch);
        let merged = merged.map_err(|faults| TestCaseError::fail(format!("{faults:?}")))?;
        prop_assert_eq!(
            serde_json::to_string(&merged).unwrap(),
            serde_json::to_string(kept).unwrap()
        );
    }
    prop_assert_eq!(table.next_line().unwrap(), None);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn contacts_come_back_from_plain_text(records in prop::collection::vec(record(&kind("contact")), 1..5)) {
        comes_back(&kind("contact"), Format::Csv, &records)?;
    }

    #[test]
    fn contacts_come_back_from_a_workbook(records in prop::collection::vec(record(&kind("contact")), 1..5)) {
        comes_back(&kind("contact"), Format::Xlsx, &records)?;
    }

    #[test]
    fn contracts_and_their_lines_come_back(records in prop::collection::vec(record(&kind("contract")), 1..4)) {
        comes_back(&kind("contract"), Format::Csv, &records)?;
        comes_back(&kind("contract"), Format::Xlsx, &records)?;
    }
}
