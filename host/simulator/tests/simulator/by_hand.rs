//! What the staff enter on screens for which the vendor's API has no operation.

use crate::common::{Caller, small};
use serde_json::{Value as Json, json};

async fn enters(caller: &Caller, object: &str, values: Json) -> i64 {
    let (status, said) = caller.instruct(&format!("records/{object}"), values).await;
    assert_eq!(status, 200, "{said}");
    let said: Json = serde_json::from_str(&said).unwrap();
    said["ord"].as_i64().unwrap()
}

async fn book(caller: &Caller, object: &str, ord: i64) -> Json {
    let page = caller.admin(&format!("records/{object}")).await;
    let mut records = page["records"].as_array().unwrap().iter();
    records.find(|record| record["ord"] == ord).unwrap().clone()
}

#[tokio::test]
async fn a_ticket_that_somebody_enters_is_listed_with_a_number_of_its_own() {
    let caller = small().await;
    let before = caller.admin("records/service-tickets").await["total"].clone();
    let values = json!({ "title": "屏幕不亮", "TelName": "示例公司", "clzt": 0 });
    let ord = enters(&caller, "service-tickets", values).await;
    let ticket = book(&caller, "service-tickets", ord).await;
    assert_eq!(
        (&ticket["title"], &ticket["clzt"]),
        (&json!("屏幕不亮"), &json!(0))
    );
    assert!(ticket["shid"].as_str().unwrap().starts_with("SH"), "{ticket}");
    let listed = caller.call("service-tickets.list", json!({})).await;
    assert!(listed.to_string().contains("屏幕不亮"));
    let after = caller.admin("records/service-tickets").await["total"].clone();
    assert_eq!(after.as_i64().unwrap(), before.as_i64().unwrap() + 1);
}

#[tokio::test]
async fn money_that_is_booked_by_hand_shows_on_its_contract_and_never_is_more_than_it_costs() {
    let caller = small().await;
    // Contract 3 is approved and nothing was paid of it.
    let due = book(&caller, "contracts", 3).await["money1"].clone();
    let half = json!({ "contract": 3, "money1": due, "money2": "100.00", "date1": "2025-03-07" });
    let ord = enters(&caller, "collections", half).await;
    let collection = book(&caller, "collections", ord).await;
    assert_eq!(
        (&collection["hkzt"], &collection["company"]),
        (&json!("0"), &json!(3))
    );
    let contract = book(&caller, "contracts", 3).await;
    assert_eq!(
        (&contract["HkMoney1"], &contract["skzt"]),
        (&json!("100.00"), &json!("部分收款"))
    );
    // The rest arrives on the same row.
    enters(&caller, "collections", json!({ "ord": ord, "money2": due })).await;
    let contract = book(&caller, "contracts", 3).await;
    assert_eq!(
        (&contract["HkMoney1"], &contract["skzt"]),
        (&due, &json!("收款完毕"))
    );
    let more = json!({ "contract": 3, "money1": "0.01", "money2": "0.01" });
    let (status, words) = caller.instruct("records/collections", more).await;
    assert_eq!(
        (status, words.as_str()),
        (422, "到账金额超过合同金额，不能保存！")
    );
}

#[tokio::test]
async fn an_invoice_that_is_written_by_hand_has_its_share_of_the_tax() {
    let caller = small().await;
    // Contract 7 is approved and not invoiced yet.
    let contract = book(&caller, "contracts", 7).await;
    let due = contract["money1"].clone();
    let ord = enters(&caller, "sales-invoices", json!({ "contract": 7, "money1": due })).await;
    let invoice = book(&caller, "sales-invoices", ord).await;
    assert_eq!(
        (&invoice["zt"], &invoice["taxvalue"]),
        (&json!("1"), &contract["TaxValue1"])
    );
    assert_eq!(book(&caller, "contracts", 7).await["kpmoney"], due);
    let more = json!({ "contract": 7, "money1": "0.01" });
    let (status, words) = caller.instruct("records/sales-invoices", more).await;
    assert_eq!(
        (status, words.as_str()),
        (422, "开票金额超过合同金额，不能保存！")
    );
}

#[tokio::test]
async fn what_somebody_deletes_by_hand_is_gone_and_counted_no_more() {
    let caller = small().await;
    let repair = json!({ "title": "换桌腿", "SerialNumber": "WX-A", "repair_sl": 5, "ProcessID": 1, "num": 1, "Cost": "10" });
    let ord = enters(&caller, "repairs", repair).await;
    let repaired = async || book(&caller, "service-tickets", 5).await["repairnum"].clone();
    assert_eq!(repaired().await, json!(2));
    let url = caller.url(&format!("/_simulator/records/repairs/{ord}"));
    let answer = caller.http.delete(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(repaired().await, json!(1));
    assert_eq!(caller.http.delete(&url).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn what_cannot_be_entered_is_said() {
    let caller = small().await;
    for (object, values, status) in [
        ("unicorns", json!({}), 404),
        ("service-tickets", json!({ "horn": 1 }), 422),
        ("service-tickets", json!({ "ord": 999, "clzt": 2 }), 422),
        ("collections", json!({ "contract": 999 }), 422),
    ] {
        let (said, words) = caller.instruct(&format!("records/{object}"), values).await;
        assert_eq!(said, status, "{object}: {words}");
    }
}
