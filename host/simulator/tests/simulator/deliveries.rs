//! Deliveries of several products, of several ages and in several parts.

use crate::common::{Caller, rows, small};
use crate::contract_life::{contract, customer, decide, line, product, save, shown};
use crate::fulfilment::{issue, waiting};
use crate::stock::{confirm, receipt, stock};
use serde_json::json;

/// A confirmed receipt.
async fn stocked(caller: &Caller, number: &str, code: &str, quantity: &str, cost: &str) {
    let ord = receipt(caller, number, code, quantity, cost, 1).await;
    let confirmation = json!({"ord": ord, "ck": 1});
    assert_eq!(
        confirm(caller, "stock-receipts.confirm", confirmation).await,
        "操作成功！"
    );
}

#[tokio::test]
async fn a_shipment_has_lines_of_its_own() {
    let caller = small().await;
    let customer = customer(&caller, "甲有限公司").await;
    for code in ["P-1", "P-2"] {
        let product = product(&caller, code, "10").await;
        stocked(&caller, &format!("RK-{code}"), code, "5", "1").await;
        line(&caller, customer, product, "5").await;
    }
    let ord = save(&caller, contract(customer, "HT-1")).await;
    decide(&caller, ord, 1).await;
    let all = json!({"ord": waiting(&caller).await[0], "Complete1": 3, "Date5": "2026-03-04"});
    assert_eq!(confirm(&caller, "stock-issues.confirm", all).await, "操作成功！");
    let lines = rows(&caller.call("shipment-lines.list", json!({"ord": 31})).await);
    let titles: Vec<&str> = lines.iter().map(|line| line["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["产品P-2", "产品P-1"]);
}

#[tokio::test]
async fn what_came_first_leaves_first_and_at_its_own_cost() {
    let caller = small().await;
    let customer = customer(&caller, "甲有限公司").await;
    let product = product(&caller, "P-1", "10").await;
    stocked(&caller, "RK-A", "P-1", "10", "4").await;
    stocked(&caller, "RK-B", "P-1", "10", "4.65").await;
    line(&caller, customer, product, "16").await;
    let ord = save(&caller, contract(customer, "HT-1")).await;
    decide(&caller, ord, 1).await;
    assert_eq!(
        issue(&caller, waiting(&caller).await[0], "16").await,
        "操作成功！"
    );
    let data = shown(&caller, ord).await;
    assert_eq!(
        (&data["ProductCostMoney"], &data["MLMoney"]),
        (&json!("67.90"), &json!("92.10"))
    );
    assert_eq!(
        stock(&caller, "P-1").await,
        [("1号库".to_owned(), "4".to_owned())]
    );
    let left = rows(
        &caller
            .call("stock-levels.list", json!({"searchKey": "批RK-B"}))
            .await,
    );
    assert_eq!(left[0]["money1"], "18.60");
}

#[tokio::test]
async fn the_last_part_costs_what_the_others_have_left() {
    let caller = small().await;
    let customer = customer(&caller, "甲有限公司").await;
    let product = product(&caller, "P-1", "33.34").await;
    stocked(&caller, "RK-A", "P-1", "3", "4").await;
    line(&caller, customer, product, "3").await;
    let mut wanted = contract(customer, "HT-1");
    wanted["yhvalue"] = json!("0.02");
    wanted["fqhk"] = json!(3);
    let ord = save(&caller, wanted).await;
    decide(&caller, ord, 1).await;
    for received in ["33.33", "66.66", "100.00"] {
        assert_eq!(issue(&caller, waiting(&caller).await[0], "1").await, "操作成功！");
        assert_eq!(shown(&caller, ord).await["HkMoney1"], received);
    }
}
