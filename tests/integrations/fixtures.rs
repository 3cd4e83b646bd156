//! The fixtures of the shipped scripts: what each makes of an input, role by role.

use crate::shipped::{Integration, files};
use crate::stage::names;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::alloc::System;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, Joint, Kinds, Record, RecordKind, Side, Value, value_from_json};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_runtime::merge::Ruling;
use sunmao_runtime::scripts::Script;
use sunmao_runtime::scripts::memory::Counting;
use sunmao_runtime::{Change, Clock, Decision, Extension, ExtensionError, Gateway, Host, Invocation, Permit};
use sunmao_store::Store;

/// As the program has it: without it, a script's memory is bounded by its strings and collections alone.
#[global_allocator]
static ALLOCATOR: Counting<System> = Counting(System);

/// One case of `fixtures/SCRIPT.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows.
    title: String,
    /// `mapping`, `policy` or `merge`.
    role: String,
    /// The kind of the record that is mapped, judged or merged: `erp.contracts`, `ticket`.
    from: String,
    /// The kind or the operation that it is mapped to.
    #[serde(default)]
    to: Option<String>,
    input: Json,
    /// The present record, where it is mapped to a kind.
    #[serde(default)]
    known: Option<Json>,
    /// What comes of it: the record or the arguments without what is empty; true or the reason why not; the ruling; or
    /// `{"error": "…"}` with a part of what the script throws.
    expected: Json,
}

/// A host that never reaches an ERP: mappings, policies and merges ask nobody.
async fn host(folder: &std::path::Path) -> Arc<Host> {
    let url = "http://127.0.0.1/".parse().expect("URL");
    let client = ErpClient::new(Settings::new(
        url,
        "nobody",
        "nothing".to_owned().into(),
        "SUNMAO01",
    ));
    let store = Store::open(&folder.join("sunmao.sqlite")).await.expect("store");
    let (catalogue, clock) = (Catalogue::shared(), Clock::system());
    let kinds = Kinds::shipped(&catalogue).expect("kinds");
    let gateway = Gateway::new(client.expect("client"), store.clone(), clock.clone());
    Arc::new(Host::new(catalogue, kinds, gateway, store, clock))
}

fn record(json: &Json) -> Record {
    let value = value_from_json(&json.to_string()).expect("JSON");
    value.as_record().cloned().unwrap_or_default()
}

/// The record as the host shows it to a step; of a change, which is none, as it stands.
fn checked(kind: &RecordKind, json: &Json) -> Record {
    let given = record(json);
    let Ok(body) = kind.check(&given) else {
        return given;
    };
    let id = given.get("id").cloned().unwrap_or_default();
    std::iter::once(("id".to_owned(), id)).chain(body).collect()
}

fn value(json: Option<&Json>) -> Value {
    let json = json.unwrap_or(&Json::Null);
    value_from_json(&json.to_string()).expect("JSON")
}

/// Without what is empty.
fn told(record: &Record) -> Json {
    let Json::Object(members) = serde_json::to_value(record).expect("JSON") else {
        return json!({});
    };
    Json::Object(members.into_iter().filter_map(full).collect())
}

fn full((name, value): (String, Json)) -> Option<(String, Json)> {
    match value {
        Json::Null => None,
        Json::String(text) if text.is_empty() => None,
        Json::Array(items) if items.is_empty() => None,
        Json::Array(items) => {
            let item = |item: Json| match item {
                Json::Object(members) => Json::Object(
                    members
                        .into_iter()
                        .filter_map(full)
                        .collect::<Map<String, Json>>(),
                ),
                other => other,
            };
            Some((name, items.into_iter().map(item).collect()))
        }
        other => Some((name, other)),
    }
}

fn outcome(outcome: Result<Json, ExtensionError>) -> Json {
    outcome.unwrap_or_else(|error| json!({ "error": error.to_string() }))
}

async fn run(host: &Host, script: &Script, case: &Case) -> Json {
    let kinds = host.kinds.load();
    let kind = |name: &str| kinds.find(name).cloned();
    let from = kind(&case.from).unwrap_or_else(|| panic!("no kind {}", case.from));
    let now = Invocation::at(Timestamp::UNIX_EPOCH);
    let input = checked(&from, &case.input);
    match case.role.as_str() {
        "mapping" => {
            let to = case.to.as_deref().expect("where to");
            let to = match (kind(to), host.catalogue.find(to)) {
                (Some(kind), _) => Side::Kind(kind),
                (None, Some(operation)) => Side::Operation(Arc::new(operation.clone())),
                (None, None) => panic!("neither a kind nor an operation: {to}"),
            };
            let joint = Joint {
                from: Side::Kind(from),
                to,
            };
            let known = case.known.as_ref().map(|known| match &joint.to {
                Side::Kind(kind) => checked(kind, known),
                Side::Operation(_) => record(known),
            });
            let mapped = script.map(&now, &joint, &input, known.as_ref()).await;
            outcome(mapped.map(|mapped| told(&mapped)))
        }
        "policy" => {
            let judged = script.judge(&now, &from, &input).await;
            outcome(judged.map(|decision| match decision {
                Decision::Admit => json!(true),
                Decision::Skip(reason) => json!(reason),
            }))
        }
        "merge" => {
            let change = Change {
                flow: "fixture".to_owned(),
                kind: case.from.clone(),
                field: case.input["field"].as_str().unwrap_or_default().to_owned(),
                base: value(case.input.get("base")),
                hub: value(case.input.get("hub")),
                erp: value(case.input.get("erp")),
                record: record(case.input.get("record").unwrap_or(&json!({}))),
                erp_record: Record::default(),
                hub_changed_at: None,
                erp_changed_at: None,
            };
            outcome(script.merge(&now, &change).await.map(|ruling| match ruling {
                Ruling::Erp => json!("erp"),
                Ruling::Hub => json!("hub"),
                Ruling::Newer => json!("newer"),
                Ruling::ErpUnlessVerified => json!("erp-unless-verified"),
                Ruling::Value(value) => json!({ "value": value }),
                Ruling::Undecided => Json::Null,
            }))
        }
        other => panic!("no such role: {other}"),
    }
}

/// Whether the outcome is the expected one; of an error, a part of its words is enough.
fn is_as_expected(case: &Case, found: &Json) -> bool {
    match (case.expected.get("error"), found.get("error")) {
        (Some(wanted), Some(words)) => {
            let (wanted, words) = (wanted.as_str(), words.as_str());
            wanted
                .zip(words)
                .is_some_and(|(wanted, words)| words.contains(wanted))
        }
        _ => case.expected == *found,
    }
}

#[tokio::test]
async fn each_role_of_each_script_does_as_its_fixtures_say() {
    let folder = tempfile::tempdir().expect("folder");
    let host = host(folder.path()).await;
    let mut faults = Vec::new();
    let mut cases_run = 0;
    for name in names() {
        let integration = Integration::folder(&name);
        let scripts = Integration::scripts(&name);
        for fixture in files(&integration.join("fixtures"), "json") {
            assert!(scripts.contains(&fixture), "{name}: {fixture} is no script of it");
        }
        for own in scripts {
            let source = std::fs::read_to_string(integration.join(format!("scripts/{own}.rhai")));
            let script = Script::load(
                host.clone(),
                Arc::new(Permit::default()),
                &own,
                &source.expect("a script"),
            );
            let script = script.unwrap_or_else(|error| panic!("{own}: {error}"));
            let file = integration.join(format!("fixtures/{own}.json"));
            let text =
                std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{} is not there", file.display()));
            let cases: Vec<Case> =
                serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            for role in &script.surface().roles {
                assert!(
                    cases.iter().any(|case| case.role == *role),
                    "{own}: no case of its role {role}"
                );
            }
            for case in &cases {
                let found = run(&host, &script, case).await;
                cases_run += 1;
                if !is_as_expected(case, &found) {
                    faults.push(format!("{own}: {}: {found}", case.title));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(cases_run > 30, "{cases_run}");
}
