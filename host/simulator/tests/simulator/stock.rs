//! Stock: only a confirmed receipt brings goods in, only a confirmed issue takes them out, and there are never fewer than
//! none.

use crate::common::{Caller, field, rows, small};
use crate::contract_life::product;
use serde_json::{Value as Json, json};

/// A receipt of so many of a product at a cost, and its key.
pub async fn receipt(
    caller: &Caller,
    number: &str,
    code: &str,
    quantity: &str,
    cost: &str,
    warehouse: i64,
) -> i64 {
    let receipt = json!({"title": format!("入库{number}"), "rkbh": number, "date5": "2026-03-02", "gysname": "乙供应商有限公司",
        "kuinlist": [{"title": "随便", "order1": code, "unit": 242, "num1": quantity, "price2": cost, "ku": warehouse,
                      "WareHousePositionID": 1, "ph": format!("批{number}")}]});
    let answer = caller.call("stock-receipts.create", receipt).await;
    assert_eq!(answer["Code"], 200, "{answer}");
    let found = rows(&caller.call("stock-receipts.list", json!({"rkbh": number})).await);
    found[0]["ord"].as_i64().unwrap()
}

/// The columns of a json list by name, row by row.
pub fn table(answer: &Json) -> Vec<Json> {
    let names: Vec<&str> = answer["Cols"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let row = |row: &Json| {
        let cells = row.as_array().unwrap().iter();
        Json::Object(
            names
                .iter()
                .map(|name| (*name).to_owned())
                .zip(cells.cloned())
                .collect(),
        )
    };
    answer["Rows"].as_array().unwrap().iter().map(row).collect()
}

pub async fn stock(caller: &Caller, code: &str) -> Vec<(String, String)> {
    let answer = caller
        .call("stock-levels.list-details", json!({"order1": code}))
        .await;
    let text = |row: &Json, name: &str| {
        row[name]
            .as_str()
            .map_or_else(|| row[name].to_string(), str::to_owned)
    };
    table(&answer)
        .iter()
        .map(|row| (text(row, "Ku"), text(row, "Num2")))
        .collect()
}

pub async fn confirm(caller: &Caller, operation: &str, arguments: Json) -> String {
    caller.call(operation, arguments).await["Msg"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(one, two)| ((*one).to_owned(), (*two).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_receipt_reaches_the_stock_once_it_is_confirmed_and_only_once() {
    let caller = small().await;
    product(&caller, "P-1", "100").await;
    let ord = receipt(&caller, "RK-A", "P-1", "12.5", "8.04", 2).await;
    assert!(stock(&caller, "P-1").await.is_empty());
    let state =
        async || rows(&caller.call("stock-receipts.list", json!({"rkbh": "RK-A"})).await)[0]["rkzt"].clone();
    assert_eq!(state().await, "未入库");
    let waiting = rows(
        &caller
            .call("stock-receipts.list", json!({"stype": 1, "pagesize": 100}))
            .await,
    );
    assert!(waiting.iter().any(|row| row["ord"] == json!(ord)));

    let too_much = json!({"ord": ord, "ck": 2, "kuinlist": [{"ord": 31, "num1": "12.51"}]});
    assert_eq!(
        confirm(&caller, "stock-receipts.confirm", too_much).await,
        "入库明细第1行：数量12.51大于待入库数量12.5，操作失败！"
    );
    assert!(stock(&caller, "P-1").await.is_empty());
    let all = json!({"ord": ord, "ck": 3});
    assert_eq!(
        confirm(&caller, "stock-receipts.confirm", all.clone()).await,
        "操作成功！"
    );
    assert_eq!(stock(&caller, "P-1").await, pairs(&[("3号库", "12.5")]));
    assert_eq!(state().await, "已入库");
    let again = confirm(&caller, "stock-receipts.confirm", all).await;
    assert_eq!(again, "入库单已确认，不能重复确认！");
    let newer = json!({"ord": ord, "Date5": "2026-03-03", "Complete1": 3, "Intro2": "再来"});
    assert_eq!(confirm(&caller, "stock-receipts.confirm-v2", newer).await, again);
    assert_eq!(stock(&caller, "P-1").await, pairs(&[("3号库", "12.5")]));
    let shown = caller.call("stock-receipts.get", json!({"ord": ord})).await;
    assert_eq!(field(&shown, "money1")["value"], "100.50");
}

#[tokio::test]
async fn the_newer_confirmation_names_lines_and_may_be_of_less() {
    let caller = small().await;
    product(&caller, "P-1", "100").await;
    let ord = receipt(&caller, "RK-A", "P-1", "10", "8", 2).await;
    let lines = rows(&caller.call("stock-receipt-lines.list", json!({"ord": ord})).await);
    assert_eq!(lines.len(), 1);
    let confirmation = json!({"ord": ord, "Date5": "2026-03-03", "Complete1": 3, "Intro2": "少到两件",
        "KuinList": [{"Id": lines[0]["id"], "Num1": 8, "Ku": 1, "Date2": "2026-03-03"}]});
    let mut unknown = confirmation.clone();
    unknown["KuinList"][0]["Id"] = json!(7);
    let refused = confirm(&caller, "stock-receipts.confirm-v2", unknown).await;
    assert_eq!(refused, "入库明细第1行：明细不存在，操作失败！");
    assert_eq!(
        confirm(&caller, "stock-receipts.confirm-v2", confirmation).await,
        "操作成功！"
    );
    assert_eq!(stock(&caller, "P-1").await, pairs(&[("1号库", "8")]));
    let listed = table(
        &caller
            .call("stock-receipts.list-v2", json!({"Rkbh": "RK-A"}))
            .await,
    );
    assert_eq!(listed[0]["Complete1"], "已入库");
    assert_eq!(listed[0]["Intro2"], "少到两件");
    assert_eq!(listed[0]["Kuin"], ord.to_string());
}

#[tokio::test]
async fn a_rejected_receipt_brings_nothing() {
    let caller = small().await;
    product(&caller, "P-1", "100").await;
    let ord = receipt(&caller, "RK-A", "P-1", "10", "8", 2).await;
    let rejection = json!({"ord": ord, "Date5": "2026-03-03", "Complete1": 2, "Intro2": "质量不合格"});
    assert_eq!(
        confirm(&caller, "stock-receipts.confirm-v2", rejection).await,
        "操作成功！"
    );
    assert!(stock(&caller, "P-1").await.is_empty());
    let listed = table(
        &caller
            .call("stock-receipts.list-v2", json!({"Complete1": 2}))
            .await,
    );
    assert_eq!(listed.len(), 1);
    let late = confirm(&caller, "stock-receipts.confirm", json!({"ord": ord, "ck": 1})).await;
    assert_eq!(late, "入库单已被否决，操作失败！");
}

#[tokio::test]
async fn receipts_have_numbers_of_their_own_and_lines_that_make_sense() {
    let caller = small().await;
    receipt(&caller, "RK-A", "P-1", "10", "8", 2).await;
    let mut other = json!({"title": "再入", "rkbh": "RK-A", "date5": "2026-03-02",
        "kuinlist": [{"title": "随便", "unit": 242, "num1": 0, "ku": 1, "WareHousePositionID": 1}]});
    let refused = caller.call("stock-receipts.create", other.clone()).await;
    assert_eq!(refused["Msg"], "入库明细第1行：数量必须大于0，不能保存！");
    other["kuinlist"][0]["num1"] = json!(1);
    let refused = caller.call("stock-receipts.create", other).await;
    assert_eq!(refused["Msg"], "入库编号已被使用，不能保存！");
}

#[tokio::test]
async fn a_changed_cost_reaches_what_is_still_in_stock() {
    let caller = small().await;
    product(&caller, "P-1", "100").await;
    let ord = receipt(&caller, "RK-A", "P-1", "10", "8", 2).await;
    caller
        .call("stock-receipts.confirm", json!({"ord": ord, "ck": 2}))
        .await;
    let lines = rows(&caller.call("stock-receipt-lines.list", json!({"ord": ord})).await);
    let change = |line: Json, price: &str| json!({"ord": ord, "KuinList": [{"id": line, "Price1": price}]});
    let unknown = caller
        .call("stock-receipts.update-cost", change(json!(7), "9.5"))
        .await;
    assert_eq!(unknown["Msg"], "入库明细不存在，不能保存！");
    let done = caller
        .call(
            "stock-receipts.update-cost",
            change(lines[0]["id"].clone(), "9.5"),
        )
        .await;
    assert_eq!(done["Code"], 200, "{done}");
    let shown = caller.call("stock-receipts.get", json!({"ord": ord})).await;
    assert_eq!(field(&shown, "money1")["value"], "95.00");
    let levels = rows(
        &caller
            .call("stock-levels.list", json!({"searchKey": "批RK-A"}))
            .await,
    );
    assert_eq!(levels[0]["money1"], "95.00");
    assert_eq!(levels[0]["kuintitle"], "入库RK-A");
}

#[tokio::test]
async fn the_summary_adds_up_warehouses_and_leaves_out_what_is_gone() {
    let caller = small().await;
    product(&caller, "P-1", "100").await;
    for (number, quantity, warehouse) in [("RK-A", "10", 1), ("RK-B", "2.5", 2)] {
        let ord = receipt(&caller, number, "P-1", quantity, "8", warehouse).await;
        caller
            .call("stock-receipts.confirm", json!({"ord": ord, "ck": warehouse}))
            .await;
    }
    let summary = async |filter: Json| table(&caller.call("stock-levels.list-summary", filter).await);
    let found = summary(json!({"order1": "P-1"})).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["Num2"].as_str().or(Some("")), Some("12.5"), "{found:?}");
    assert_eq!(found[0]["Ku"], "2号库,1号库");
    let found = summary(json!({"order1": "P-1", "cks": 1})).await;
    assert_eq!(found[0]["Ku"], "1号库");
    assert_eq!(stock(&caller, "P-1").await.len(), 2);

    let issues = table(
        &caller
            .call("stock-issues.list-v2", json!({"Complete1": 1, "page_size": 500}))
            .await,
    );
    let direct = issues.iter().find(|row| row["Kuout"] == "1").unwrap();
    assert_eq!(direct["Complete1"], "未出库");
    let first = caller.call("stock-issues.get", json!({"ord": 1})).await["Data"].clone();
    let line = &first["kuoutmx"][0];
    let code = line["order1"].as_str().unwrap().to_owned();
    let before: f64 = stock(&caller, &code).await[0].1.parse().unwrap();
    let confirmation = json!({"ord": 1, "Complete1": 3, "Intro2": "出库", "Date5": "2026-03-04",
        "KuoutList": [{"Id": line["id"], "Num1": line["num1"], "Ck": 1}]});
    assert_eq!(
        confirm(&caller, "stock-issues.confirm-v2", confirmation).await,
        "操作成功！"
    );
    let wanted: f64 = line["num1"]
        .as_str()
        .map_or_else(|| line["num1"].as_f64().unwrap(), |text| text.parse().unwrap());
    let after: f64 = stock(&caller, &code).await[0].1.parse().unwrap();
    assert!(
        (before - after - wanted).abs() < f64::EPSILON,
        "{before} {after} {wanted}"
    );
}

#[tokio::test]
async fn both_lists_of_warehouses_call_them_the_same() {
    let caller = small().await;
    let older = caller.call("warehouses.list", json!({})).await;
    let newer = table(&caller.call("warehouses.list-v2", json!({"Sort1": "3号库"})).await);
    assert_eq!(newer.len(), 1);
    assert_eq!(
        (&newer[0]["Ord"], &newer[0]["Del"]),
        (&json!("3"), &json!("启用"))
    );
    let same = |row: &&Json| row["ID"] == json!(3);
    let named = older["datas"].as_array().unwrap().iter().find(same).unwrap();
    assert_eq!(named["Name"], "3号库");
}
