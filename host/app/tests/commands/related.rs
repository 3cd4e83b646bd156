//! A record with those that belong to it.

use crate::bare::{Bare, bare};
use serde_json::{Value, json};

async fn file(host: &Bare, path: &str, body: Value) {
    let address = host.address(&format!("/v1/records/{path}"));
    let answer = reqwest::Client::new()
        .put(address)
        .json(&body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 202, "{}", answer.text().await.unwrap());
}

async fn included(host: &Bare, path: &str, kinds: &str) -> (u16, Value) {
    let address = host.address(&format!("/v1/records/{path}?include={kinds}"));
    let answer = reqwest::get(address).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn ids(answer: &Value, kind: &str) -> Vec<String> {
    let items = answer["included"][kind].as_array().unwrap();
    items
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_conversation_comes_with_its_contact_contracts_and_tickets() {
    let host = bare("", &[]).await;
    file(&host, "contact/c-1", json!({"company_name": "样例木作"})).await;
    file(&host, "contact/c-2", json!({"company_name": "另一家"})).await;
    file(&host, "conversation/k-1", json!({"contact_id": "c-1"})).await;
    for (id, customer) in [("h-1", "c-1"), ("h-2", "c-2"), ("h-3", "c-1")] {
        file(
            &host,
            &format!("contract/{id}"),
            json!({"subject": "桌椅", "customer": customer}),
        )
        .await;
    }
    file(
        &host,
        "ticket/t-1",
        json!({"subject": "松动", "conversation": "k-1"}),
    )
    .await;
    file(&host, "ticket/t-2", json!({"subject": "划痕", "customer": "c-1"})).await;
    file(&host, "ticket/t-3", json!({"subject": "别家", "customer": "c-2"})).await;
    let (status, answer) = included(&host, "conversation/k-1", "contact,contract,ticket").await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(
        (&answer["id"], &answer["body"]["contact_id"]),
        (&json!("k-1"), &json!("c-1"))
    );
    assert_eq!(ids(&answer, "contact"), ["c-1"]);
    assert_eq!(
        answer["included"]["contact"][0]["body"]["company_name"],
        "样例木作"
    );
    assert_eq!(ids(&answer, "contract"), ["h-3", "h-1"], "the newest first");
    assert_eq!(ids(&answer, "ticket"), ["t-2", "t-1"]);
    // A contact comes with what refers to it; one that is gone or points elsewhere does not.
    file(
        &host,
        "contract/h-1",
        json!({"subject": "桌椅", "customer": "c-2"}),
    )
    .await;
    let gone = host.address("/v1/records/ticket/t-2");
    reqwest::Client::new()
        .delete(gone)
        .send()
        .await
        .unwrap()
        .error_for_status()
        .unwrap();
    let (_, answer) = included(&host, "contact/c-1", "contract,ticket,conversation").await;
    assert_eq!(ids(&answer, "contract"), ["h-3"]);
    assert_eq!(ids(&answer, "ticket"), [""; 0]);
    assert_eq!(ids(&answer, "conversation"), ["k-1"]);
    let (status, slip) = included(&host, "conversation/k-1", "contcat").await;
    assert_eq!(status, 404);
    assert!(
        slip["error"]["hint"].as_str().unwrap().contains("contact"),
        "{slip}"
    );
    let shown = host
        .sunmao
        .run(&[
            "records",
            "show",
            "conversation",
            "k-1",
            "--include",
            "contract",
            "--url",
            &host.url,
        ])
        .await;
    assert!(
        shown.stdout.contains("contract/h-3"),
        "{}{}",
        shown.stdout,
        shown.stderr
    );
}
