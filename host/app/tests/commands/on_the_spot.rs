//! What is asked of the ERP over HTTP and answered at once, under grants of its own; and the document of the API.

use crate::bare::bare;
use crate::serve::send;
use crate::support::{eventually, root};
use reqwest::Client;
use serde_json::{Value, json};

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
}
