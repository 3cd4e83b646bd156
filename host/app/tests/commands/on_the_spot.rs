//! What is asked of the ERP over HTTP and answered at once, under grants of its own; and the document of the API.

use crate::bare::bare;
use crate::serve::send;
use crate::support::{eventually, root};
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A kind of the operator's.
const VISIT: &str = r#"
plural = "showroom-visits"
label = "展厅到访"
description = "A visit to one of our showrooms."
fields = [
  { name = "visitor", label = "来访人", type = "text", required = true, max_length = 50 },
  { name = "visited_on", label = "到访日期", type = "date" },
  { name = "mood", label = "意向", type = "choice", choices = { hot = "强", warm = "一般" } },
  { name = "spent", label = "消费", type = "decimal" },
]
"#;

#[tokio::test]
async fn only_what_is_granted_is_asked_and_every_call_is_in_the_audit_log() {
    let host = bare("[server]\ngrants = [\"customers.list\"]\n", &[]).await;
    let ask = async |operation: &str, arguments: Value| {
        let request = Client::new().post(host.address(&format!("/v1/erp/{operation}")));
        send(request.json(&arguments)).await
    };
    let (status, answer) = ask("customers.list", json!({"page-size": 3})).await;
    assert_eq!(
        (status, &answer["operation"]),
        (200, &json!("customers.list")),
        "{answer}"
    );
    assert!(
        answer["result"]["items"]
            .as_array()
            .is_some_and(|rows| !rows.is_empty()),
        "{answer}"
    );

    for (operation, arguments, status, kind) in [
        ("customers.get", json!({"key": 1}), 403, "not-granted"),
        ("session.login", json!({}), 403, "not-granted"),
        ("customers.lst", json!({}), 404, "not-found"),
        ("customers.list", json!({"colour": "red"}), 400, "invalid"),
        ("customers.list", json!([1]), 400, "invalid"),
    ] {
        let (heard, answer) = ask(operation, arguments).await;
        assert_eq!(
            (heard, &answer["error"]["kind"]),
            (status, &json!(kind)),
            "{operation}: {answer}"
        );
    }
    let rows = |audit: &Value| audit["items"].as_array().is_some_and(|rows| rows.len() >= 2);
    let audit = eventually(&host.address("/v1/audit?actor=http"), rows).await;
    let outcomes: Vec<(&Value, &Value)> = audit["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (&row["operation"], &row["outcome"]))
        .collect();
    assert!(
        outcomes.contains(&(&json!("customers.list"), &json!("read"))),
        "{outcomes:?}"
    );
    assert!(
        outcomes.contains(&(&json!("customers.get"), &json!("denied"))),
        "{outcomes:?}"
    );

    // Grants change while the host runs.
    host.sunmao.replace("sunmao.toml", "[server]\ngrants = []\n");
    crate::support::until("the grant is gone", async || {
        ask("customers.list", json!({})).await.0 == 403
    })
    .await;
}

#[tokio::test]
async fn the_document_that_is_served_is_the_one_that_is_committed() {
    let host = bare("", &[]).await;
    let served = reqwest::get(host.address("/v1/openapi.json")).await.unwrap();
    let committed = std::fs::read_to_string(root().join("docs/http-api.openapi.json")).unwrap();
    assert_eq!(
        served.text().await.unwrap(),
        committed,
        "run `cargo xtask generate`"
    );
    let document: Value = serde_json::from_str(&committed).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    // Clients are generated from it, and name their functions by these.
    let paths = document["paths"].as_object().unwrap().values();
    let operations: Vec<&Value> = paths
        .flat_map(|path| path.as_object().unwrap().values())
        .collect();
    let names: BTreeSet<&str> = operations
        .iter()
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), operations.len(), "{names:?}");
    assert!(names.contains("records.file"), "{names:?}");
}

#[tokio::test]
async fn the_document_says_what_the_records_of_the_operators_kinds_hold() {
    let host = bare("", &[]).await;
    host.sunmao.write("kinds/showroom-visit.toml", VISIT);
    let is_there = |document: &Value| document["components"]["schemas"]["ShowroomVisitBody"].is_object();
    let document = eventually(&host.address("/v1/openapi.json"), is_there).await;
    let schemas = &document["components"]["schemas"];
    let visit = jsonschema::validator_for(&schemas["ShowroomVisitBody"]).unwrap();
    let body = json!({"visitor": "李明", "visited_on": "2026-03-01", "mood": "hot", "spent": "12.50"});
    for (change, is_sound) in [
        (json!({}), true),
        (json!({"spent": 12}), true),
        (json!({"spent": "a lot"}), false),
        (json!({"mood": "cold"}), false),
        (json!({"visitor": 1}), false),
        (json!({"colour": "red"}), false),
    ] {
        let mut body = body.clone();
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        assert_eq!(visit.is_valid(&body), is_sound, "{change}");
        // The host says the same.
        let request = Client::new().put(host.address("/v1/records/showroom-visit/v-1"));
        let (status, answer) = send(request.json(&body)).await;
        assert_eq!(status == 202, is_sound, "{answer}");
    }
    assert!(schemas["ContactBody"]["properties"]["phone"].is_object());
}
