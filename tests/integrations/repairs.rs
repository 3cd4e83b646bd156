//! Repairs go into the ERP under their ticket and come into the hub, and nobody's edit is lost.

use crate::stage::Stage;
use serde_json::{Value as Json, json};

const FLOWS: [&str; 3] = ["customer-pull", "ticket-pull", "repair-pull"];

fn repair() -> Json {
    json!({
        "subject": "控制面板更换", "ticket": "erp-3", "fault": "屏幕不亮", "quantity": 1,
        "labour_cost": "120.00", "parts_cost": "80.50", "engineer": "李工",
    })
}

/// The key in the ERP of a repair that has been carried.
async fn key_of(stage: &Stage, id: &str) -> i64 {
    let outcome = stage.outcome("repair-push", "repair", id).await;
    let record = stage.get(&format!("/v1/records/repair/{id}")).await;
    record["links"][0]["erp_key"]
        .as_i64()
        .unwrap_or_else(|| panic!("{outcome}: {record}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn repairs_of_the_erp_arrive_and_go_nowhere_back() {
    let stage = Stage::with(&["repairs"]).await;
    stage.run(&FLOWS).await;
    assert_eq!(stage.count("repair").await, 8);
    let fields = ["SerialNumber", "title", "Summary", "num", "Cost"];
    let shown = stage.colleague.sees("repairs.get", 3, fields).await;
    let repair = stage.body("repair", "erp-3").await;
    let members = ["number", "subject", "fault", "quantity", "fee"];
    assert_eq!(
        members.map(|member| repair[member].clone()),
        shown.map(Json::from)
    );
    assert_eq!(repair["ticket"], "erp-3");
    assert!(
        stage.writes().await.is_empty(),
        "what came from the ERP does not go back"
    );
    stage.has_nothing_left_to_do(&FLOWS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_of_the_hub_is_made_once_in_the_erp_and_then_changed() {
    let stage = Stage::with(&["repairs"]).await;
    stage.run(&FLOWS).await;
    stage.files("repair", "r-1", &repair()).await;
    let key = key_of(&stage, "r-1").await;
    let fields = ["SerialNumber", "title", "repair_sl", "Summary", "Cost"];
    let shown = stage.colleague.sees("repairs.get", key, fields).await;
    assert_eq!(shown, ["WX-r-1", "控制面板更换", "3", "屏幕不亮", "200.50"]);
    stage
        .changes("repair", "r-1", json!({ "fault": "屏幕不亮，按键失灵" }))
        .await;
    assert_eq!(key_of(&stage, "r-1").await, key);
    let [summary] = stage.colleague.sees("repairs.get", key, ["Summary"]).await;
    assert_eq!(summary, "屏幕不亮，按键失灵");
    assert_eq!(stage.writes().await, ["repairs.save", "repairs.save"]);
    // What the ERP has no field for is no reason to write.
    stage
        .changes("repair", "r-1", json!({ "diagnosis": "排线松动" }))
        .await;
    let outcome = stage.outcome("repair-push", "repair", "r-1").await;
    assert!(outcome.starts_with("unchanged"), "{outcome}");
    stage.run(&FLOWS).await;
    assert_eq!(
        stage.count("repair").await,
        9,
        "it does not come back as another one"
    );
    let repair = stage.body("repair", "r-1").await;
    assert_eq!(
        (&repair["engineer"], &repair["diagnosis"]),
        (&json!("李工"), &json!("排线松动"))
    );
    stage.has_nothing_left_to_do(&FLOWS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_both_sides_changed_a_repair_both_edits_are_kept() {
    let stage = Stage::with(&["repairs"]).await;
    stage.run(&FLOWS).await;
    stage.files("repair", "r-1", &repair()).await;
    let key = key_of(&stage, "r-1").await;
    let edited = json!({
        "ord": key, "title": "控制面板更换", "SerialNumber": "WX-r-1", "repair_sl": 3, "ProcessID": 1,
        "Summary": "屏幕不亮", "num": 1, "Cost": "260.00",
    });
    stage.colleague.calls("repairs.save", &edited).await;
    stage.changes("repair", "r-1", json!({ "fault": "进水" })).await;
    stage.outcome("repair-push", "repair", "r-1").await;
    let shown = stage
        .colleague
        .sees("repairs.get", key, ["Cost", "Summary"])
        .await;
    assert_eq!(
        shown,
        ["260.00", "进水"],
        "a colleague's fee stays, the hub's fault arrives"
    );
    stage.run(&FLOWS).await;
    let repair = stage.body("repair", "r-1").await;
    assert_eq!(
        (&repair["fee"], &repair["fault"]),
        (&json!("260.00"), &json!("进水"))
    );
    stage.has_no_dead().await;
    stage.has_nothing_left_to_do(&FLOWS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_of_a_handled_ticket_is_refused_in_the_erps_words() {
    let stage = Stage::with(&["repairs"]).await;
    stage.run(&FLOWS).await;
    let handled =
        json!({ "ord": 3, "cateid": "王工", "info1": "已上门", "cate": "赵静怡", "intro": "已处理" });
    stage.colleague.calls("service-tickets.handle", &handled).await;
    stage.files("repair", "r-1", &repair()).await;
    let words = stage.dead("repair-push").await;
    assert!(words.contains("关联受理单已处理，不能保存！"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_waits_until_its_ticket_is_there_and_one_of_none_stays_in_the_hub() {
    let stage = Stage::with(&["repairs"]).await;
    stage.files("repair", "r-1", &repair()).await;
    stage.settles().await;
    let waiting = stage.waiting("repair-push").await;
    assert_eq!(waiting, ["ticket/erp-3 has no link ticket yet"]);
    stage.run(&FLOWS).await;
    assert!(key_of(&stage, "r-1").await > 0);
    stage
        .files("repair", "r-2", &json!({ "subject": "自送维修" }))
        .await;
    let outcome = stage.outcome("repair-push", "repair", "r-2").await;
    assert!(outcome.starts_with("skipped: it is of no ticket"), "{outcome}");
}
