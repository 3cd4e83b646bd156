//! Alerts: raised once for each time that their cause comes, ended when it is gone, and told like any record.

use crate::stage::Stage;
use serde_json::{Value as Json, json};

const DAY: i64 = 24 * 60 * 60;

/// The day so many days from now, by the calendar of the scripts.
fn day(days: i64) -> String {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
    at.in_tz("Asia/Shanghai").expect("a time zone").date().to_string()
}

/// An alert once it is as the test waits for, with its revision.
async fn alert(stage: &Stage, id: &str, status: &str, occurrence: u64) -> (Json, Json) {
    let path = format!(
        "/v1/records/alert?limit=1000&cause={}",
        id.split('.').next().expect("a cause")
    );
    stage
        .installation
        .until(&format!("{id} is {status}"), async |_| {
            let page = stage.get(&path).await;
            let mut items = page["items"].as_array().expect("items").iter();
            let own = items.find(|one| one["id"] == id)?;
            let is_it = own["body"]["status"] == status && own["body"]["occurrence"] == occurrence;
            is_it.then(|| (own["body"].clone(), own["revision"].clone()))
        })
        .await
}

/// What everybody hears of an alert: its status at each of its changes.
async fn told(stage: &Stage) -> Vec<String> {
    let page = stage.get("/v1/changes?after=0&limit=1000&kind=alert").await;
    let items = page["items"].as_array().expect("changes").clone();
    let words = |change: &Json| {
        format!(
            "{} {}",
            change["id"].as_str().unwrap_or_default(),
            change["body"]["status"].as_str().unwrap_or_default()
        )
    };
    items.iter().map(words).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_below_its_level_is_raised_once_ended_and_raised_again_when_it_recurs() {
    let stage = Stage::with(&["alerts"]).await;
    let product = |stock: &str| json!({ "number": "X-1", "name": "泵", "least_stock": "5", "stock": stock });
    stage.files("product", "p-1", &product("7")).await;
    assert_eq!(
        stage.outcome("alert-stock", "product", "p-1").await,
        "skipped: nothing to file"
    );
    stage.files("product", "p-1", &product("3")).await;
    let (first, revision) = alert(&stage, "stock-low.p-1", "raised", 1).await;
    assert_eq!(first["product"], "p-1");
    assert_eq!((&first["value"], &first["level"]), (&json!("3"), &json!("5")));
    // Lower still is the same occurrence: nobody hears of it again.
    stage.files("product", "p-1", &product("2")).await;
    assert_eq!(
        stage.outcome("alert-stock", "product", "p-1").await,
        "unchanged: alert/stock-low.p-1"
    );
    assert_eq!(
        alert(&stage, "stock-low.p-1", "raised", 1).await,
        (first, revision)
    );
    stage.files("product", "p-1", &product("5")).await;
    let (ended, _) = alert(&stage, "stock-low.p-1", "ended", 1).await;
    assert!(ended["ended_at"].is_string());
    stage.files("product", "p-1", &product("1")).await;
    let (again, _) = alert(&stage, "stock-low.p-1", "raised", 2).await;
    assert_eq!((&again["value"], &again["ended_at"]), (&json!("1"), &Json::Null));
    // With the product's page, in the feed, and as the events that flows and automations hear.
    let page = stage.get("/v1/records/product/p-1?include=alert").await;
    assert_eq!(page["included"]["alert"][0]["id"], "stock-low.p-1", "{page}");
    assert_eq!(
        told(&stage).await,
        ["stock-low.p-1 raised"],
        "the feed has the last of each record"
    );
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_that_the_erp_says_raises_alerts_and_the_next_sweep_none_again() {
    let stage = Stage::with(&["alerts"]).await;
    stage.run(&["product-pull", "stock-pull"]).await;
    stage.settles().await;
    // The simulated ERP invents how much there has to be of each product, and it is more than there is.
    assert_eq!(stage.count("alert").await, 8);
    let (first, _) = alert(&stage, "stock-low.erp-3", "raised", 1).await;
    let shown = stage.body("product", "erp-3").await;
    assert_eq!(
        (&first["value"], &first["level"]),
        (&shown["stock"], &shown["least_stock"])
    );
    stage
        .changes("product", "erp-3", json!({ "least_stock": "100" }))
        .await;
    alert(&stage, "stock-low.erp-3", "ended", 1).await;
    stage
        .has_nothing_left_to_do(&["product-pull", "stock-pull"])
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_depends_on_the_day_is_raised_by_the_clock_and_each_cause_by_itself() {
    let stage = Stage::with(&["alerts"]).await;
    let customer = json!({ "company_name": "华东机电", "phone": "19900000001" });
    stage.files("contact", "c-1", &customer).await;
    let contract = json!({ "number": "HT-1", "subject": "供货", "customer": "c-1", "status": "performing", "approval": "waiting",
        "ends_on": day(40), "lines": [{ "quantity": 1, "delivery_on": day(5) }] });
    stage.files("contract", "h-1", &contract).await;
    let collection = json!({ "customer": "c-1", "contract": "h-1", "amount": "1200.50", "status": "due", "due_on": day(5) });
    stage.files("collection", "k-1", &collection).await;
    alert(&stage, "approval-waiting.h-1", "raised", 1).await;
    stage.settles().await;
    assert_eq!(stage.count("alert").await, 1, "nothing else is the matter yet");
    // Twelve days later nobody has filed anything.
    stage.installation.set_clock(12 * DAY);
    alert(&stage, "contract-ending.h-1", "raised", 1).await;
    alert(&stage, "delivery-overdue.h-1", "raised", 1).await;
    let (payment, revision) = alert(&stage, "payment-overdue.k-1", "raised", 1).await;
    assert_eq!(
        (&payment["value"], &payment["customer"]),
        (&json!("1200.50"), &json!("c-1"))
    );
    assert_eq!(stage.count("alert").await, 4);
    // The mornings after raise none again.
    stage.installation.set_clock(14 * DAY);
    let fired = "flow%20alert-payment";
    stage
        .installation
        .until("another morning has passed", async |_| {
            let page = stage
                .get(&format!("/v1/deliveries?target={fired}&state=done&limit=1000"))
                .await;
            let items = page["items"].as_array().expect("deliveries").clone();
            let swept = |one: &&Json| one["outcome"] == "swept: 1 records, 0 to be carried on";
            (items.iter().filter(swept).count() > 0).then_some(())
        })
        .await;
    stage.settles().await;
    assert_eq!(
        alert(&stage, "payment-overdue.k-1", "raised", 1).await.1,
        revision
    );
    assert_eq!(stage.count("alert").await, 4);
    stage
        .changes(
            "collection",
            "k-1",
            json!({ "status": "collected", "received": "1200.50" }),
        )
        .await;
    stage
        .changes(
            "contract",
            "h-1",
            json!({ "approval": "approved", "ends_on": day(400), "shipping": "发货完毕" }),
        )
        .await;
    for id in [
        "payment-overdue.k-1",
        "approval-waiting.h-1",
        "contract-ending.h-1",
        "delivery-overdue.h-1",
    ] {
        alert(&stage, id, "ended", 1).await;
    }
    let page = stage.get("/v1/records/contact/c-1?include=alert").await;
    assert_eq!(
        page["included"]["alert"].as_array().map(Vec::len),
        Some(4),
        "{page}"
    );
    stage.has_no_dead().await;
}
