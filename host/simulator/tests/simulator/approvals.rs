//! Approval: bills wait, are decided once, and stay as they were approved.

use crate::common::{field, small, total};
use serde_json::json;

#[tokio::test]
async fn a_verdict_decides_once_and_shows_with_its_label() {
    let caller = small().await;
    let orders = caller.call("purchase-orders.list", json!({"stype": 1})).await;
    assert_eq!(total(&orders), 10, "every third generated order waits");
    let decide = |ord: i64, result: i64| json!({"ord": ord, "@__sp_money": "700.5", "@__sp_result": result, "@__sp_intro": "按合同"});
    let words = "审批结果不正确，操作失败！";
    caller
        .refused("purchase-orders.approve", decide(1, 7), words)
        .await;
    let mut negative = decide(1, 1);
    negative["@__sp_money"] = json!("-1");
    caller
        .refused("purchase-orders.approve", negative, "审批金额不能小于0")
        .await;
    caller.done("purchase-orders.approve", decide(1, 1)).await;
    let words = "单据已审批，不能重复审批！";
    caller
        .refused("purchase-orders.approve", decide(1, 2), words)
        .await;
    caller
        .refused("purchase-orders.approve", decide(2, 1), words)
        .await;
    caller.done("purchase-orders.approve", decide(4, 2)).await;
    let shown = caller.call("purchase-orders.get", json!({"ord": 1})).await;
    assert_eq!(field(&shown, "spzt")["text"], "审批通过");
    assert_eq!(field(&shown, "spmoney")["value"], "700.50");
    assert_eq!(field(&shown, "spyj")["value"], "按合同");
    let rejected = caller
        .first("purchase-orders.list", json!({"stype": 3, "ord": 4}))
        .await;
    assert_eq!((rejected.0["spzt"].as_str(), rejected.1), (Some("审批未通过"), 1));
    assert_eq!(rejected.0["spmoney"], "", "nothing is approved by a rejection");
    let waiting = caller.call("purchase-orders.list", json!({"remind": 16})).await;
    assert_eq!(total(&waiting), 8);
}

#[tokio::test]
async fn a_next_approver_decides_next() {
    let caller = small().await;
    let first = json!({"ord": 1, "@__sp_money": 1, "@__sp_result": 1, "@bill.approve.list": "7"});
    caller.done("purchase-orders.approve", first).await;
    caller.has("purchase-orders", 1, &[("spzt", "5")]).await;
    let waiting = caller.call("purchase-orders.list", json!({"stype": 1})).await;
    assert_eq!(total(&waiting), 10);
    let last = json!({"ord": 1, "@__sp_money": 1, "@__sp_result": 1});
    caller.done("purchase-orders.approve", last).await;
    caller
        .has("purchase-orders", 1, &[("spzt", "1"), ("spmoney", "1.00")])
        .await;
}

#[tokio::test]
async fn several_bills_are_decided_together_or_not_at_all() {
    let caller = small().await;
    let decide = |ords: &str| json!({"ord": ords, "@__sp_money": 1, "@__sp_result": 1});
    let words = "不能重复审批";
    caller
        .refused("purchase-orders.approve", decide("1,2"), words)
        .await;
    caller.has("purchase-orders", 1, &[("spzt", "4")]).await;
    caller.done("purchase-orders.approve", decide("1,4,1")).await;
    caller.has("purchase-orders", 4, &[("spzt", "1")]).await;
    assert_eq!(caller.simulator.ledger().pop().unwrap().changes.len(), 2);
}

#[tokio::test]
async fn a_request_is_submitted_before_it_is_approved_and_again_after_a_rejection() {
    let caller = small().await;
    let request = caller.bill("expense-requests", "300", json!({})).await;
    let own = json!({"ord": request});
    let approve = json!({"ord": request, "@__sp_result": 1});
    let words = "单据尚未提交审批";
    caller
        .refused("expense-requests.approve", approve.clone(), words)
        .await;
    caller.done("expense-requests.submit", own.clone()).await;
    let words = "单据已提交审批，不能重复提交！";
    caller
        .refused("expense-requests.submit", own.clone(), words)
        .await;
    let sent_back = json!({"ord": request, "@__sp_result": 3});
    caller.done("expense-requests.approve", sent_back).await;
    caller.has("expense-requests", request, &[("spzt", "2")]).await;
    caller.done("expense-requests.submit", own).await;
    caller.done("expense-requests.approve", approve).await;
    caller
        .has(
            "expense-requests",
            request,
            &[("spzt", "1"), ("spmoney", "300.00")],
        )
        .await;
}

#[tokio::test]
async fn what_was_approved_is_not_changed_and_what_was_rejected_waits_again() {
    let caller = small().await;
    for object in ["expense-claims", "cash-advances", "cash-advance-repayments"] {
        let save = format!("{object}.save");
        let bill = caller.bill(object, "50", json!({})).await;
        caller
            .done(
                &format!("{object}.approve"),
                json!({"ord": bill, "@__sp_result": 2}),
            )
            .await;
        caller.has(object, bill, &[("spzt", "0")]).await;
        caller.done(&save, json!({"ord": bill, "money1": "40"})).await;
        caller.has(object, bill, &[("spzt", "4")]).await;
        // An approval whose screen nobody publishes agrees where it says nothing.
        caller
            .done(&format!("{object}.approve"), json!({"ord": bill}))
            .await;
        let words = "单据已审批，不能修改，不能保存！";
        caller
            .refused(&save, json!({"ord": bill, "money1": "90"}), words)
            .await;
        caller
            .has(object, bill, &[("money1", "40"), ("spmoney", "40.00")])
            .await;
    }
}
