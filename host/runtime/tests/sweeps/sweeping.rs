//! Lists that are read through while colleagues work in them.

use crate::stage::{PULL, Stage, in_detail, sweep};
use std::sync::atomic::Ordering;
use sunmao_runtime::FlowSettings;

#[tokio::test(flavor = "multi_thread")]
async fn every_row_becomes_a_record_and_only_what_changed_is_read_whole() {
    let stage = Stage::set(30).await;
    let life = stage.live(&[(PULL, in_detail())]).await;
    assert_eq!(life.run(PULL).await, "30 rows, 30 changed, 0 missed, 0 gone");
    assert_eq!(life.customers().await, 30);
    assert_eq!(stage.proxy.details.load(Ordering::SeqCst), 30);
    let key = life.keys().await[7];
    let before = life.customer(key).await;
    let body: serde_json::Value =
        serde_json::from_str(before.body.as_deref().expect("a body")).expect("JSON");
    assert_eq!(body["record_key"], key.to_string(), "{body}");
    assert_eq!(
        body["customer_type"], "2",
        "codes as the detail shows them: {body}"
    );
    assert_eq!(before.origin, "flow pull");

    assert_eq!(life.run(PULL).await, "30 rows, 0 changed, 0 missed, 0 gone");
    assert_eq!(
        stage.proxy.details.load(Ordering::SeqCst),
        30,
        "unchanged rows cost no call"
    );
    let commits = life.customer(key).await.change;
    assert_eq!(commits, before.change);

    stage.write(Some(key), "改名有限公司").await;
    assert_eq!(life.run(PULL).await, "30 rows, 1 changed, 0 missed, 0 gone");
    // Once for the sweep, and once for the flow before it takes the change over.
    life.until_rest().await;
    let details = stage.proxy.details.load(Ordering::SeqCst);
    assert!((31..=32).contains(&details), "{details}");
    let after = life.customer(key).await;
    assert_eq!(after.revision, before.revision + 1);
    assert!(after.body.expect("a body").contains("改名有限公司"));
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_row_is_a_delivery_of_the_flow_and_an_unchanged_one_is_none() {
    let stage = Stage::set(20).await;
    let life = stage.live(&[(PULL, sweep())]).await;
    life.run(PULL).await;
    let key = life.keys().await[3];
    let of_row = life
        .host
        .store
        .deliveries
        .of_key(&format!("erp.customers/{key}"), 10)
        .await;
    let of_row = of_row.expect("a store");
    assert_eq!(of_row.len(), 1);
    assert_eq!(of_row[0].delivery.target, "flow pull");
    assert_eq!(of_row[0].delivery.event, "erp.customers.saved");
    life.run(PULL).await;
    assert_eq!(life.rows(PULL).await, 20);
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_is_one_row_of_the_audit_log_and_each_page_another() {
    let stage = Stage::set(1_100).await;
    let life = stage.live(&[(PULL, sweep())]).await;
    life.run(PULL).await;
    // What is held back of the log is written when the store is closed.
    life.stop().await;
    let life = stage.live(&[(PULL, sweep())]).await;
    let swept = life.audit("swept").await;
    assert_eq!(swept.len(), 1);
    let row = &swept[0].row;
    assert_eq!(
        (row.actor.as_str(), row.operation.as_str()),
        ("flow pull", "customers.list")
    );
    assert_eq!(row.message.as_deref(), Some("1100 rows, 1100 changed"));
    assert_eq!(row.requests, 3);
    let pages = life.audit("read").await;
    assert_eq!(pages.len(), 3);
    assert!(
        pages
            .iter()
            .all(|page| page.row.subject.as_deref() == Some("sweep pull"))
    );
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_sweeps_in_a_row_have_missed_is_gone_and_is_there_again_when_it_comes_back() {
    let stage = Stage::set(40).await;
    let life = stage.live(&[(PULL, sweep())]).await;
    life.run(PULL).await;
    let keys = life.keys().await;
    let (gone, back) = (keys[5], keys[6]);
    stage.proxy.plan().hidden.extend([gone, back]);
    assert_eq!(life.run(PULL).await, "38 rows, 0 changed, 2 missed, 0 gone");
    assert!(life.customer(gone).await.body.is_some(), "one miss may be chance");
    stage.proxy.plan().hidden.remove(&back);
    assert_eq!(life.run(PULL).await, "39 rows, 0 changed, 0 missed, 1 gone");
    assert_eq!(life.customer(gone).await.body, None);
    assert!(life.customer(back).await.body.is_some());
    let of_row = life
        .host
        .store
        .deliveries
        .of_key(&format!("erp.customers/{gone}"), 10)
        .await;
    assert_eq!(
        of_row.expect("a store")[0].delivery.event,
        "erp.customers.deleted"
    );
    stage.proxy.plan().hidden.clear();
    assert_eq!(life.run(PULL).await, "40 rows, 1 changed, 0 missed, 0 gone");
    assert!(life.customer(gone).await.body.is_some());
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn between_whole_sweeps_the_first_pages_show_what_is_new() {
    let stage = Stage::set(1_600).await;
    let recent = FlowSettings {
        recent: Some("1s".to_owned()),
        ..sweep()
    };
    let life = stage.live(&[(PULL, recent)]).await;
    let first = life.schedule(PULL, |status| status.last_end.is_some()).await;
    assert_eq!(
        first.last.and_then(|last| last.outcome).as_deref(),
        Some("swept: nothing to compare with before the first whole sweep")
    );
    life.run(PULL).await;
    stage.proxy.pages();
    stage.write(None, "新客户有限公司").await;
    let begun = std::time::Instant::now();
    while life.customers().await < 1_601 {
        assert!(begun.elapsed() < crate::stage::PATIENCE, "in time");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let pages = stage.proxy.pages();
    assert!(
        pages.iter().all(|page| *page <= 2),
        "no more than the first pages: {pages:?}"
    );
    life.stop().await;
}
