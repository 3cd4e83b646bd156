//! Every repeatable write of the catalogue, on an ERP that says yes and stores nothing, or a part: what the client says of a
//! record is what the record is. Another ERP, to which nothing goes wrong, is told the same and says what it ought to be.

use crate::variants::start;
use serde_json::{Value as Json, json};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use sunmao_catalogue::{Catalogue, Effect, FieldType, Kind, Operation, Record, Repeat, Value};
use sunmao_erp_client::{Before, ErpClient, Error, Outgoing, Sent};
use sunmao_simulator::{Fault, Faults, Options, Simulator};

const LIMIT: Duration = Duration::from_secs(60);

/// How often each is written.
const ROUNDS: i64 = 8;

static CATALOGUE: LazyLock<Arc<Catalogue>> = LazyLock::new(Catalogue::shared);

/// Commands: what they change stands on no page under the name it was sent by, so that there is nothing to compare.
const UNSHOWN: [&str; 12] = [
    "contracts.share",
    "customers.assign",
    "customers.claim",
    "customers.protect",
    "customers.share",
    "customers.take-back",
    "customers.unprotect",
    "monthly-reports.summarize",
    "schedules.summarize",
    "weekly-reports.summarize",
    // Its read-back shows none of what it takes.
    "stock-receipts.update-cost",
    // Its list wants to know whose.
    "quality-inspections.save",
];

fn repeatable() -> impl Iterator<Item = &'static Operation> {
    let is_repeatable = |operation: &&Operation| match &operation.effect {
        Effect::Write(write) => write.repeat != Repeat::Never,
        Effect::Read => false,
    };
    CATALOGUE.operations().iter().filter(is_repeatable)
}

async fn send(client: &ErpClient, operation: &Operation, given: &Record) -> Result<Sent, Error> {
    let arguments = operation.check(given);
    let arguments = arguments.unwrap_or_else(|faults| panic!("{}: {faults:?}", operation.name));
    let outgoing = Outgoing::default();
    client
        .send(operation, &arguments, LIMIT, Before::Unread, &outgoing)
        .await
}

/// What else a sound write of its kind says, beside the example.
fn own(name: &str, round: i64) -> Json {
    match name {
        "contract-lines.delete" | "expense-request-lines.delete" | "expense-usage-lines.delete" => {
            json!({"id": round + 1})
        }
        "departments.update" => json!({"name": format!("榫卯第{round}组"), "pid": 0}),
        "material-substitutions.update" => json!({"childtd": [{
            "ID": 0, "Priority": 1, "ReProductID": round % 4 + 5, "unit": 1, "Dosage": "1", "ReplacementRatio": "1",
        }]}),
        "accounts.create" | "accounts.update" => json!({"Username": format!("sunmao-{round}")}),
        _ => json!({}),
    }
}

/// Whether the ERP takes a number only once.
fn is_number(operation: &Operation, label: &str) -> bool {
    label.ends_with("编号") && operation.object != "contract-lines"
}

/// Arguments that differ from round to round, for a record of its own each time.
fn given(operation: &Operation, round: i64) -> Record {
    let mut given = operation.example();
    for field in &operation.params {
        let is_key = ["ord", "id"]
            .iter()
            .any(|key| field.wire.eq_ignore_ascii_case(key));
        let is_remark = matches!(
            &*field.wire.to_lowercase(),
            "intro" | "title" | "name" | "mobile" | "address" | "remark"
        );
        let value = match field.kind {
            FieldType::Int if is_key => Value::from(round + 1),
            FieldType::String if is_number(operation, &field.label) => {
                Value::from(format!("N{}-{round}", operation.id))
            }
            FieldType::String if is_remark && field.values.is_empty() => {
                Value::from(format!("榫卯 {round}（号）"))
            }
            _ => continue,
        };
        given.insert(field.name.clone(), value);
    }
    let own: Record = serde_json::from_value(own(&operation.name, round)).unwrap();
    for (wire, value) in own {
        let field = operation.params.iter().find(|field| field.wire == wire);
        given.insert(field.map_or(wire, |field| field.name.clone()), value);
    }
    given
}

/// A record as the ERP holds it.
async fn record(simulator: &Simulator, object: &str, key: i64) -> Option<Json> {
    let url = format!("{}/_simulator/records/{object}", simulator.base_url());
    let page: Json = reqwest::get(url).await.unwrap().json().await.unwrap();
    let mut records = page["records"].as_array().unwrap().iter();
    let number = |record: &Json| record["ord"].to_string().trim_matches('"').parse::<i64>().ok();
    records.find(|record| number(record) == Some(key)).cloned()
}

/// The record's key: of a removal the one that was sent.
fn key(operation: &Operation, given: &Record, sent: &Sent) -> Option<i64> {
    let own = || {
        let mut keys = ["id", "ord"].iter();
        let field = keys.find_map(|key| {
            operation
                .params
                .iter()
                .find(|field| field.wire.eq_ignore_ascii_case(key))
        })?;
        given.get(&field.name)?.as_integer()
    };
    sent.seen.as_ref().and_then(|seen| seen.key).or_else(own)
}

/// What came of one kind of write.
#[derive(Debug, Default)]
struct Tally {
    done: u32,
    told: u32,
    happened: usize,
    wrong: Vec<String>,
}

async fn told_and_held(operation: &Operation, fault: Fault, tally: &mut Tally) {
    let options = Options {
        faults: Faults::none().with(fault, 0.2).unwrap(),
        seed: u64::from(operation.id),
        ..Options::default()
    };
    let (sound, reference) = start(Options {
        seed: options.seed,
        ..Options::default()
    })
    .await;
    let (broken, client) = start(options).await;
    let mut refused = Vec::new();
    for round in 0..ROUNDS {
        let mut given = given(operation, round);
        if operation.name == "contracts.create" {
            let customer = record(&sound, "customers", 1).await.unwrap();
            given.insert(
                "customer-name".to_owned(),
                Value::from(customer["name"].as_str().unwrap()),
            );
        }
        if let Err(faults) = operation.check(&given) {
            tally.wrong.push(format!("{}: {faults:?}", operation.name));
            break;
        }
        let expected = match send(&reference, operation, &given).await {
            Ok(expected) => expected,
            // Approved already, say.
            Err(error) if error.kind() == Kind::Refused || error.kind() == Kind::NotFound => {
                refused.push(error.to_string());
                continue;
            }
            Err(error) => {
                tally.wrong.push(format!("{}: {error}", operation.name));
                break;
            }
        };
        let said = match send(&client, operation, &given).await {
            Ok(said) => said,
            Err(error) => {
                assert_eq!(error.kind(), Kind::Unconfirmed, "{error}");
                tally.told += 1;
                continue;
            }
        };
        tally.done += 1;
        let (Some(own), Some(other)) = (key(operation, &given, &said), key(operation, &given, &expected))
        else {
            tally.wrong.push(format!("{}: no key", operation.name));
            break;
        };
        let (is, ought) = (
            record(&broken, &operation.object, own).await,
            record(&sound, &operation.object, other).await,
        );
        let words = difference(&given, operation, &said, is.as_ref(), ought.as_ref());
        if !words.is_empty() {
            tally
                .wrong
                .push(format!("{} {fault}: said to be done: {words}", operation.name));
        }
    }
    if refused.len() as i64 == ROUNDS {
        tally.wrong.push(format!("{}: {}", operation.name, refused[0]));
    }
    let ledger = broken.ledger();
    tally.happened += ledger.iter().filter(|entry| entry.fault.is_some()).count();
    broken.stop().await;
    sound.stop().await;
}

/// Where a record is otherwise than it ought to be, of what was written and its page shows.
fn difference(
    given: &Record,
    operation: &Operation,
    said: &Sent,
    is: Option<&Json>,
    ought: Option<&Json>,
) -> String {
    let (is, ought) = match (is, ought) {
        (None, None) => return String::new(),
        (Some(Json::Object(is)), Some(Json::Object(ought))) => (is, ought),
        _ => return format!("{is:?} ought to be {ought:?}"),
    };
    let shown = said
        .seen
        .as_ref()
        .map(|seen| seen.shown.record())
        .unwrap_or_default();
    let fields = operation
        .params
        .iter()
        .filter(|field| given.contains_key(&field.name) && shown.contains_key(&field.name));
    let wires = fields.map(|field| &*field.wire).chain(["title", "intro"]);
    let wires: Vec<&str> = wires
        .filter(|wire| !wire.eq_ignore_ascii_case("ord") && !wire.eq_ignore_ascii_case("id"))
        .collect();
    let unlike = ought.iter().filter(|(name, value)| {
        let is_written = wires.iter().any(|wire| wire.eq_ignore_ascii_case(name));
        is_written && is.get(*name).map(without_keys) != Some(without_keys(value))
    });
    let unlike = unlike.map(|(name, value)| format!("{name}: {:?} ought to be {value}", is.get(name)));
    unlike.collect::<Vec<_>>().join(", ")
}

/// Lines without the keys that each ERP gives them itself.
fn without_keys(value: &Json) -> Json {
    match value {
        Json::Array(lines) => lines.iter().map(without_keys).collect(),
        Json::Object(line) => {
            let is_key = |name: &str| name.eq_ignore_ascii_case("id");
            let members = line.iter().filter(|(name, _)| !is_key(name));
            members
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect()
        }
        value => value.clone(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_record_differs_from_what_is_said_of_it() {
    for name in UNSHOWN {
        assert!(repeatable().any(|operation| operation.name == name), "{name}");
    }
    let mut tally = Tally::default();
    for fault in [Fault::UnsavedSuccess, Fault::PartlySaved] {
        for operation in repeatable().filter(|operation| !UNSHOWN.contains(&&*operation.name)) {
            told_and_held(operation, fault, &mut tally).await;
        }
    }
    assert!(
        tally.wrong.is_empty(),
        "{} wrong:\n{}",
        tally.wrong.len(),
        tally.wrong.join("\n")
    );
    assert!(tally.happened > 60, "{tally:?}");
    assert!(tally.told * 10 < tally.done, "{tally:?}");
}
