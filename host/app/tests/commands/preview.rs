//! What `sunmao flow preview` tells is what the flow then does, and telling it writes nothing.

use crate::serve::{Host, host, send};
use crate::support::eventually;
use serde_json::{Value, json};
use sunmao_catalogue::Catalogue;
use sunmao_simulator::LedgerEntry;

const SAVE: &str = "customers.save-company";

/// Contacts that are looked at.
const CONTACTS: usize = 24;

/// The customers of the ERP, by key.
async fn customer(host: &Host, key: i64) -> Value {
    let books = format!("{}/_simulator/records/customers", host.erp.base_url());
    let books: Value = reqwest::get(books).await.unwrap().json().await.unwrap();
    let mut records = books["records"].as_array().unwrap().iter();
    let found = records.find(|record| record["ord"].as_i64() == Some(key));
    found.cloned().unwrap_or_else(|| panic!("no customer {key}"))
}

async fn preview(host: &Host, records: &[String]) -> Vec<Value> {
    let mut arguments = vec!["flow", "preview", "customer-push", "--json", "--url", &host.url];
    arguments.extend(records.iter().map(String::as_str));
    let told = host.sunmao.run(&arguments).await;
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    told.json()["items"].as_array().unwrap().clone()
}

async fn flow(host: &Host, what: &str) {
    let told = host
        .sunmao
        .run(&["flow", what, "customer-push", "--url", &host.url])
        .await;
    assert_eq!(told.code, Some(0), "{}", told.stderr);
}

/// How many saves reached the ERP.
fn saves(host: &Host) -> usize {
    let ledger = host.erp.ledger();
    let is_save = |entry: &&LedgerEntry| entry.names.iter().any(|name| name == SAVE);
    ledger.iter().filter(is_save).count()
}

/// A contact as the hub files it for the first time, or again.
fn contact(index: usize, round: usize) -> Value {
    let mut contact = json!({
        "company_name": format!("样例木作 {index}"), "real_name": "李明", "phone": format!("1770000{index:04}"), "phone_verified": true,
        "score": 60 + index,
    });
    if round > 0 {
        // Every third says the same again, every fifth has gone cold.
        match index {
            index if index % 3 == 0 => {}
            index if index % 5 == 0 => contact["invalid"] = json!(true),
            _ => {
                contact["notes"] = json!(format!("第 {index} 次"));
                contact["address"] = json!("示例市榫卯路 1 号");
            }
        }
    }
    contact
}

async fn file(host: &Host, round: usize) {
    for index in 0..CONTACTS {
        let address = format!("{}/v1/records/contact/c-{index}", host.url);
        let (status, _) = send(reqwest::Client::new().put(&address).json(&contact(index, round))).await;
        assert_eq!(status, 202);
    }
}

/// What came of each contact, as its record tells.
async fn done(host: &Host) -> Vec<Value> {
    let mut records = Vec::new();
    for index in 0..CONTACTS {
        let address = format!("{}/v1/records/contact/c-{index}", host.url);
        let is_done = |record: &Value| {
            let state = record["deliveries"][0]["state"].as_str().unwrap_or_default();
            ["done", "dead"].contains(&state)
        };
        records.push(eventually(&address, is_done).await);
    }
    records
}

#[tokio::test]
async fn what_is_told_is_what_is_then_done() {
    let host = host().await;
    let save = Catalogue::shared().find(SAVE).unwrap().clone();
    let names: Vec<String> = (0..CONTACTS).map(|index| format!("contact/c-{index}")).collect();
    let mut outcomes = Vec::new();
    for round in 0..2 {
        flow(&host, "pause").await;
        file(&host, round).await;
        let before = saves(&host);
        let told = preview(&host, &names).await;
        assert_eq!(saves(&host), before, "looking writes nothing");
        flow(&host, "resume").await;
        for (told, done) in told.iter().zip(done(&host).await) {
            let outcome = told["outcome"].as_str().unwrap().to_owned();
            let end = done["deliveries"][0]["outcome"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
            let expected = match &*outcome {
                "create" | "update" => "linked",
                // What is filed as it was is delivered to nobody.
                "unchanged" => "",
                "skip" => "skipped",
                other => panic!("{other}: {told}"),
            };
            assert!(end.starts_with(expected), "{told}: {end}");
            if let ("create" | "update", Some(key)) = (&*outcome, done["links"][0]["erp_key"].as_i64()) {
                assert!(told["erp_key"].is_null() || told["erp_key"] == key, "{told}");
                let stored = customer(&host, key).await;
                for change in told["changes"].as_array().unwrap() {
                    let field = save.param(change["field"].as_str().unwrap()).unwrap();
                    let text =
                        |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    assert_eq!(text(&stored[&field.wire]), text(&change["then"]), "{change}");
                }
            }
            outcomes.push(outcome);
        }
        let writes = |told: &&Value| told["outcome"] == "create" || told["outcome"] == "update";
        assert_eq!(
            saves(&host) - before,
            told.iter().filter(writes).count(),
            "one save each, and no other"
        );
        let again = preview(&host, &names).await;
        let is_quiet = |told: &Value| told["outcome"] == "unchanged" || told["outcome"] == "skip";
        assert!(again.iter().all(is_quiet), "{again:?}");
    }
    for outcome in ["create", "update", "unchanged"] {
        assert!(
            outcomes.iter().any(|told| told == outcome),
            "{outcome}: {outcomes:?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_told() {
    let host = host().await;
    let run = async |arguments: &[&str]| {
        let arguments = [&["flow", "preview"], arguments, &["--url", &host.url]].concat();
        host.sunmao.run(&arguments).await
    };
    let told = run(&["customer-psh", "contact/c-1"]).await;
    assert!(told.stderr.contains("customer-push"), "{}", told.stderr);
    let told = run(&["customer-push", "contact/c-1"]).await;
    assert!(
        told.stderr.contains("there is no record contact/c-1"),
        "{}",
        told.stderr
    );
    let told = run(&["customer-push", "c-1"]).await;
    assert!(
        told.stderr.contains("`c-1` is no record's name"),
        "{}",
        told.stderr
    );
    let told = run(&["customer-push", "--dead"]).await;
    assert!(
        told.stdout.contains("There are none."),
        "{}{}",
        told.stdout,
        told.stderr
    );
}
