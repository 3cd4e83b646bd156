//! Expenses: requests, what is used of them, claims, and the accounts that pay.

use crate::common::{Caller, field, small};
use serde_json::json;

/// A request over this amount that is approved.
async fn approved(caller: &Caller, amount: &str) -> i64 {
    let request = caller.bill("expense-requests", amount, json!({})).await;
    caller
        .done("expense-requests.submit", json!({"ord": request}))
        .await;
    caller.approve("expense-requests", request).await;
    request
}

#[tokio::test]
async fn a_bill_is_the_sum_of_its_lines() {
    let caller = small().await;
    for (object, lines) in [
        ("expense-requests", "expense-request-lines"),
        ("expense-usages", "expense-usage-lines"),
        ("expense-claims", "expense-claim-lines"),
    ] {
        let given = json!([{"title": "车票", "money1": "480.00"}, {"title": "住宿", "money1": "1,200.50"}]);
        let bill = caller.bill(object, "1", json!({"mxlist": given})).await;
        caller.has(object, bill, &[("money1", "1680.50")]).await;
        let list = format!("{lines}.list");
        let (row, count) = caller.first(&list, json!({"billord": bill})).await;
        assert_eq!((row["title"].as_str(), count), (Some("住宿"), 2), "{object}");
        let shown = caller.call(&format!("{object}.get"), json!({"ord": bill})).await;
        let shown = &field(&shown, "mxlist")["source"]["table"]["rows"];
        assert_eq!(shown.as_array().unwrap().len(), 2, "{object}");
        // Saving other lines puts them in the place of the first ones; saving none keeps them.
        let save = format!("{object}.save");
        let fewer = json!({"ord": bill, "mxlist": [{"title": "车票", "money1": "10"}]});
        caller.done(&save, fewer).await;
        caller.done(&save, json!({"ord": bill, "money1": "99"})).await;
        caller.has(object, bill, &[("money1", "10.00")]).await;
        assert_eq!(caller.first(&list, json!({"billord": bill})).await.1, 1);
        let nothing =
            json!({"mxlist": [{"title": "车票", "money1": "10"}, {"title": "赠品", "money1": "0"}]});
        caller
            .refused(&save, nothing, "费用明细第2行：金额必须大于0")
            .await;
        caller
            .refused(&save, json!({"money1": "-1"}), "金额必须大于0")
            .await;
    }
}

#[tokio::test]
async fn corrected_lines_correct_their_bill_until_it_is_approved() {
    let caller = small().await;
    let lines = json!([{"title": "讲师", "money1": "2000"}, {"title": "场地", "money1": "800"}]);
    let request = caller
        .bill("expense-requests", "1", json!({"mxlist": lines}))
        .await;
    let (last, _) = caller
        .first("expense-request-lines.list", json!({"billord": request}))
        .await;
    let line = last["ord"].as_i64().unwrap();
    let update = |amount: &str| json!({"ord": line, "money1": amount});
    caller
        .refused("expense-request-lines.update", update("0"), "金额必须大于0")
        .await;
    caller.done("expense-request-lines.update", update("900")).await;
    caller
        .has("expense-requests", request, &[("money1", "2900.00")])
        .await;
    caller
        .done("expense-requests.submit", json!({"ord": request}))
        .await;
    caller.approve("expense-requests", request).await;
    let words = "单据已审批";
    caller
        .refused("expense-request-lines.update", update("1"), words)
        .await;
    let delete = json!({"id": line.to_string()});
    caller
        .refused("expense-request-lines.delete", delete, words)
        .await;

    let request = caller
        .bill(
            "expense-requests",
            "1",
            json!({"mxlist": [{"money1": "5"}, {"money1": "6"}]}),
        )
        .await;
    let (last, _) = caller
        .first("expense-request-lines.list", json!({"billord": request}))
        .await;
    caller
        .done(
            "expense-request-lines.delete",
            json!({"id": last["ord"].to_string()}),
        )
        .await;
    caller
        .has("expense-requests", request, &[("money1", "5.00")])
        .await;
}

#[tokio::test]
async fn a_request_is_used_within_what_was_approved() {
    let caller = small().await;
    let usage = |request: i64, amount: &str| json!({"apply": request, "money1": amount});
    let open = caller.bill("expense-requests", "100", json!({})).await;
    caller
        .refused("expense-usages.save", usage(open, "1"), "尚未审批通过")
        .await;
    caller
        .refused("expense-usages.save", usage(99, "1"), "费用申请不存在")
        .await;
    let request = approved(&caller, "100").await;
    caller
        .has("expense-requests", request, &[("leftmoney", "100.00")])
        .await;
    let first = caller.done("expense-usages.save", usage(request, "60")).await;
    let words = "超过费用申请的剩余金额";
    caller
        .refused("expense-usages.save", usage(request, "40.01"), words)
        .await;
    caller
        .done("expense-usages.save", json!({"ord": first, "money1": "70"}))
        .await;
    caller
        .has(
            "expense-requests",
            request,
            &[("usedmoney", "70.00"), ("leftmoney", "30.00")],
        )
        .await;
    let other = approved(&caller, "500").await;
    let moved = json!({"ord": first, "apply": other});
    caller.refused("expense-usages.save", moved, "不能更换").await;
    caller.done("expense-usages.save", usage(request, "30")).await;
    let offered = caller
        .call("expense-usages.list-requests", json!({"ord": request}))
        .await;
    assert_eq!(crate::common::total(&offered), 0, "nothing is left to choose");
    let all = caller
        .call("expense-requests.list", json!({"ord": request}))
        .await;
    assert_eq!(crate::common::total(&all), 1);
}

#[tokio::test]
async fn a_usages_lines_stay_within_the_request_too() {
    let caller = small().await;
    let request = approved(&caller, "100").await;
    let usage = json!({"apply": request, "mxlist": [{"money1": "60"}, {"money1": "30"}]});
    let usage = caller.done("expense-usages.save", usage).await;
    let (line, _) = caller
        .first("expense-usage-lines.list", json!({"billord": usage}))
        .await;
    let update = |amount: &str| json!({"ord": line["ord"], "money1": amount});
    caller
        .refused("expense-usage-lines.update", update("41"), "剩余金额")
        .await;
    caller.done("expense-usage-lines.update", update("40")).await;
    caller
        .has("expense-requests", request, &[("leftmoney", "0.00")])
        .await;
    let delete = json!({"id": line["ord"].to_string()});
    caller.done("expense-usage-lines.delete", delete.clone()).await;
    caller
        .has("expense-requests", request, &[("leftmoney", "40.00")])
        .await;
    caller
        .bill("expense-claims", "60", json!({"employ": usage}))
        .await;
    let (line, _) = caller
        .first("expense-usage-lines.list", json!({"billord": usage}))
        .await;
    let delete = json!({"id": line["ord"].to_string()});
    caller
        .refused("expense-usage-lines.delete", delete, "费用使用已报销")
        .await;
    caller
        .refused(
            "expense-usages.save",
            json!({"ord": usage, "title": "改"}),
            "费用使用已报销",
        )
        .await;
}

#[tokio::test]
async fn a_claim_stays_within_the_usage_unless_it_is_rejected() {
    let caller = small().await;
    let usage = caller.bill("expense-usages", "100", json!({})).await;
    let claim = |amount: &str| json!({"employ": usage, "money1": amount});
    caller
        .refused(
            "expense-claims.save",
            json!({"employ": 99, "money1": "1"}),
            "费用使用不存在",
        )
        .await;
    caller
        .refused("expense-claims.save", claim("100.01"), "超过费用使用金额")
        .await;
    let first = caller.done("expense-claims.save", claim("80")).await;
    caller
        .refused("expense-claims.save", claim("21"), "超过费用使用金额")
        .await;
    caller
        .done("expense-claims.approve", json!({"ord": first, "@__sp_result": 2}))
        .await;
    caller.done("expense-claims.save", claim("100")).await;
    let words = "费用使用已报销";
    caller
        .refused("expense-usages.save", json!({"ord": usage, "title": "改"}), words)
        .await;
    let last = caller.record("expense-claims", first + 1).await["ord"].clone();
    caller
        .done(
            "expense-claims.approve",
            json!({"ord": last, "@__sp_result": 1, "@__sp_money": "90"}),
        )
        .await;
    caller.done("expense-claims.pay-out", json!({"ord": last})).await;
    caller.has("expense-usages", usage, &[("bxmoney", "90.00")]).await;

    let usage = caller.bill("expense-usages", "10", json!({})).await;
    let claim = caller
        .bill("expense-claims", "10", json!({"employ": usage}))
        .await;
    caller
        .done("expense-claims.approve", json!({"ord": claim, "@__sp_result": 2}))
        .await;
    caller
        .done("expense-usages.save", json!({"ord": usage, "money1": "8"}))
        .await;
}

#[tokio::test]
async fn an_approved_claim_is_paid_once_from_an_account_that_holds_enough() {
    let caller = small().await;
    let usage = caller.bill("expense-usages", "150000", json!({})).await;
    let claim = caller
        .bill("expense-claims", "150000", json!({"employ": usage}))
        .await;
    let pay = |bank: i64| json!({"ord": claim, "bank": bank});
    caller
        .refused("expense-claims.pay-out", pay(2), "单据尚未审批通过")
        .await;
    caller.approve("expense-claims", claim).await;
    caller.refused("expense-claims.pay-out", pay(2), "余额不足").await;
    caller
        .refused("expense-claims.pay-out", pay(99), "银行账户不存在")
        .await;
    caller.has("expense-claims", claim, &[("czzt", "0")]).await;

    let claim = caller
        .bill(
            "expense-claims",
            "250.25",
            json!({"mxlist": [{"money1": "99.75"}, {"money1": "0.25"}]}),
        )
        .await;
    caller.approve("expense-claims", claim).await;
    let both = json!({"ord": format!("{claim},2"), "bank": 2});
    caller
        .refused("expense-claims.pay-out", both, "一次只能办理一张单据")
        .await;
    let pay = json!({"ord": claim, "bank": 2});
    caller.done("expense-claims.pay-out", pay.clone()).await;
    let changes = caller.simulator.ledger().pop().unwrap().changes;
    let changed: Vec<&str> = changes.iter().map(|change| change.object.as_str()).collect();
    assert_eq!(changed, ["expense-claims", "bank-accounts"]);
    caller
        .refused("expense-claims.pay-out", pay, "不能重复办理")
        .await;
    caller.has("bank-accounts", 2, &[("money1", "99900.00")]).await;
    caller
        .has("expense-claims", claim, &[("czmoney", "100.00"), ("bank", "2")])
        .await;
}
