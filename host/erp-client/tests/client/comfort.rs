//! Labels in place of codes.

use crate::support::*;
use futures::future::join_all;
use serde_json::json;
use std::time::Duration;
use sunmao_catalogue::{Catalogue, Kind, Operation, Record, Value};
use sunmao_erp_client::{ErpClient, Settings};

/// An ERP with four accounts, whose contracts this account may not look at; whatever else it is asked, it says yes.
async fn staffed() -> StandIn {
    let catalogue = Catalogue::shared();
    let path = |name: &str| catalogue.find(name).unwrap().path.clone();
    let (accounts, customers) = (path("accounts.list"), path("contracts.list-customers"));
    let contract = path("contracts.get");
    StandIn::start(move |seen| {
        let (is_lookup, is_customers) = (seen.path == accounts, seen.path == customers);
        let is_contract = seen.path == contract;
        async move {
            if is_customers {
                return ok(
                    json!({"header": {"status": 0}, "body": {"source": {"table": {"cols": ["ord", "name"],
                    "rows": [[12, "榫卯木业有限公司分公司"]],
                    "page": {"pagesize": 50, "pageindex": 1, "pagecount": 1, "recordcount": 1}}}}}),
                );
            }
            if is_contract {
                return ok(json!({"header": {"status": 1, "message": "没有权限"}}));
            }
            if !is_lookup {
                return ok(json!({"header": {"status": 0}, "body": {"message": {"text": "保存成功"}}}));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            ok(json!({"Code": 200, "Msg": "", "Cols": ["ord", "name"],
                "Rows": [[7, "李明"], [8, "李明亮"], [9, "王伟"], [10, "王伟"]],
                "Page": {"RecordCount": 4, "PageSize": 50, "PageIndex": 1, "PageCount": 1}}))
        }
    })
    .await
}

fn contract(salesperson: &str, customer: &str) -> (&'static Operation, sunmao_catalogue::Arguments) {
    let catalogue: &'static Catalogue = Box::leak(Box::new(Catalogue::load().unwrap()));
    let operation = catalogue.find("contracts.save").unwrap();
    let given = json!({"ord": 5, "company": customer, "htid": "HT1", "title": "合同", "date3": "2026-03-02",
        "date1": "2026-03-02", "sort": "1", "bz": "14", "premoney": 1, "yhvalue": 0, "money1": 1, "fqhk": 0,
        "invoicePlan": 0, "invoiceMode": 0, "cateid": salesperson});
    let given: Record = serde_json::from_value::<Value>(given)
        .unwrap()
        .as_record()
        .unwrap()
        .clone();
    (operation, operation.check(&given).unwrap())
}

fn salesperson_sent(seen: &Seen) -> Option<String> {
    let datas = seen.body["datas"].as_array()?;
    let field = datas.iter().find(|field| field["id"] == "cateid")?;
    Some(field["val"].to_string())
}

/// Look-ups of people, who have no key in the call.
fn look_ups(stand_in: &StandIn) -> usize {
    let calls = stand_in.calls();
    let is_look_up =
        |seen: &&Seen| salesperson_sent(seen).is_none() && seen.body.to_string().contains("李明");
    calls.iter().filter(is_look_up).count()
}

#[tokio::test]
async fn a_label_goes_out_as_its_code_and_is_looked_up_once() {
    let stand_in = staffed().await;
    let client = stand_in.client();
    let (operation, arguments) = contract("李明", "12");
    let calls = (0..5).map(|_| client.call(operation, &arguments));
    for outcome in join_all(calls).await {
        outcome.unwrap();
    }
    client.call(operation, &arguments).await.unwrap();
    let calls = stand_in.calls();
    let sent: Vec<String> = calls.iter().filter_map(salesperson_sent).collect();
    assert_eq!(sent, ["7"; 6]);
    assert_eq!(look_ups(&stand_in), 1, "one look-up for all of them");
}

#[tokio::test]
async fn a_code_that_is_too_old_is_looked_up_again() {
    let stand_in = staffed().await;
    let settings = Settings {
        labels_age: Duration::from_millis(100),
        ..stand_in.settings()
    };
    let client = ErpClient::new(settings).unwrap();
    let (operation, arguments) = contract("李明", "12");
    client.call(operation, &arguments).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    client.call(operation, &arguments).await.unwrap();
    assert_eq!(look_ups(&stand_in), 2);
}

#[tokio::test]
async fn a_label_of_several_or_of_none_is_told_before_anything_is_written() {
    let stand_in = staffed().await;
    let client = stand_in.client();
    let (operation, arguments) = contract("王伟", "12");
    let error = client.call(operation, &arguments).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.to_string().contains("9, 10"), "{error}");
    // The customer's key is a number: no other text can be meant.
    let (operation, arguments) = contract("7", "榫卯木业有限公司");
    let error = client.call(operation, &arguments).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(error.to_string().contains("contracts.list-customers"), "{error}");
    assert!(
        stand_in
            .calls()
            .iter()
            .all(|seen| salesperson_sent(seen).is_none())
    );
    // The salesperson is text: a name the look-up does not know may be one the ERP does.
    let (operation, arguments) = contract("外部人员", "12");
    client.call(operation, &arguments).await.unwrap();
    let sent: Vec<String> = stand_in.calls().iter().filter_map(salesperson_sent).collect();
    assert_eq!(sent, ["\"外部人员\""]);
}
