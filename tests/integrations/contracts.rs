//! Contracts come into the hub, each with its customer, and the ERP's word counts.

use crate::stage::Stage;
use serde_json::json;
use sunmao_catalogue::Answer;

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_arrives_with_its_customer_its_state_its_amounts_and_its_lines() {
    let stage = Stage::with(&["contracts"]).await;
    stage.run(&["customer-pull", "contract-pull"]).await;
    assert_eq!(stage.count("contract").await, 8);
    let contract = stage.body("contract", "erp-3").await;
    let Answer::Record(shown) = stage.colleague.calls("contracts.get", &json!({ "ord": 3 })).await else {
        panic!("a record was expected");
    };
    let text = |wire: &str| {
        shown
            .get(wire)
            .and_then(|value| value.to_text())
            .unwrap_or_default()
    };
    for (member, wire) in [
        ("number", "Htid"),
        ("subject", "Title"),
        ("category", "SortName"),
        ("total", "Premoney"),
        ("payable", "Money1"),
        ("paid", "HkMoney1"),
        ("salesperson", "CateName"),
        ("delivery_address", "Intro4"),
    ] {
        assert_eq!(contract[member], text(wire), "{member}: {contract}");
    }
    let customer = stage.body("contact", "erp-3").await;
    assert_eq!(contract["customer"], "erp-3");
    assert_eq!(contract["customer_name"], customer["company_name"]);
    // Every fourth waits for its approval in the simulated ERP, and this one has not been paid.
    assert_eq!(contract["approval"], "approved");
    assert_eq!(contract["open"], contract["payable"]);
    assert_eq!(
        contract["signed_on"].as_str().map(str::len),
        Some(10),
        "{contract}"
    );
    let line = &contract["lines"][0];
    assert_eq!(line["product_number"], "CP000003", "{contract}");
    assert_eq!(
        (&line["quantity"], &line["unit_price"]),
        (&json!("31"), &json!("940.27"))
    );
    assert_eq!(
        (&line["discount"], &line["tax_rate"]),
        (&json!("0.95"), &json!("13.00"))
    );
    assert_eq!(line["amount"], contract["payable"]);
    assert_eq!(stage.body("contract", "erp-1").await["approval"], "waiting");
    stage.has_no_dead().await;
    stage
        .has_nothing_left_to_do(&["customer-pull", "contract-pull"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_waits_until_its_customer_is_there() {
    let stage = Stage::with(&["contracts"]).await;
    stage.runs("contract-pull").await;
    assert_eq!(stage.count("contract").await, 0);
    let waiting = stage.waiting("contract-pull").await;
    assert_eq!(waiting.len(), 8, "{waiting:?}");
    assert!(
        waiting.iter().all(|why| why.contains("has no link customer yet")),
        "{waiting:?}"
    );
    stage.runs("customer-pull").await;
    for key in 1..=8 {
        stage
            .until_record("contract", &format!("erp-{key}"), |_| true)
            .await;
    }
    stage.settles().await;
    assert!(stage.waiting("contract-pull").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_both_sides_changed_a_contract_the_erp_is_right_and_the_hubs_own_stays() {
    let stage = Stage::with(&["contracts"]).await;
    let flows = ["customer-pull", "contract-pull"];
    stage.run(&flows).await;
    stage
        .changes(
            "contract",
            "erp-1",
            json!({ "approval": "rejected", "notes": "call before shipping" }),
        )
        .await;
    let approval = json!({ "ord": 1, "@__sp_result": 1, "@__sp_money": 1 });
    stage.colleague.calls("contracts.approve", &approval).await;
    stage.run(&flows).await;
    let contract = stage.body("contract", "erp-1").await;
    assert_eq!(contract["approval"], "approved", "{contract}");
    assert_eq!(contract["notes"], "call before shipping");
    // The hub's own is still there when nothing has changed, and when something else has.
    stage.has_nothing_left_to_do(&flows).await;
    assert_eq!(
        stage.body("contract", "erp-1").await["notes"],
        "call before shipping"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erp_that_fails_now_and_then_costs_time_and_no_contract() {
    let stage = Stage::with(&["contracts"]).await;
    stage
        .faults(&json!({ "server-error": 0.15, "html": 0.1, "expired-session": 0.05 }))
        .await;
    stage.run(&["customer-pull", "contract-pull"]).await;
    for key in 1..=8 {
        stage
            .until_record("contract", &format!("erp-{key}"), |_| true)
            .await;
    }
    stage.faults(&json!({})).await;
    stage.settles().await;
    stage.has_no_dead().await;
    assert_eq!(
        stage.body("contract", "erp-3").await["lines"][0]["quantity"],
        "31"
    );
}
