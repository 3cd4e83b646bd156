//! The ERP's own time: new records, reminders and sessions follow it.

use crate::common::{Caller, rows, start};
use jiff::civil::date;
use serde_json::{Value as Json, json};
use sunmao_simulator::Options;

async fn at_ten() -> Caller {
    start(Options {
        size: 30,
        now: Some(date(2025, 12, 20).at(10, 0, 0, 0)),
        ..Options::default()
    })
    .await
}

async fn newest_customer(caller: &Caller) -> String {
    let records = caller.admin("records/customers?written=true").await;
    records["records"][0]["date1"].as_str().unwrap().to_owned()
}

async fn save_customer(caller: &Caller) {
    let reserved = caller.call("customers.reserve", json!({})).await;
    let ord = reserved["body"]["bill"]["value"].clone();
    let customer = json!({"ord": ord, "name": "榫合木业", "sort1": "乙", "person_name": "丙"});
    let saved = caller.call("customers.save-company", customer).await;
    assert_eq!(crate::common::text(&saved), "保存成功！");
}

#[tokio::test]
async fn new_records_are_of_the_erps_own_time() {
    let caller = at_ten().await;
    save_customer(&caller).await;
    assert_eq!(newest_customer(&caller).await, "2025-12-20 10:00:00");
    let (status, text) = caller.instruct("clock", json!({"advance": "1d 1h30m"})).await;
    assert_eq!(status, 200, "{text}");
    let moved = json!({"now": "2025-12-21T11:30:00", "runs": false});
    assert_eq!(serde_json::from_str::<Json>(&text).unwrap(), moved);
    assert_eq!(caller.admin("clock").await, moved);
    // The session was of yesterday.
    let mut caller = caller;
    let answer = caller.login("sunmao", "sunmao-demo", "").await;
    caller.token = answer["header"]["session"].as_str().unwrap().to_owned();
    save_customer(&caller).await;
    assert_eq!(newest_customer(&caller).await, "2025-12-21 11:30:00");
    let (status, _) = caller.instruct("clock", json!({"now": "2025-12-21T11:45"})).await;
    assert_eq!(status, 200);
    save_customer(&caller).await;
    assert_eq!(newest_customer(&caller).await, "2025-12-21 11:45:00");
    // So are those that a colleague adds.
    caller.instruct("clock", json!({"advance": "5m"})).await;
    caller.instruct("faults", json!({"row-inserted": 1})).await;
    caller.call("customers.list", json!({})).await;
    let records = caller.admin("records/customers").await;
    assert_eq!(records["records"][0]["date1"], "2025-12-21 11:50:00");
}

#[tokio::test]
async fn reminders_look_from_the_erps_own_day() {
    let caller = at_ten().await;
    let recent = async || {
        let answer = caller.call("customers.list", json!({"remind": "147"})).await;
        rows(&answer).len()
    };
    let seven_days = recent().await;
    assert!((1..30).contains(&seven_days), "{seven_days}");
    caller.instruct("clock", json!({"now": "2025-12-20T15:00"})).await;
    assert_eq!(recent().await, seven_days);
    let later = json!({"now": "2026-03-01T10:00"});
    caller.instruct("clock", later).await;
    let answer = caller.login("sunmao", "sunmao-demo", "").await;
    let caller = Caller {
        token: answer["header"]["session"].as_str().unwrap().to_owned(),
        ..caller
    };
    let answer = caller.call("customers.list", json!({"remind": "147"})).await;
    assert!(rows(&answer).is_empty());
}

#[tokio::test]
async fn sessions_last_some_hours_of_the_erps_own_time() {
    let caller = at_ten().await;
    let status = async || caller.call("customers.list", json!({})).await["header"]["status"].clone();
    caller.instruct("clock", json!({"advance": "7h59m"})).await;
    assert_eq!(status().await, 0);
    caller.instruct("clock", json!({"advance": "1m"})).await;
    assert_ne!(status().await, 0);
    assert_eq!(caller.admin("status").await["sessions"], 0);
}

#[tokio::test]
async fn a_clock_that_nobody_set_runs() {
    let caller = crate::common::small().await;
    assert_eq!(caller.admin("clock").await["runs"], true);
    let real = jiff::ZonedDateTime::now().datetime();
    let shown: jiff::civil::DateTime = caller.admin("clock").await["now"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(shown.duration_since(real).as_secs().abs() < 60, "{shown}");
}

#[tokio::test]
async fn what_is_no_time_is_refused() {
    let caller = at_ten().await;
    for wrong in [
        json!({}),
        json!({"now": "soon"}),
        json!({"advance": "a while"}),
        json!({"advance": "9000 years"}),
        json!({"later": "1h"}),
    ] {
        let (status, text) = caller.instruct("clock", wrong.clone()).await;
        assert_eq!(status, 400, "{wrong}");
        assert!(!text.is_empty());
    }
    assert_eq!(caller.admin("clock").await["now"], "2025-12-20T10:00:00");
}
