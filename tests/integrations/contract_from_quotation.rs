//! An accepted quotation becomes one contract of the ERP.

use crate::stage::Stage;
use crate::support::contact;
use serde_json::{Value as Json, json};
use sunmao_catalogue::Answer;

fn quotation(status: &str, company: &str) -> Json {
    json!({
        "number": "BJ2026-001", "subject": "餐桌十套", "customer": "c-00001", "customer_name": company,
        "quoted_on": "2026-03-01", "valid_until": "2026-03-15", "status": status, "salesperson": "赵静怡", "payment_terms": "预付三成",
        "lines": [
            { "product_number": "CP000003", "description": "铝合金型材", "unit": "个", "quantity": 10, "unit_price": "113.00",
              "discount": "0.9", "tax_rate": 13 },
            { "product_number": "CP000004", "description": "控制面板", "unit": "台", "quantity": "2.5", "unit_price": "39.99",
              "tax_rate": 6 },
        ],
    })
}

/// A customer that the hub knows, as the ERP calls it.
async fn customer(stage: &Stage) -> String {
    stage.files("contact", "c-00001", &without_id(contact(1))).await;
    stage.outcome("customer-push", "contact", "c-00001").await;
    let record = stage.get("/v1/records/contact/c-00001").await;
    let key = record["links"][0]["erp_key"].as_i64().expect("a link");
    let [name] = stage.colleague.sees("customers.get", key, ["name"]).await;
    name
}

fn without_id(mut contact: Json) -> Json {
    contact.as_object_mut().expect("members").remove("id");
    contact
}

/// The contracts of the ERP that this test made.
async fn contracts(stage: &Stage) -> Vec<Json> {
    let answer = stage
        .colleague
        .calls("contracts.list", &json!({ "htbh": "HT-BJ2026-001" }))
        .await;
    let Answer::Table(table) = answer else {
        panic!("a list was expected")
    };
    let key = table.column("ord").expect("a key");
    table
        .rows
        .iter()
        .map(|row| serde_json::to_value(&row[key]).expect("JSON"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_accepted_quotation_becomes_a_contract_and_only_one() {
    let stage = Stage::with(&["contract-from-quotation"]).await;
    let company = customer(&stage).await;
    for status in ["rejected", "expired"] {
        stage
            .files("quotation", status, &quotation(status, &company))
            .await;
        let outcome = stage.outcome("contract-create", "quotation", status).await;
        assert_eq!(outcome, format!("skipped: it is {status}, not accepted"));
    }
    for status in ["draft", "sent"] {
        stage
            .files("quotation", "q-1", &quotation(status, &company))
            .await;
        let outcome = stage.outcome("contract-create", "quotation", "q-1").await;
        assert_eq!(outcome, format!("skipped: it is {status}, not accepted"));
    }
    assert!(contracts(&stage).await.is_empty());
    stage
        .files("quotation", "q-1", &quotation("accepted", &company))
        .await;
    let outcome = stage.outcome("contract-create", "quotation", "q-1").await;
    assert!(outcome.starts_with("linked: HT-BJ2026-001"), "{outcome}");
    let made = contracts(&stage).await;
    assert_eq!(made.len(), 1);
    let key = made[0]
        .as_i64()
        .or_else(|| made[0].as_str()?.parse().ok())
        .expect("a key");
    let Answer::Record(contract) = stage
        .colleague
        .calls("contracts.get", &json!({ "ord": key }))
        .await
    else {
        panic!("a record was expected");
    };
    let text = |wire: &str| {
        contract
            .get(wire)
            .and_then(|value| value.to_text())
            .unwrap_or_default()
    };
    assert_eq!(text("Title"), "餐桌十套");
    assert_eq!(text("Intro3"), "预付三成");
    // 10 × 113.00 × 0.9 and 2.5 × 39.99, taxes within.
    assert_eq!(text("Premoney"), "1116.98");
    // The hub says something of it that the contract does not hold.
    let mut accepted = quotation("accepted", &company);
    accepted["updated_at"] = json!("2026-04-01T08:00:00Z");
    stage.files("quotation", "q-1", &accepted).await;
    let outcome = stage.outcome("contract-create", "quotation", "q-1").await;
    assert!(outcome.starts_with("unchanged: HT-BJ2026-001"), "{outcome}");
    assert_eq!(contracts(&stage).await, made);
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_a_quotation_behind_its_contract_waits_for_a_person() {
    let stage = Stage::with(&["contract-from-quotation"]).await;
    let company = customer(&stage).await;
    stage
        .files("quotation", "q-1", &quotation("accepted", &company))
        .await;
    stage.outcome("contract-create", "quotation", "q-1").await;
    stage
        .changes("quotation", "q-1", json!({ "subject": "餐桌十一套" }))
        .await;
    let words = stage.dead("contract-create").await;
    assert!(words.contains("contracts.create only makes records"), "{words}");
    assert_eq!(contracts(&stage).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_whose_answer_was_lost_is_found_by_its_number_and_not_made_again() {
    let stage = Stage::with(&["contract-from-quotation"]).await;
    let company = customer(&stage).await;
    stage.faults(&json!({ "dropped-after": 0.4 })).await;
    stage
        .files("quotation", "q-1", &quotation("accepted", &company))
        .await;
    stage
        .installation
        .until("the contract is linked", async |_| {
            let record = stage.get("/v1/records/quotation/q-1").await;
            record["links"][0]["erp_key"].as_i64()
        })
        .await;
    stage.faults(&json!({})).await;
    assert_eq!(contracts(&stage).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quotation_for_a_name_that_the_erp_does_not_know_is_refused_in_its_words() {
    let stage = Stage::with(&["contract-from-quotation"]).await;
    customer(&stage).await;
    stage
        .files("quotation", "q-1", &quotation("accepted", "没有这家公司"))
        .await;
    let words = stage.dead("contract-create").await;
    assert!(words.contains("关联客户不存在，不能保存！"), "{words}");
    let nameless = quotation("accepted", "");
    stage.files("quotation", "q-1", &nameless).await;
    stage
        .installation
        .until("the script says what is missing", async |_| {
            let record = stage.get("/v1/records/quotation/q-1").await;
            let letter = record["deliveries"][0]["letter"]["message"].as_str()?.to_owned();
            letter.contains("customer_name").then_some(())
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quotation_waits_until_its_customer_is_in_the_erp() {
    let stage = Stage::with(&["contract-from-quotation"]).await;
    let company = contact(1)["company_name"].as_str().expect("a name").to_owned();
    stage
        .files("quotation", "q-1", &quotation("accepted", &company))
        .await;
    stage.settles().await;
    let waiting = stage.waiting("contract-create").await;
    assert_eq!(waiting, ["contact/c-00001 has no link customer yet"]);
    assert_eq!(customer(&stage).await, company);
    let outcome = stage.outcome("contract-create", "quotation", "q-1").await;
    assert!(outcome.starts_with("linked: HT-BJ2026-001"), "{outcome}");
}
