//! Guests that never end: others go on, and they end with their file, their grants or the host.

use crate::stage::{self, Setting, Stage, event, ids, lane, slow};
use std::time::Duration;
use sunmao_store::DeliveryState;

/// An automation that lists customers for longer than anybody waits.
const ENDLESS: &str =
    "fn handle(event) { for page in 1..100000 { customers::list(#{ page_index: page }); } }";

#[tokio::test(flavor = "multi_thread")]
async fn an_automation_that_never_ends_leaves_hands_to_the_flow_and_ends_with_its_file() {
    let stage = Stage::set(Setting {
        options: slow(20),
        automations: vec![("endless", ENDLESS)],
        before: (0..20)
            .map(|number| event("script endless", &format!("e-{number}")))
            .collect(),
        ..Setting::default()
    })
    .await;
    let leased = |delivery: &sunmao_store::DeliveryRecord| delivery.state == DeliveryState::Leased;
    stage.until("e-0", leased).await;
    stage.file(ids(0..3)).await;
    for id in ids(0..3) {
        stage.done(&lane(&id)).await;
    }
    assert!(stage.host.store.deliveries.counts().await.expect("counts").leased <= 4);

    std::fs::remove_file(stage.script("endless")).expect("removed");
    stage.until_no_hand_is_taken().await;
    let given_back = stage.delivery("e-0").await;
    assert_eq!(given_back.state, DeliveryState::Pending);
    let hint = stage.flows.held_up("script endless").expect("it is gone").hint;
    assert!(
        hint.contains("sunmao delivery drop --target \"script endless\""),
        "{hint}"
    );

    // It is back, and no longer endless.
    std::fs::write(stage.script("endless"), "fn handle(event) { }").expect("script");
    for number in 0..20 {
        stage.done(&format!("e-{number}")).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_automation_that_never_ends_ends_with_its_grants() {
    let stage = Stage::set(Setting {
        options: slow(20),
        automations: vec![("endless", ENDLESS)],
        before: vec![event("script endless", "e-0")],
        ..Setting::default()
    })
    .await;
    stage
        .until("e-0", |delivery| delivery.state == DeliveryState::Leased)
        .await;
    stage.revoke().await;
    stage.until_no_hand_is_taken().await;
    assert_eq!(stage.delivery("e-0").await.state, DeliveryState::Pending);
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mapping_that_never_ends_ends_with_its_file_and_its_contacts_wait_for_the_next() {
    let endless = "fn map(record) { for page in 1..100000 { customers::list(#{ page_index: page }); } }";
    let stage = Stage::set(Setting {
        options: slow(20),
        automations: vec![("mapping", endless)],
        ..Setting::default()
    })
    .await;
    stage.file(ids(0..20)).await;
    stage
        .until("contact/c-000", |delivery| {
            delivery.state == DeliveryState::Leased
        })
        .await;
    std::fs::remove_file(stage.script("mapping")).expect("removed");
    stage.until_no_hand_is_taken().await;
    let held_up = stage.flows.held_up("flow push").expect("its mapping is gone");
    assert!(
        held_up.message.contains("script mapping does not serve"),
        "{held_up}"
    );
    std::fs::write(stage.script("mapping"), stage::MAPPING).expect("mapping");
    for id in ids(0..20) {
        stage.done(&lane(&id)).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_is_bounded_and_gives_back_what_is_in_hand() {
    let stage = Stage::set(Setting {
        options: slow(20),
        automations: vec![("endless", ENDLESS)],
        before: (0..8)
            .map(|number| event("script endless", &format!("e-{number}")))
            .collect(),
        ..Setting::default()
    })
    .await;
    stage
        .until("e-0", |delivery| delivery.state == DeliveryState::Leased)
        .await;
    let stopped = tokio::time::timeout(Duration::from_secs(20), stage.flows.stop()).await;
    assert!(stopped.is_ok(), "stopped in time");
    let counts = stage.host.store.deliveries.counts().await.expect("counts");
    assert_eq!((counts.leased, counts.pending), (0, 8));
    let given_back = stage.delivery("e-0").await;
    assert_eq!(given_back.delivery.attempt, 0, "broken off is no attempt");
    assert_eq!(given_back.reason.as_deref(), Some("the host stopped"));
    stage.stop().await;
}
