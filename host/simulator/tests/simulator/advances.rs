//! Cash advances: paid out, set off by claims, repaid.

use crate::common::{Caller, small, total};
use serde_json::json;

/// An advance over this amount that was paid out of account 1.
async fn paid_out(caller: &Caller, amount: &str) -> i64 {
    let advance = caller.bill("cash-advances", amount, json!({})).await;
    caller.approve("cash-advances", advance).await;
    caller
        .done("cash-advances.pay-out", json!({"ord": advance, "bank": 1}))
        .await;
    advance
}

#[tokio::test]
async fn an_advance_is_owed_once_it_was_paid_out() {
    let caller = small().await;
    caller
        .refused("cash-advances.save", json!({"money1": "0"}), "金额必须大于0")
        .await;
    let advance = caller.bill("cash-advances", "500", json!({})).await;
    let pay = json!({"ord": advance, "bank": 1});
    caller
        .refused("cash-advances.pay-out", pay.clone(), "尚未审批通过")
        .await;
    caller.approve("cash-advances", advance).await;
    caller
        .has("cash-advances", advance, &[("leftmoney", "0.00")])
        .await;
    caller
        .refused(
            "cash-advances.repay",
            json!({"ord": advance, "money1": 1}),
            "尚未出账",
        )
        .await;
    let repayment = json!({"borrow": advance, "money1": 1});
    caller
        .refused("cash-advance-repayments.save", repayment, "尚未出账")
        .await;
    let claim = json!({"borrow": advance, "money1": 1});
    caller.refused("expense-claims.save", claim, "尚未出账").await;
    caller.done("cash-advances.pay-out", pay.clone()).await;
    caller.refused("cash-advances.pay-out", pay, "不能重复办理").await;
    caller
        .has(
            "cash-advances",
            advance,
            &[("leftmoney", "500.00"), ("czzt", "1")],
        )
        .await;
    caller.has("bank-accounts", 1, &[("money1", "99500.00")]).await;
    let offered = caller
        .call("cash-advance-repayments.list-cash-advances", json!({}))
        .await;
    assert_eq!(total(&offered), 1, "only what is owed can be repaid");
}

#[tokio::test]
async fn a_claim_is_set_off_first_and_the_rest_is_paid() {
    let caller = small().await;
    let advance = paid_out(&caller, "500").await;
    for (amount, set_off, paid, left) in [
        ("300", "300.00", "0.00", "200.00"),
        ("450", "200.00", "250.00", "0.00"),
    ] {
        let claim = caller
            .bill("expense-claims", amount, json!({"borrow": advance}))
            .await;
        caller.approve("expense-claims", claim).await;
        caller
            .done("expense-claims.pay-out", json!({"ord": claim, "bank": 2}))
            .await;
        caller
            .has(
                "expense-claims",
                claim,
                &[("cxmoney", set_off), ("czmoney", paid)],
            )
            .await;
        caller.has("cash-advances", advance, &[("leftmoney", left)]).await;
    }
    caller
        .has("cash-advances", advance, &[("cxmoney", "500.00")])
        .await;
    caller.has("bank-accounts", 2, &[("money1", "99750.00")]).await;
}

#[tokio::test]
async fn nobody_repays_more_than_is_owed() {
    let caller = small().await;
    let advance = paid_out(&caller, "500").await;
    let repay = |amount: &str| json!({"borrow": advance, "money1": amount});
    caller
        .refused("cash-advance-repayments.save", repay("500.01"), "超过未还金额")
        .await;
    caller
        .refused(
            "cash-advances.repay",
            json!({"ord": advance, "money1": "-1"}),
            "必须大于0",
        )
        .await;
    let first = caller.done("cash-advance-repayments.save", repay("400")).await;
    caller
        .refused(
            "cash-advances.repay",
            json!({"ord": advance, "money1": "101"}),
            "超过未还金额",
        )
        .await;
    caller
        .done("cash-advances.repay", json!({"ord": advance, "title": "余款"}))
        .await;
    let changes = caller.simulator.ledger().pop().unwrap().changes;
    let second = changes
        .iter()
        .find(|change| change.object == "cash-advance-repayments")
        .unwrap();
    caller
        .has(
            "cash-advance-repayments",
            second.ord,
            &[("money1", "100.00"), ("title", "余款"), ("bh", "FYFH000032")],
        )
        .await;
    // One that was rejected frees its amount.
    let reject = json!({"ord": second.ord, "@__sp_result": 2});
    caller.done("cash-advance-repayments.approve", reject).await;
    let third = caller.done("cash-advance-repayments.save", repay("50")).await;

    let pay_in = |ord: i64| json!({"ord": ord, "bank": 3});
    caller
        .refused("cash-advance-repayments.pay-in", pay_in(first), "尚未审批通过")
        .await;
    caller.approve("cash-advance-repayments", first).await;
    caller.done("cash-advance-repayments.pay-in", pay_in(first)).await;
    caller
        .refused("cash-advance-repayments.pay-in", pay_in(first), "不能重复办理")
        .await;
    caller
        .has(
            "cash-advances",
            advance,
            &[("leftmoney", "100.00"), ("fhmoney", "400.00")],
        )
        .await;
    caller.has("bank-accounts", 3, &[("money1", "100400.00")]).await;

    // A claim that was paid in the meantime leaves nothing to repay.
    let claim = caller
        .bill("expense-claims", "100", json!({"borrow": advance}))
        .await;
    caller.approve("expense-claims", claim).await;
    caller.done("expense-claims.pay-out", json!({"ord": claim})).await;
    caller.approve("cash-advance-repayments", third).await;
    caller
        .refused("cash-advance-repayments.pay-in", pay_in(third), "超过未还金额")
        .await;
}
