//! Machines' clocks that are set, or wrong.

use crate::stage::{self, Setting, Stage, event, ids, lane, slow};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use sunmao_runtime::Clock;
use sunmao_store::{DeliveryState, NewDelivery};

const DAY: i64 = 24 * 3600;

/// A clock that a test moves, in seconds.
fn movable() -> (Clock, Arc<AtomicI64>) {
    let offset = Arc::new(AtomicI64::new(0));
    let ahead = offset.clone();
    let clock =
        Clock::new(move || Timestamp::now() + SignedDuration::from_secs(ahead.load(Ordering::SeqCst)));
    (clock, offset)
}

async fn set_while_something_waits(before: i64, after: i64) {
    let (clock, offset) = movable();
    offset.store(before, Ordering::SeqCst);
    let stage = Stage::set(Setting {
        clock,
        ..Setting::default()
    })
    .await;
    stage.proxy.is_down.store(true, Ordering::SeqCst);
    stage.file(ids(0..3)).await;
    stage
        .until("contact/c-000", |delivery| delivery.reason.is_some())
        .await;
    offset.store(after, Ordering::SeqCst);
    stage.proxy.is_down.store(false, Ordering::SeqCst);
    for id in ids(0..3) {
        stage.done(&lane(&id)).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_off_by_a_clock_that_was_ahead_goes_on_once_it_is_right() {
    set_while_something_waits(400 * DAY, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_off_goes_on_although_the_clock_is_set_back() {
    set_while_something_waits(0, -DAY).await;
}

/// By less than the longest pause, so that nothing looks as if it were put off for too long.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_off_goes_on_although_the_clock_is_set_back_a_little() {
    set_while_something_waits(0, -200).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_life_put_off_by_a_clock_that_was_ahead_is_due_at_the_start() {
    let contact = NewDelivery {
        event: "contact.saved".to_owned(),
        payload: stage::body("c-000"),
        ..event("flow push", "contact/c-000")
    };
    let stage = Stage::set(Setting {
        before: vec![contact],
        filed_in: 400 * DAY,
        ..Setting::default()
    })
    .await;
    stage.done("contact/c-000").await;
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_ahead_ends_no_lease_of_what_is_in_hand() {
    let (clock, offset) = movable();
    let stage = Stage::set(Setting {
        clock,
        options: slow(400),
        ..Setting::default()
    })
    .await;
    stage.file(ids(0..1)).await;
    stage
        .until("contact/c-000", |delivery| {
            delivery.state == DeliveryState::Leased
        })
        .await;
    offset.store(400 * DAY, Ordering::SeqCst);
    // The worker looks at the queue.
    stage.file(ids(1..2)).await;
    stage.done("contact/c-001").await;
    stage.done("contact/c-000").await;
    assert_eq!(
        stage.delivery("contact/c-000").await.delivery.attempt,
        1,
        "it was not handed out twice"
    );
    stage.stop().await;
}
