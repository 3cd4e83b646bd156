//! An ERP that says yes and stores nothing, or a part: what the host says of each record is what the record is. Another ERP, to which
//! nothing goes wrong, is told the same and says what it ought to be.

use crate::cases::{Case, MOST, Way, all};
use crate::stage::Stage;
use serde_json::Value as Json;
use sunmao_catalogue::Record;
use sunmao_simulator::{Fault, Faults};
use sunmao_store::{DeliveryRecord, DeliveryState};

/// How often the ERP stores nothing, and how often a part.
const CHANCE: f64 = 0.2;

/// Writes whose record shows nothing of what they are given, so that the ERP's word is all there is.
const UNSHOWN: [(&str, &str); 2] = [
    (
        "production-operations.update",
        "the vendor publishes nothing of it but the key, and its page shows none of what else it is given",
    ),
    (
        "stock-receipts.update-cost",
        "it is given lines, and its page shows the receipt without them",
    ),
];

/// What the host said of the records of one write, and how often that was what they are.
#[derive(Debug, Default)]
struct Tally {
    done: usize,
    told: usize,
    happened: usize,
    wrong: Vec<String>,
}

/// Files the same in both, and compares.
async fn both(case: &Case, broken: &Stage, sound: &Stage) -> Tally {
    let mut tally = Tally::default();
    for round in 0..MOST {
        for (words, note) in [("号", "a"), ("新", "b")] {
            let Some(given) = case.given(round, words) else {
                continue;
            };
            let id = format!("r-{round}");
            let (is, ought) = tokio::join!(
                broken.file(case, &id, &given, note),
                sound.file(case, &id, &given, note)
            );
            if ought.state == DeliveryState::Done {
                judge(case, &given, &id, (broken, &is), sound, &mut tally).await;
            }
            if is.state == DeliveryState::Dead {
                // It waits for a person.
                break;
            }
        }
    }
    let ledger = broken.erp(case).simulator.ledger();
    tally.happened = ledger.iter().filter(|entry| entry.fault.is_some()).count();
    tally
}

async fn judge(
    case: &Case,
    given: &Record,
    id: &str,
    (broken, is): (&Stage, &DeliveryRecord),
    sound: &Stage,
    tally: &mut Tally,
) {
    let name = &case.operation.name;
    if is.state == DeliveryState::Dead {
        let letter = is.letter.as_ref().map(|letter| letter.kind.as_str());
        if letter != Some("unconfirmed") {
            tally.wrong.push(format!("{name}: {:?}", is.letter));
        }
        tally.told += 1;
        return;
    }
    tally.done += 1;
    let (own, other) = (record(case, broken, id).await, record(case, sound, id).await);
    let words = match (&own, &other) {
        (Some(own), Some(other)) => difference(case, given, own, other),
        _ => format!("{own:?} ought to be {other:?}"),
    };
    if !words.is_empty() {
        tally
            .wrong
            .push(format!("{name}: said to be {:?}: {words}", is.outcome));
    }
}

/// The record that the host says it is, as the ERP's books have it.
async fn record(case: &Case, stage: &Stage, id: &str) -> Option<Json> {
    let key = stage.link(case, id).await?.erp_key;
    let records = stage.erp(case).records(&case.operation.object).await;
    records
        .into_iter()
        .find(|record| record["ord"].as_i64() == Some(key))
}

/// Where a record is otherwise than it ought to be, of what was written.
fn difference(case: &Case, given: &Record, is: &Json, ought: &Json) -> String {
    let written = case
        .operation
        .params
        .iter()
        .filter(|field| given.contains_key(&field.name));
    let written = written.map(|field| field.wire.as_str());
    let wires: Vec<&str> = written.chain(["title", "intro"]).collect();
    let ought = ought.as_object().expect("a record").iter();
    let unlike = ought.filter(|(name, value)| {
        let is_key = ["ord", "id"].iter().any(|key| key.eq_ignore_ascii_case(name));
        let is_written = wires.iter().any(|wire| wire.eq_ignore_ascii_case(name));
        !is_key && is_written && is.get(*name).map(without_keys) != Some(without_keys(value))
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
async fn no_record_differs_from_what_the_host_says_of_it() {
    let mut cases = all().await;
    cases.retain(|case| case.is_linked() && case.way.has_content() && case.way != Way::Once);
    let faults = [Fault::UnsavedSuccess, Fault::PartlySaved];
    let faults = faults
        .into_iter()
        .try_fold(Faults::none(), |faults, fault| faults.with(fault, CHANCE));
    let broken = Stage::set(&cases, &faults.expect("a chance")).await;
    let sound = Stage::set(&cases, &Faults::none()).await;
    let tallies = cases.iter().map(|case| both(case, &broken, &sound));
    let tallies = futures::future::join_all(tallies).await;
    broken.stop().await;
    sound.stop().await;
    let mut wrong = Vec::new();
    for (case, tally) in cases.iter().zip(&tallies) {
        let name = &*case.operation.name;
        match UNSHOWN.iter().find(|(unshown, _)| *unshown == name) {
            None => wrong.extend(tally.wrong.clone()),
            Some((_, reason)) => assert!(!tally.wrong.is_empty(), "{name} is not as it is said: {reason}"),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let sum = |of: fn(&Tally) -> usize| tallies.iter().map(of).sum::<usize>();
    let (done, told, happened) = (
        sum(|tally| tally.done),
        sum(|tally| tally.told),
        sum(|tally| tally.happened),
    );
    assert!(happened > 25, "{happened} of {done}");
    assert!(
        told * 5 < done,
        "a person was asked {told} times, {done} went through"
    );
}
