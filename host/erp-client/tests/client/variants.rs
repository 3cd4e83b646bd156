//! The same business on every kind of installation: whatever the wire looks like, the answer is the same; and under
//! every fault, a right answer or a right error.

use jiff::civil::date;
use std::collections::BTreeMap;
use sunmao_catalogue::{
    Answer, Arguments, Catalogue, Dialect, Effect, Face, Kind, Operation, Record, Repeat, Value,
};
use sunmao_erp_client::{ErpClient, Error, GatewayBodies, Installation, Settings};
use sunmao_simulator::{Fault, Faults, Options, Simulator, Variant};

/// A simulator of eight records an object, and a client that no budget slows down.
pub async fn start(options: Options) -> (Simulator, ErpClient) {
    let options = Options {
        size: 8,
        now: Some(date(2026, 3, 2).at(9, 0, 0, 0)),
        ..options
    };
    let address = ([127, 0, 0, 1], 0).into();
    let simulator = Simulator::start(options.clone(), address).await.unwrap();
    let mut settings = Settings::new(
        simulator.base_url().parse().unwrap(),
        options.username,
        options.password.into(),
        "SUNMAOTEST01",
    );
    settings.requests_per_second = 1_000_000;
    settings.breaker_failures = 0;
    settings.installation = installation(options.variant);
    let client = ErpClient::new(settings).unwrap();
    (simulator, client)
}

/// What a client has to be told of a variant.
pub fn installation(variant: Variant) -> Installation {
    match variant {
        Variant::Legacy => Installation::Legacy,
        Variant::Gateway => "gateway".parse().unwrap(),
        Variant::GatewayPlain => Installation::Gateway {
            login_path: "/webapi/v3/ov1/login".to_owned(),
            bodies: GatewayBodies::Plain,
        },
        _ => Installation::Standard,
    }
}

/// What guests are given, or the kind and the words of the error.
async fn outcome(client: &ErpClient, operation: &Operation) -> Result<Value, (Kind, String)> {
    let arguments = operation.check(&operation.example()).unwrap();
    let answer = client.call(operation, &arguments).await;
    // A raw control character within the words is shown as a space.
    let words = |error: Error| error.fault().message.replace(' ', "");
    let answer = answer.map_err(|error| (error.kind(), words(error)))?;
    Ok(comparable(operation.present(answer, Face::Typed)))
}

/// Bare records have no captions, do not say how long their list is, and a write is answered by its key alone.
fn as_bare(outcome: Result<Value, (Kind, String)>) -> Result<Value, (Kind, String)> {
    let mut value = outcome?;
    if let Value::Record(record) = &mut value {
        for name in ["caption", "page", "key"] {
            record.shift_remove(name);
        }
    }
    Ok(value)
}

/// Whatever the vendor does not publish comes as the installation spells it; what is published is typed, and the same.
fn comparable(value: Value) -> Value {
    match value {
        Value::Record(record) => {
            let spelt = ["extra", "columns", "rows", "fields", "tables", "data", "message"];
            let members = record
                .into_iter()
                .filter(|(name, _)| !spelt.contains(&name.as_str()));
            Value::from(
                members
                    .map(|(name, value)| (name, comparable(value)))
                    .collect::<Record>(),
            )
        }
        Value::List(items) => Value::List(items.into_iter().map(comparable).collect()),
        Value::Text(text) => {
            let shown = text.chars().filter(|c| !c.is_control());
            Value::from(shown.collect::<String>())
        }
        value => value,
    }
}

/// The modules of an installation that knows only some.
fn is_served_in_part(operation: &Operation) -> bool {
    matches!(operation.menu[0].as_str(), "销售栏目" | "库存栏目")
}

/// Whether an installation of this kind has the operation at all.
pub fn is_known(variant: Variant, operation: &Operation, catalogue: &Catalogue) -> bool {
    match variant {
        Variant::Legacy => operation.dialect == Dialect::Form,
        Variant::Partial => is_served_in_part(operation),
        Variant::Before3215 => operation.newer_form.is_none() || catalogue.other_form(operation).is_none(),
        _ => true,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_installation_gives_the_same_answers() {
    let catalogue = Catalogue::shared();
    let mut faults = Vec::new();
    for variant in Variant::ALL {
        let (standard, as_published) = start(Options::default()).await;
        let (other, as_installed) = start(Options {
            variant,
            ..Options::default()
        })
        .await;
        let mut compared = 0;
        for operation in catalogue
            .operations()
            .iter()
            .filter(|operation| operation.is_business())
        {
            // Where an installation does not have it, the two go different ways from here on.
            let is_known = is_known(variant, operation, &catalogue);
            if !is_known && !operation.is_read() {
                continue;
            }
            let found = outcome(&as_installed, operation).await;
            if !is_known {
                // Another form of the operation, or a page that other modules use too, answers in its place.
                let mut others = catalogue.operations().iter();
                let is_shared = others.any(|other| {
                    other.path.eq_ignore_ascii_case(&operation.path) && is_served_in_part(other)
                });
                let fell_back = variant == Variant::Before3215 || is_shared;
                if !fell_back
                    && found
                        .as_ref()
                        .err()
                        .is_none_or(|(kind, _)| *kind != Kind::NotFound)
                {
                    faults.push(format!(
                        "{variant} {}: {found:?} of what it lacks",
                        operation.name
                    ));
                }
                continue;
            }
            let expected = outcome(&as_published, operation).await;
            let (expected, found) = match variant {
                Variant::GatewayPlain => (as_bare(expected), as_bare(found)),
                _ => (expected, found),
            };
            compared += 1;
            if expected != found {
                faults.push(format!(
                    "{variant} {}:\n  {expected:?}\n  {found:?}",
                    operation.name
                ));
            }
        }
        let least = match variant {
            Variant::Legacy => 60,
            Variant::Partial => 70,
            _ => 205,
        };
        assert!(compared >= least, "{variant}: only {compared} operations");
        standard.stop().await;
        other.stop().await;
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[tokio::test]
async fn the_newer_form_of_an_operation_is_served_by_the_older_one() {
    let (_simulator, client) = start(Options {
        variant: Variant::Before3215,
        ..Options::default()
    })
    .await;
    let catalogue = Catalogue::shared();
    let newer = catalogue.find("warehouses.list-v2").unwrap();
    let Answer::Table(table) = client.call(newer, &Arguments::default()).await.unwrap() else {
        panic!("a table");
    };
    assert!(!table.rows.is_empty());
    assert!(table.column("Ord").is_some() && table.column("Sort1").is_some());
}

/// Faults of the installation, and the kinds of error that tell the truth about a read and about a write.
fn truthful(fault: Fault, is_read: bool) -> Vec<Kind> {
    let mut kinds = vec![Kind::OverBudget, Kind::Session];
    if !matches!(fault, Fault::UnsavedSuccess | Fault::PartlySaved) {
        kinds.push(Kind::Unavailable);
    }
    if !is_read {
        kinds.push(Kind::Unconfirmed);
    }
    kinds
}

const ROUNDS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reads_are_right_or_say_why_not_under_every_fault() {
    let catalogue = Catalogue::shared();
    let reads: Vec<&Operation> = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business() && operation.is_read())
        .collect();
    for fault in Fault::ALL {
        let (faultless, sound) = start(Options::default()).await;
        let (simulator, client) = start(options_with(fault)).await;
        let mut right = 0;
        for operation in &reads {
            let (expected, found) = tokio::join!(outcome(&sound, operation), outcome(&client, operation));
            match (expected, found) {
                (expected, found) if expected == found => right += 1,
                (_, Err((kind, _))) if truthful(fault, true).contains(&kind) => {}
                // Others add and remove records, and a new page is as right as the old one.
                (Ok(_), Ok(_)) if matches!(fault, Fault::RowInserted | Fault::RowDeleted) => right += 1,
                (_, Err((Kind::NotFound, _))) if fault == Fault::RowDeleted => {}
                (expected, found) => panic!("{fault} {}:\n  {expected:?}\n  {found:?}", operation.name),
            }
        }
        let happened = simulator
            .ledger()
            .iter()
            .filter(|entry| entry.fault.is_some())
            .count();
        let is_of_reads = !matches!(
            fault,
            Fault::UnsavedSuccess | Fault::PartlySaved | Fault::LoginError
        );
        if is_of_reads {
            assert!(happened > 0, "{fault} never happened");
        }
        assert!(
            right * 10 >= reads.len() * 9,
            "{fault}: only {right} of {}",
            reads.len()
        );
        simulator.stop().await;
        faultless.stop().await;
    }
}

fn options_with(fault: Fault) -> Options {
    Options {
        faults: Faults::none().with(fault, 0.1).unwrap(),
        slow: std::time::Duration::from_millis(50),
        seed: 1,
        ..Options::default()
    }
}

/// Saves that a reserved key makes repeatable.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn repeatable_writes_are_done_once_or_said_to_be_unseen_under_every_fault() {
    let catalogue = Catalogue::shared();
    let find = |name: &str| catalogue.find(name).unwrap();
    let (reserve, save) = (find("customers.reserve"), find("customers.save-company"));
    assert!(
        matches!(&save.effect, Effect::Write(write) if matches!(write.repeat, Repeat::ReservedKey { .. }))
    );
    for fault in Fault::ALL {
        let (simulator, client) = start(options_with(fault)).await;
        let mut names = BTreeMap::new();
        for round in 0..ROUNDS {
            let name = format!("榫卯 {round} 号木业");
            let Some(key) = key_from(&client, reserve).await else {
                continue;
            };
            let given = [
                ("ord", Value::from(key)),
                ("name", Value::from(name.as_str())),
                ("sort1", Value::from("1")),
                ("person_name", Value::from("鲁班")),
            ];
            let given: Record = given
                .map(|(name, value)| (name.to_owned(), value))
                .into_iter()
                .collect();
            let arguments = save.check(&given).unwrap();
            let limit = std::time::Duration::from_secs(20);
            let said = client.call_within(save, &arguments, limit).await;
            if let Err(error) = &said {
                assert!(truthful(fault, false).contains(&error.kind()), "{fault}: {error}");
            }
            names.insert(name, (key, said.is_ok()));
        }
        let done = names.values().filter(|(_, done)| *done).count();
        assert!(done * 10 >= ROUNDS * 8, "{fault}: only {done} of {ROUNDS}");
        // What the ERP really holds, asked without faults.
        let held = held(&simulator).await;
        for (name, (key, was_said_done)) in names {
            let bearing: Vec<i64> = held
                .iter()
                .filter(|record| record["name"] == name.as_str())
                .filter_map(|record| record["ord"].to_string().trim_matches('"').parse().ok())
                .collect();
            assert!(bearing.len() <= 1, "{fault}: {name} is there as {bearing:?}");
            if was_said_done {
                assert_eq!(bearing, [key], "{fault}: {name} was said to be saved");
            }
        }
        simulator.stop().await;
    }
}

/// The customers that calls have created or changed.
async fn held(simulator: &Simulator) -> Vec<serde_json::Value> {
    let url = format!(
        "{}/_simulator/records/customers?written=true",
        simulator.base_url()
    );
    let page: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    page["records"].as_array().unwrap().clone()
}

async fn key_from(client: &ErpClient, reserve: &Operation) -> Option<i64> {
    match client.call(reserve, &Arguments::default()).await {
        Ok(Answer::Document(document)) => document.key,
        Ok(answer) => panic!("{answer:?}"),
        Err(error) => {
            assert!(
                error.kind() != Kind::Invalid && error.kind() != Kind::Refused,
                "{error}"
            );
            None
        }
    }
}
