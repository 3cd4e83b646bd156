//! Clocks that are set, hosts that were down, flows that are paused: a time fires once, and none is lost without a word.

use crate::stage::{Life, Stage, scheduled};
use std::collections::BTreeSet;
use std::time::Duration;
use sunmao_runtime::{CatchUp, FlowSettings};
use sunmao_store::DeliveryState;

const TICK: &str = "tick";

fn all() -> FlowSettings {
    FlowSettings {
        catch_up: CatchUp::All,
        ..scheduled("1h")
    }
}

/// The times that fired, each of which has one delivery.
async fn fired(life: &Life) -> BTreeSet<String> {
    let fires = life.fires(TICK).await;
    let times: BTreeSet<String> = fires
        .iter()
        .map(|fire| {
            let payload: serde_json::Value = serde_json::from_str(&fire.delivery.payload).expect("JSON");
            payload["fire_at"].as_str().expect("a time").to_owned()
        })
        .collect();
    assert_eq!(times.len(), fires.len(), "no time twice");
    times
}

/// Waits until so many have fired.
async fn until_fired(life: &Life, count: usize) -> BTreeSet<String> {
    let begun = std::time::Instant::now();
    loop {
        let times = fired(life).await;
        if times.len() >= count {
            return times;
        }
        assert!(
            begun.elapsed() < crate::stage::PATIENCE,
            "{count} in time: {times:?}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_clock_does_a_time_fires_once_and_none_is_lost() {
    let stage = Stage::set(1).await;
    let life = stage.live(&[(TICK, all())]).await;
    until_fired(&life, 1).await;
    // Ahead by five hours: each is made up for.
    stage.set_clock(5);
    let ahead = until_fired(&life, 6).await;
    // Right again, over a restart: what fired in advance does not fire again.
    life.stop().await;
    stage.set_clock(0);
    let life = stage.live(&[(TICK, all())]).await;
    let standing = life.schedule(TICK, |status| status.next.is_some()).await;
    assert_eq!(standing.missed, 0);
    stage.set_clock(5);
    // A further hour comes: it alone is new.
    stage.set_clock(6);
    let times = until_fired(&life, 7).await;
    assert!(times.is_superset(&ahead));
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passed_while_the_host_was_down_is_made_up_for_by_the_latest_and_counted() {
    let stage = Stage::set(1).await;
    let life = stage.live(&[(TICK, scheduled("1h"))]).await;
    until_fired(&life, 1).await;
    life.stop().await;
    stage.set_clock(10);
    let life = stage.live(&[(TICK, scheduled("1h"))]).await;
    let standing = life.schedule(TICK, |status| status.missed > 0).await;
    assert_eq!(standing.missed, 9);
    assert_eq!(until_fired(&life, 2).await.len(), 2);
    assert!(standing.drift().is_some_and(|drift| drift.as_mins() == 30));
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_flow_stays_paused_over_a_restart_and_makes_up_for_nothing() {
    let stage = Stage::set(1).await;
    let life = stage.live(&[(TICK, all())]).await;
    until_fired(&life, 1).await;
    assert!(life.flows.pause(TICK).await.expect("a store"));
    life.stop().await;
    stage.set_clock(3);
    let life = stage.live(&[(TICK, all())]).await;
    let by_hand = life.flows.run(TICK).await.expect("a store").expect("a delivery");
    // The timer and the worker look in shorter intervals.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(fired(&life).await.len(), 2, "nothing but what a person began");
    let held = life.until(by_hand.delivery, |_| true).await;
    assert_eq!(held.state, DeliveryState::Pending);
    let why = life.flows.held_up("flow tick").expect("held up");
    assert_eq!(why.message, "the flow tick is paused");
    assert!(life.flows.resume(TICK).await.expect("a store"));
    life.done(by_hand.delivery).await;
    stage.set_clock(4);
    let times = until_fired(&life, 3).await;
    assert_eq!(times.len(), 3, "the hours of the pause are not made up for");
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_an_event_sets_off_cannot_be_let_run() {
    let stage = Stage::set(1).await;
    let on = FlowSettings {
        on: Some("contact.saved".to_owned()),
        every: None,
        ..scheduled("1h")
    };
    let life = stage.live(&[("push", on)]).await;
    assert!(!life.flows.runs_by_itself("push"));
    assert_eq!(life.flows.run("push").await.expect("a store"), None);
    assert!(life.flows.schedules().await.expect("a store").is_empty());
    life.stop().await;
}
