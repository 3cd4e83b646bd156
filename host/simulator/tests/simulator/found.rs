//! The documents that follow from a contract are found by what they are about, and by how far they have come.

use crate::common::{Caller, rows, small};
use crate::contract_life::decide;
use crate::fulfilment::{issue, sold, waiting};
use crate::stock::table;
use serde_json::json;

#[tokio::test]
async fn stock_issues_are_found_by_what_they_are_about() {
    let caller = small().await;
    let ord = sold(&caller, "12", json!({})).await;
    decide(&caller, ord, 1).await;
    let open = waiting(&caller).await[0];
    issue(&caller, open, "10").await;
    let key = open.to_string();
    let day = shown_day(&caller, open).await;
    for (parameter, value, expected) in [
        ("contract", "合同HT-1", true),
        ("HTid", "HT-1", true),
        ("company", "甲有限公司", true),
        ("product", "产品P-1", true),
        ("cporder1", "P-1", true),
        ("cptype1", "M1", true),
        ("sclx", "1", true),
        ("sclx", "4", false),
        ("sclxout", "3", true),
        ("sclxout", "1", false),
        ("ck", "1", true),
        ("ck", "2", false),
        ("bh", "CK000031", true),
        ("confirmTime", "2026-03-04", true),
        ("applicationTime", day.as_str(), true),
        ("applicationTime", "2019-01-01", false),
    ] {
        let listed = caller
            .call("stock-issues.list", json!({parameter: value, "page_size": 500}))
            .await;
        let found = table(&listed).iter().any(|row| row["ckbh"] == "CK000031");
        assert_eq!(found, expected, "{parameter}={value}");
        assert!(table(&listed).len() < 31, "{parameter}={value} narrows");
    }
    for (parameter, value, expected) in [
        ("Date5_start", "2026-03-04", true),
        ("Date5_start", "2026-03-05", false),
        ("Date5_end", "2026-03-03", false),
        ("Date3_end", "2019-01-01", false),
        ("pro_name", "产品P-1", true),
        ("Order1", "P-2", false),
        ("Ck", "1", true),
        ("Sort1", "4", false),
    ] {
        let listed = caller
            .call(
                "stock-issues.list-v2",
                json!({parameter: value, "page_size": 500}),
            )
            .await;
        let found = table(&listed).iter().any(|row| row["Kuout"] == key.as_str());
        assert_eq!(found, expected, "{parameter}={value}");
    }
}

async fn shown_day(caller: &Caller, issue: i64) -> String {
    let shown = caller.call("stock-issues.get", json!({"ord": issue})).await;
    shown["Data"]["date3"].as_str().unwrap()[..10].to_owned()
}

#[tokio::test]
async fn collections_and_invoices_are_found_by_contract_and_state() {
    let caller = small().await;
    let ord = sold(&caller, "12", json!({"fqhk": 5, "invoicePlan": 1})).await;
    decide(&caller, ord, 1).await;
    for (list, parameter, value, expected) in [
        ("collections.list", "hkzt", "已收款", true),
        ("collections.list", "hkzt", "0", false),
        ("collections.list", "hkjh", "开票自动收款", true),
        ("collections.list", "name", "甲有限", true),
        ("collections.list", "htname", "合同HT", true),
        ("collections.list", "bz", "人民币", true),
        ("sales-invoices.list", "contract", "31", true),
        ("sales-invoices.list", "company", "31", true),
        ("sales-invoices.list", "company", "3", false),
        ("sales-invoices.list", "zt", "未开票", false),
        ("sales-invoices.list", "md", "明细", true),
        ("sales-invoices.list", "pjdh", "PJ000031", true),
    ] {
        let listed = rows(
            &caller
                .call(list, json!({parameter: value, "pagesize": 500}))
                .await,
        );
        let found = listed.iter().any(|row| row["htid"] == "HT-1");
        assert_eq!(found, expected, "{list} {parameter}={value}");
        assert!(
            parameter == "bz" || listed.len() < 31,
            "{list} {parameter}={value}"
        );
    }
}
