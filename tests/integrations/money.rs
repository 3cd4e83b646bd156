//! Collections, invoices and payments come into the hub, each with its contract, and what is open of a contract adds up.

use crate::stage::Stage;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

const FLOWS: [&str; 5] = [
    "customer-pull",
    "contract-pull",
    "collection-pull",
    "invoice-pull",
    "payment-pull",
];

fn number(value: &Json) -> Decimal {
    match value {
        Json::String(text) => text.parse().expect("a number"),
        Json::Null => Decimal::ZERO,
        other => other.to_string().parse().expect("a number"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn money_arrives_with_its_contract() {
    let stage = Stage::with(&["money"]).await;
    stage.run(&FLOWS).await;
    let counts = [
        stage.count("collection").await,
        stage.count("invoice").await,
        stage.count("payment").await,
    ];
    assert_eq!(counts, [8, 8, 8]);
    let [due, received, state] = stage
        .colleague
        .sees("collections.get", 8, ["money1", "money2", "hkzt"])
        .await;
    let collection = stage.body("collection", "erp-8").await;
    assert_eq!(
        (&collection["amount"], &collection["received"]),
        (&json!(due), &json!(received))
    );
    assert_eq!(
        (&collection["contract"], &collection["customer"]),
        (&json!("erp-8"), &json!("erp-8"))
    );
    assert_eq!(state, "1", "the simulated ERP has it as paid");
    assert_eq!(collection["status"], "collected", "{collection}");
    let [amount, tax, number_of] = stage
        .colleague
        .sees("sales-invoices.get", 3, ["money1", "taxvalue", "pjdh"])
        .await;
    let invoice = stage.body("invoice", "erp-3").await;
    assert_eq!(
        (&invoice["amount"], &invoice["tax_amount"]),
        (&json!(amount), &json!(tax))
    );
    assert_eq!(
        (&invoice["number"], &invoice["contract"]),
        (&json!(number_of), &json!("erp-3"))
    );
    assert_eq!(invoice["status"], "issued");
    let [paid] = stage.colleague.sees("payments.get", 3, ["money1"]).await;
    assert_eq!(stage.body("payment", "erp-3").await["amount"], json!(paid));
    stage.has_no_dead().await;
    stage.has_nothing_left_to_do(&FLOWS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_of_each_contract_is_what_its_collections_leave_open() {
    let stage = Stage::with(&["money"]).await;
    stage.run(&FLOWS).await;
    let collections = stage.get("/v1/records/collection?limit=100").await;
    let collections = collections["items"].as_array().expect("items");
    let contracts = stage.get("/v1/records/contract?limit=100").await;
    let contracts = contracts["items"].as_array().expect("items");
    let mut compared = 0;
    for contract in contracts {
        let own = collections.iter().map(|collection| &collection["body"]);
        let own = own.filter(|collection| collection["contract"] == contract["id"]);
        let received: Decimal = own
            .clone()
            .map(|collection| number(&collection["received"]))
            .sum();
        let body = &contract["body"];
        assert_eq!(
            number(&body["open"]),
            number(&body["payable"]) - number(&body["paid"]),
            "{contract}"
        );
        if own.count() > 0 {
            assert_eq!(number(&body["paid"]), received, "{contract}");
            compared += 1;
        }
    }
    assert!(compared > 2, "{compared} contracts have a collection");
}

#[tokio::test(flavor = "multi_thread")]
async fn money_waits_until_its_contract_is_there() {
    let stage = Stage::with(&["money"]).await;
    stage.run(&["customer-pull", "collection-pull"]).await;
    let waiting = stage.waiting("collection-pull").await;
    assert!(!waiting.is_empty());
    let says = |why: &String| why.contains("has no link contract yet");
    assert!(waiting.iter().all(says), "{waiting:?}");
    stage.runs("contract-pull").await;
    for key in 1..=8 {
        stage
            .until_record("collection", &format!("erp-{key}"), |_| true)
            .await;
    }
    stage.settles().await;
    assert!(stage.waiting("collection-pull").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_hub_changed_what_the_books_say_only_notes_stay() {
    let stage = Stage::with(&["money"]).await;
    stage.run(&FLOWS).await;
    let hub = json!({ "notes": "asked twice", "received": "1.00", "payer": "王二" });
    stage.changes("collection", "erp-3", hub).await;
    stage.has_nothing_left_to_do(&FLOWS).await;
    // The books go on, and what they say of the same is right.
    let booked = json!({ "ord": 3, "money2": "50.00" });
    stage.books().enter("collections", &booked).await;
    stage.run(&FLOWS).await;
    let collection = stage.body("collection", "erp-3").await;
    let said = ["notes", "payer", "received"].map(|member| collection[member].clone());
    assert_eq!(
        said,
        [json!("asked twice"), json!("王二"), json!("50.00")],
        "{collection}"
    );
    assert_eq!(
        number(&stage.body("contract", "erp-3").await["paid"]),
        number(&json!("50.00"))
    );
    assert_eq!(stage.writes().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erp_that_fails_now_and_then_costs_time_and_no_money() {
    let stage = Stage::with(&["money"]).await;
    stage
        .faults(&json!({ "server-error": 0.15, "dropped-before": 0.1 }))
        .await;
    stage.run(&FLOWS).await;
    stage.faults(&json!({})).await;
    for key in 1..=8 {
        stage
            .until_record("collection", &format!("erp-{key}"), |_| true)
            .await;
        stage
            .until_record("invoice", &format!("erp-{key}"), |_| true)
            .await;
    }
    stage.has_no_dead().await;
}
