//! From an approved contract to its goods, its shipments, its money and its invoices.

use crate::common::{Caller, field, rows, small};
use crate::contract_life::{contract, customer, decide, line, product, save, shown};
use crate::stock::{confirm, receipt, stock, table};
use serde_json::{Value as Json, json};

/// A customer's contract for ten of a product, of which there are so many in the first warehouse: the contract's key.
pub async fn sold(caller: &Caller, here: &str, plans: Json) -> i64 {
    product(caller, "P-1", "33.33").await;
    let ord = receipt(caller, "RK-A", "P-1", here, "20", 1).await;
    caller
        .call("stock-receipts.confirm", json!({"ord": ord, "ck": 1}))
        .await;
    let customer = customer(caller, "甲有限公司").await;
    let product = rows(&caller.call("products.list", json!({"cpbh": "P-1"})).await)[0]["ord"]
        .as_i64()
        .unwrap();
    line(caller, customer, product, "10").await;
    let mut contract = contract(customer, "HT-1");
    contract
        .as_object_mut()
        .unwrap()
        .extend(plans.as_object().unwrap().clone());
    save(caller, contract).await
}

/// The stock issues of a contract that wait.
pub async fn waiting(caller: &Caller) -> Vec<i64> {
    let listed = caller
        .call("stock-issues.list-v2", json!({"Complete1": 1, "page_size": 500}))
        .await;
    let keys = table(&listed)
        .into_iter()
        .map(|row| row["Kuout"].as_str().unwrap().parse::<i64>().unwrap());
    keys.filter(|ord| *ord > 30).collect()
}

pub async fn issue(caller: &Caller, ord: i64, quantity: &str) -> String {
    let shown = caller.call("stock-issues.get", json!({"ord": ord})).await["Data"].clone();
    let confirmation = json!({"ord": ord, "Complete1": 3, "Intro2": "出库", "Date5": "2026-03-04",
        "KuoutList": [{"Id": shown["kuoutmx"][0]["id"], "Num1": quantity, "Ck": 1}]});
    confirm(caller, "stock-issues.confirm-v2", confirmation).await
}

async fn amounts(caller: &Caller, list: &str, column: &str) -> Vec<Json> {
    let found = rows(&caller.call(list, json!({"htid": "HT-1"})).await);
    found.iter().rev().map(|row| row[column].clone()).collect()
}

#[tokio::test]
async fn nothing_happens_before_the_approval() {
    let caller = small().await;
    let ord = sold(&caller, "12", json!({})).await;
    assert!(waiting(&caller).await.is_empty());
    assert_eq!(decide(&caller, ord, 2).await, "操作成功！");
    assert!(waiting(&caller).await.is_empty());
    assert!(amounts(&caller, "sales-invoices.list", "money1").await.is_empty());
}

#[tokio::test]
async fn goods_leave_in_parts_and_each_part_is_shipped_invoiced_and_paid() {
    let caller = small().await;
    let ord = sold(
        &caller,
        "12",
        json!({"fqhk": 3, "invoicePlan": 4, "yhvalue": "33.30"}),
    )
    .await;
    decide(&caller, ord, 1).await;
    let data = shown(&caller, ord).await;
    assert_eq!(
        (&data["mZt1"], &data["mZt2"]),
        (&json!("未出库"), &json!("未发货"))
    );
    let issues = waiting(&caller).await;
    assert_eq!(issues.len(), 1);
    assert_eq!(issue(&caller, issues[0], "3").await, "操作成功！");

    let data = shown(&caller, ord).await;
    assert_eq!(
        (&data["mZt1"], &data["mZt2"]),
        (&json!("部分出库"), &json!("部分发货"))
    );
    assert_eq!(data["Money1"], "300.00");
    assert_eq!(data["HkMoney1"], "90.00", "three tenths");
    assert_eq!(data["ProductCostMoney"], "60.00");
    assert_eq!(data["contractList"][0]["Num3"], "3");
    let rest = waiting(&caller).await;
    assert_eq!(rest.len(), 1, "what is missing is asked for anew");
    assert_ne!(rest, issues);
    assert_eq!(
        issue(&caller, issues[0], "1").await,
        "出库单已确认，不能重复确认！"
    );
    assert_eq!(
        issue(&caller, rest[0], "7.01").await,
        "出库明细第1行：数量7.01大于待出库数量7，操作失败！"
    );
    assert_eq!(issue(&caller, rest[0], "7").await, "操作成功！");

    let data = shown(&caller, ord).await;
    assert_eq!(
        (&data["mZt1"], &data["mZt2"]),
        (&json!("出库完毕"), &json!("发货完毕"))
    );
    assert_eq!(
        (&data["HkMoney1"], &data["MLMoney"]),
        (&json!("300.00"), &json!("100.00"))
    );
    assert_eq!(data["progressList"][2]["Progress"], "100.00");
    assert!(waiting(&caller).await.is_empty());
    assert_eq!(
        stock(&caller, "P-1").await,
        [("1号库".to_owned(), "2".to_owned())]
    );
    for (list, state, word) in [
        ("collections.list", "hkzt", "已收款"),
        ("sales-invoices.list", "zt", "已开票"),
    ] {
        assert_eq!(
            amounts(&caller, list, "money1").await,
            [json!("90.00"), json!("210.00")],
            "{list}"
        );
        assert!(
            amounts(&caller, list, state)
                .await
                .iter()
                .all(|state| state == word),
            "{list}"
        );
    }
    let listed = rows(&caller.call("contracts.list", json!({"htbh": "HT-1"})).await);
    assert_eq!(
        (&listed[0]["skjz"], &listed[0]["kpjz"]),
        (&json!("收款完毕"), &json!("开票完毕"))
    );
}

#[tokio::test]
async fn the_warehouse_cannot_issue_what_it_does_not_have() {
    let caller = small().await;
    let ord = sold(&caller, "4", json!({"fqhk": 3})).await;
    decide(&caller, ord, 1).await;
    let issues = waiting(&caller).await;
    let refused = issue(&caller, issues[0], "4.5").await;
    assert_eq!(refused, "产品P-1库存不足：现有4，需出库4.5，操作失败！");
    assert_eq!(stock(&caller, "P-1").await[0].1, "4");
    let elsewhere = json!({"ord": issues[0], "Complete1": 3, "Date5": "2026-03-04", "kuoutlist": [{"ord": 31, "num1": 1, "ck": 2}]});
    let refused = confirm(&caller, "stock-issues.confirm", elsewhere).await;
    assert_eq!(refused, "产品P-1库存不足：现有0，需出库1，操作失败！");
    assert_eq!(shown(&caller, ord).await["HkMoney1"], "0.00");
    assert_eq!(issue(&caller, issues[0], "4").await, "操作成功！");
    let summary = caller
        .call("stock-levels.list-summary", json!({"order1": "P-1"}))
        .await;
    assert_eq!(
        summary["Page"]["RecordCount"], 0,
        "what is used up is not in stock"
    );
}

#[tokio::test]
async fn a_rejected_issue_takes_nothing_and_is_over() {
    let caller = small().await;
    let ord = sold(&caller, "12", json!({})).await;
    decide(&caller, ord, 1).await;
    let issues = waiting(&caller).await;
    let rejection = json!({"ord": issues[0], "Complete1": 2, "Date5": "2026-03-04"});
    assert_eq!(
        confirm(&caller, "stock-issues.confirm", rejection).await,
        "操作成功！"
    );
    assert_eq!(stock(&caller, "P-1").await[0].1, "12");
    assert_eq!(shown(&caller, ord).await["mZt1"], "未出库");
    assert_eq!(issue(&caller, issues[0], "1").await, "出库单已被否决，操作失败！");
    let both = json!({"ord": "1,4", "Complete1": 3, "Date5": "2026-03-04"});
    assert_eq!(
        confirm(&caller, "stock-issues.confirm", both).await,
        "一次只能确认一张出库单，操作失败！"
    );
}

#[tokio::test]
async fn the_shipment_carries_what_was_issued() {
    let caller = small().await;
    let ord = sold(&caller, "12", json!({})).await;
    decide(&caller, ord, 1).await;
    let issues = waiting(&caller).await;
    issue(&caller, issues[0], "6").await;
    let found = rows(&caller.call("shipments.list", json!({"khmc": "甲有限公司"})).await);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (&found[0]["fhzt"], &found[0]["htbh"]),
        (&json!("已发货"), &json!("HT-1"))
    );
    assert_eq!(found[0]["fhbh"], "FH000031");
    let lines = rows(
        &caller
            .call("shipment-lines.list", json!({"ord": found[0]["ord"]}))
            .await,
    );
    assert_eq!(lines.len(), 1);
    assert_eq!(
        (&lines[0]["title"], &lines[0]["num1"]),
        (&json!("产品P-1"), &json!("6"))
    );
    let logistics = shown(&caller, ord).await["logisticsList"].clone();
    assert_eq!(logistics[0]["LogisticsNumber"], "FH000031");
    let shown = caller
        .call("shipments.get", json!({"ord": found[0]["ord"]}))
        .await;
    assert_eq!(field(&shown, "kuout")["value"], json!(issues[0]).to_string());
    let open = rows(
        &caller
            .call("shipments.list", json!({"stype": 1, "pagesize": 100}))
            .await,
    );
    assert!(
        !open.is_empty() && open.iter().all(|row| row["fhzt"] == "未发货"),
        "{open:?}"
    );
}

#[tokio::test]
async fn plans_decide_when_money_and_invoices_are_due() {
    for (plans, collections, states, invoices) in [
        (
            json!({"fqhk": 0, "invoicePlan": 1}),
            vec!["333.30"],
            vec!["未收款"],
            vec!["333.30"],
        ),
        (
            json!({"fqhk": 5, "invoicePlan": 1}),
            vec!["333.30"],
            vec!["已收款"],
            vec!["333.30"],
        ),
        (
            json!({"fqhk": 4, "invoicePlan": 3, "invoiceMode": 0}),
            vec![],
            vec![],
            vec![],
        ),
        (
            json!({"fqhk": 6, "invoicePlan": 1, "invoiceMode": 0}),
            vec![],
            vec![],
            vec![],
        ),
    ] {
        let caller = small().await;
        let ord = sold(&caller, "12", plans.clone()).await;
        decide(&caller, ord, 1).await;
        assert_eq!(
            amounts(&caller, "collections.list", "money1").await,
            collections,
            "{plans}"
        );
        assert_eq!(
            amounts(&caller, "collections.list", "hkzt").await,
            states,
            "{plans}"
        );
        assert_eq!(
            amounts(&caller, "sales-invoices.list", "money1").await,
            invoices,
            "{plans}"
        );
        let paid = if states == ["已收款"] { "333.30" } else { "0.00" };
        assert_eq!(shown(&caller, ord).await["HkMoney1"], paid, "{plans}");
        caller.simulator.stop().await;
    }
}

#[tokio::test]
async fn a_request_tells_the_ledger_all_that_it_changed() {
    let caller = small().await;
    let ord = sold(&caller, "12", json!({"fqhk": 3})).await;
    decide(&caller, ord, 1).await;
    issue(&caller, waiting(&caller).await[0], "10").await;
    let changes = caller.simulator.ledger().pop().unwrap().changes;
    let objects: Vec<&str> = changes.iter().map(|change| change.object.as_str()).collect();
    for object in [
        "stock-issues",
        "stock-levels",
        "shipments",
        "shipment-lines",
        "collections",
        "contracts",
        "contract-lines",
    ] {
        assert!(objects.contains(&object), "{object} in {objects:?}");
    }
}

#[tokio::test]
async fn the_taxes_of_all_invoices_are_the_tax_of_the_contract() {
    let caller = small().await;
    let ord = sold(&caller, "12", json!({"invoicePlan": 3})).await;
    assert_eq!(shown(&caller, ord).await["TaxValue1"], "0.00");
    let listed = rows(&caller.call("contract-lines.list", json!({"company": 31})).await);
    let line = listed[0]["ord"].as_i64().unwrap();
    let taxed = json!({"num1": 10, "price1": "0.5", "taxRate": "0.13"});
    assert_eq!(
        crate::contract_life::edit(&caller, line, taxed).await,
        "保存成功！"
    );
    decide(&caller, ord, 1).await;
    for quantity in ["3", "3", "4"] {
        let open = waiting(&caller).await;
        assert_eq!(issue(&caller, open[0], quantity).await, "操作成功！");
    }
    assert_eq!(shown(&caller, ord).await["TaxValue1"], "0.65");
    let taxes = amounts(&caller, "sales-invoices.list", "taxvalue").await;
    assert_eq!(taxes, ["0.20", "0.20", "0.25"]);
    let parts = amounts(&caller, "sales-invoices.list", "money1").await;
    assert_eq!(parts, ["1.70", "1.70", "2.25"]);
}
