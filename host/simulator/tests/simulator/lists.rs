//! Filters, order and pages of lists, in each dialect.

use crate::common::{Caller, of_size, rows, small, total};
use serde_json::{Map, Value as Json, json};
use sunmao_catalogue::{Catalogue, Dialect};

async fn customers(caller: &Caller, arguments: Json) -> Vec<Map<String, Json>> {
    let mut arguments = arguments;
    arguments["pagesize"] = json!(500);
    rows(&caller.call("customers.list", arguments).await)
}

fn column(rows: &[Map<String, Json>], name: &str) -> Vec<String> {
    let text = |row: &Map<String, Json>| match &row[name] {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    rows.iter().map(text).collect()
}

#[tokio::test]
async fn filters_do_what_the_vendor_says() {
    let caller = of_size(120).await;
    let all = customers(&caller, json!({})).await;
    assert_eq!(all.len(), 120);

    let found = customers(&caller, json!({"name": "精密"})).await;
    assert!(!found.is_empty() && found.len() < 120);
    assert!(column(&found, "name").iter().all(|name| name.contains("精密")));
    let others = all
        .iter()
        .filter(|row| !row["name"].as_str().unwrap().contains("精密"));
    assert_eq!(found.len() + others.count(), 120);

    assert_eq!(
        column(&customers(&caller, json!({"khid": "kh000017"})).await, "ord"),
        ["17"]
    );
    assert_eq!(
        column(&customers(&caller, json!({"telord": 17})).await, "ord"),
        ["17"]
    );
    assert!(
        customers(&caller, json!({"name": "精密", "khid": "没有"}))
            .await
            .is_empty()
    );
    assert_eq!(
        customers(&caller, json!({"name": "", "remind": " ", "datatype": "x"}))
            .await
            .len(),
        120
    );
}

#[tokio::test]
async fn several_codes_or_labels_mean_any_of_them() {
    let caller = of_size(120).await;
    let one = customers(&caller, json!({"ly": "173"})).await;
    let two = customers(&caller, json!({"ly": "173,171"})).await;
    let labels = customers(&caller, json!({"ly": "陌生开发,网站注册"})).await;
    assert!(!one.is_empty() && two.len() > one.len() && two.len() < 120);
    assert!(
        column(&two, "ly")
            .iter()
            .all(|label| label == "陌生开发" || label == "网站注册")
    );
    assert_eq!(two, labels);
    assert_eq!(customers(&caller, json!({"khly": "173"})).await, one);
}

#[tokio::test]
async fn ranges_include_both_ends() {
    let caller = of_size(120).await;
    let all = customers(&caller, json!({})).await;
    let day = |row: &Map<String, Json>| row["date1"].as_str().unwrap()[..10].to_owned();
    let (from, until) = (day(&all[80]), day(&all[40]));
    let expected: Vec<_> = all
        .iter()
        .filter(|row| day(row) >= from && day(row) <= until)
        .cloned()
        .collect();
    assert!(expected.len() >= 41);
    for names in [("date1_0", "date1_1"), ("a_date_0", "a_date_1")] {
        let found = customers(&caller, json!({names.0: from, names.1: until})).await;
        assert_eq!(found, expected);
    }
    let contracts = caller
        .call(
            "contracts.list",
            json!({"htmoney_0": "20,000", "htmoney_1": 60000, "pagesize": 500}),
        )
        .await;
    let sums: Vec<f64> = column(&rows(&contracts), "premoney")
        .iter()
        .map(|sum| sum.replace(',', "").parse().unwrap())
        .collect();
    assert!(!sums.is_empty() && sums.len() < 120);
    assert!(
        sums.iter().all(|sum| (20_000.0..=60_000.0).contains(sum)),
        "{sums:?}"
    );
}

#[tokio::test]
async fn the_search_looks_everywhere() {
    let caller = small().await;
    assert_eq!(
        column(
            &customers(&caller, json!({"searchKey": "199-0000-0012"})).await,
            "ord"
        ),
        ["12"]
    );
}

#[tokio::test]
async fn lists_are_newest_first_unless_sorted() {
    let caller = small().await;
    let numbers = |rows: &[Map<String, Json>]| -> Vec<i64> {
        rows.iter().map(|row| row["ord"].as_i64().unwrap()).collect()
    };
    let newest: Vec<i64> = (1..=30).rev().collect();
    assert_eq!(numbers(&customers(&caller, json!({})).await), newest);
    let oldest: Vec<i64> = (1..=30).collect();
    assert_eq!(
        numbers(&customers(&caller, json!({"_rpt_sort": "ord"})).await),
        oldest
    );
    let names = column(
        &customers(&caller, json!({"_rpt_sort": "name desc"})).await,
        "name",
    );
    let mut sorted = names.clone();
    sorted.sort();
    sorted.reverse();
    assert_eq!(names, sorted);
}

#[tokio::test]
async fn form_pages_cover_the_list_without_overlap() {
    let caller = small().await;
    let mut seen = Vec::new();
    for page in 1..=4 {
        let answer = caller
            .call("customers.list", json!({"pagesize": 8, "pageindex": page}))
            .await;
        let expected = json!({"pagesize": 8, "pageindex": page, "pagecount": 4, "recordcount": 30});
        assert_eq!(answer["body"]["source"]["table"]["page"], expected);
        seen.extend(column(&rows(&answer), "ord"));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 30);
    let beyond = caller
        .call("customers.list", json!({"pagesize": 8, "pageindex": 5}))
        .await;
    assert!(rows(&beyond).is_empty());
    assert_eq!(total(&beyond), 30);
    let nonsense = caller
        .call("customers.list", json!({"pagesize": -3, "pageindex": "x"}))
        .await;
    assert_eq!(rows(&nonsense).len(), 20);
}

#[tokio::test]
async fn json_pages_and_filters() {
    let caller = small().await;
    let answer = caller
        .call("accounts.list", json!({"page_size": 12, "page_index": 3}))
        .await;
    assert_eq!(
        answer["Page"],
        json!({"RecordCount": 30, "PageSize": 12, "PageIndex": 3, "PageCount": 3})
    );
    assert_eq!(answer["Rows"].as_array().unwrap().len(), 6);
    let at = answer["Cols"]
        .as_array()
        .unwrap()
        .iter()
        .position(|name| name == "username")
        .unwrap();
    let username = answer["Rows"][0][at].as_str().unwrap().to_owned();
    let found = caller.call("accounts.list", json!({"username": username})).await;
    assert_eq!(found["Page"]["RecordCount"], 1);
    assert_eq!(found["Rows"][0], answer["Rows"][0]);
}

#[tokio::test]
async fn helper_pages_hold_at_most_fifty() {
    let caller = of_size(120).await;
    for (page, count) in [(1, 50), (2, 50), (3, 20), (4, 0)] {
        let answer = caller
            .call("machines.list", json!({"PageNumber": page, "PageSize": 500}))
            .await;
        assert_eq!(answer["datas"].as_array().unwrap().len(), count, "page {page}");
    }
    let all = caller.call("machines.list", json!({"PageSize": 50})).await;
    let moment = all["datas"][10]["Indate"].as_str().unwrap().to_owned();
    let found = caller
        .call("machines.list", json!({"StartTime": moment, "PageSize": 50}))
        .await;
    assert_eq!(found["datas"].as_array().unwrap().len(), 11);
}

#[tokio::test]
async fn a_list_without_pages_comes_whole() {
    let caller = of_size(120).await;
    let catalogue = Catalogue::shared();
    let mut lists = 0;
    for operation in catalogue.operations() {
        if operation.dialect == Dialect::Helper && operation.is_read() && operation.paging.is_none() {
            let answer = caller.call(&operation.name, json!({"PageSize": 10})).await;
            let rows = answer["datas"].as_array().unwrap();
            assert_eq!(rows.len(), 120, "{}", operation.name);
            lists += 1;
        }
    }
    assert_eq!(lists, 6);
}

#[tokio::test]
async fn numbers_and_texts_in_one_column_can_be_sorted() {
    let caller = of_size(60).await;
    for ord in 1..=60 {
        let ly = [json!(10), json!("1x"), json!(2), json!("")][ord % 4].clone();
        let customer = json!({"ord": ord, "name": "甲", "sort1": "乙", "person_name": "丙", "ly": ly});
        caller.call("customers.save-company", customer).await;
    }
    let sorted = customers(&caller, json!({"_rpt_sort": "ly"})).await;
    let mut values = column(&sorted, "ly");
    assert_eq!(values.len(), 60);
    values.dedup();
    assert_eq!(values, ["", "2", "10", "1x"]);
}

#[tokio::test]
async fn a_page_number_may_come_in_any_form_of_a_number() {
    let caller = small().await;
    for size in [json!(8), json!("8"), json!(8.0), json!(" 8 ")] {
        let answer = caller.call("customers.list", json!({"pagesize": size})).await;
        assert_eq!(rows(&answer).len(), 8, "{size}");
    }
}
