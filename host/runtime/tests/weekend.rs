//! What the worker bears while nobody looks: panics, an ERP that is out, clocks that are set, guests that never end.

#![cfg(test)]

#[path = "support/stage.rs"]
mod stage;
mod support;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use stage::{PATIENCE, Setting, Stage, event};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use sunmao_runtime::{Clock, Step};
use sunmao_simulator::Options;
use sunmao_store::{DeliveryFilter, DeliveryState, Link, Links, NewDelivery, NewLink, StoreError};

const DAY: i64 = 24 * 3600;

/// An automation that lists customers for longer than anybody waits.
const ENDLESS: &str =
    "fn handle(event) { for page in 1..100000 { customers::list(#{ page_index: page }); } }";

fn ids(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|number| format!("c-{number:03}"))
}

fn slow(latency: u64) -> Options {
    Options {
        size: 20,
        latency: Duration::from_millis(latency),
        ..Options::default()
    }
}

/// Links that cannot be looked at for one contact.
struct Broken {
    links: Arc<dyn Links>,
}

#[async_trait]
impl Links for Broken {
    async fn put(&self, link: NewLink, now: Timestamp) -> Result<(), StoreError> {
        self.links.put(link, now).await
    }

    async fn get(&self, kind: &str, hub_id: &str) -> Result<Option<Link>, StoreError> {
        assert_ne!(hub_id, "c-000", "a contact that nobody thought of");
        self.links.get(kind, hub_id).await
    }

    async fn find_by_key(&self, kind: &str, erp_key: i64) -> Result<Option<Link>, StoreError> {
        self.links.find_by_key(kind, erp_key).await
    }

    async fn list(&self, kind: &str, after: Option<&str>, limit: u32) -> Result<Vec<Link>, StoreError> {
        self.links.list(kind, after, limit).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_panics_is_named_and_given_up_and_the_others_go_on() {
    let stage = Stage::set(Setting {
        store: Box::new(|mut store| {
            let links = store.links.clone();
            store.links = Arc::new(Broken { links });
            store
        }),
        ..Setting::default()
    })
    .await;
    // More than there are hands.
    stage.file(ids(0..20)).await;
    for id in ids(1..20) {
        stage.done(&id).await;
    }
    let dead = stage
        .until("c-000", |delivery| delivery.state == DeliveryState::Dead)
        .await;
    let letter = dead.letter.expect("a letter");
    assert_eq!(letter.kind, "panicked");
    assert!(
        letter.message.contains("a contact that nobody thought of"),
        "{letter:?}"
    );
    let panics = stage.host.vitals.panics();
    let (task, words) = panics.last.expect("a panic");
    assert_eq!(panics.count, 3, "{task}: {words}");
    assert!(task.contains("flow push") && task.contains("c-000"), "{task}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_reads_a_clock_that_panics_is_begun_anew() {
    let panics = Arc::new(AtomicUsize::new(0));
    let left = panics.clone();
    let clock = Clock::new(move || {
        let took = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        assert!(took.is_err(), "a broken clock");
        Timestamp::now()
    });
    let stage = Stage::set(Setting {
        clock,
        ..Setting::default()
    })
    .await;
    stage.file(ids(0..1)).await;
    stage.done("c-000").await;
    // The worker, the tick and whoever handles the contact all read it.
    panics.store(6, Ordering::SeqCst);
    let deliveries = &stage.host.store.deliveries;
    let filed = deliveries.enqueue(vec![event("flow push", "c-001")], Timestamp::now());
    filed.await.expect("enqueued");
    let begun = Instant::now();
    while panics.load(Ordering::SeqCst) > 0 {
        assert!(begun.elapsed() < PATIENCE, "somebody reads it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stage.file(ids(2..3)).await;
    stage.done("c-002").await;
    assert!(
        stage.host.vitals.panics().count >= 2,
        "{:?}",
        stage.host.vitals.panics()
    );
    let beating = stage.host.vitals.signs();
    assert!(beating.iter().all(|sign| sign.is_alive), "{beating:?}");
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_not_every_contacts_own_failure() {
    let stage = Stage::set(Setting::default()).await;
    stage.proxy.is_down.store(true, Ordering::SeqCst);
    let mut progress = stage.flows.progress();
    stage.file(ids(0..200)).await;
    // Long enough for the ERP to be left alone and asked again a few times.
    let begun = Instant::now();
    while stage.flows.held_up("flow push").is_none() {
        assert!(begun.elapsed() < PATIENCE, "the ERP is seen to be out");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(6)).await;
    let held_up = stage.flows.held_up("flow push").expect("the ERP is out");
    assert!(
        held_up.message.contains("the ERP account main is out"),
        "{held_up}"
    );
    let mut put_off = 0;
    while let Ok(line) = progress.try_recv() {
        put_off += usize::from(matches!(line.step, Step::PutOff { .. }));
    }
    assert!(
        put_off < 40,
        "{put_off} were leased and put off of an ERP that is known to be out"
    );
    let calls = stage.proxy.calls.load(Ordering::SeqCst);
    assert!(calls < 40, "{calls} calls of an ERP that is known to be out");

    stage.proxy.is_down.store(false, Ordering::SeqCst);
    for id in ids(0..200) {
        stage.done(&id).await;
    }
    assert!(stage.flows.held_up("flow push").is_none());
    let all = DeliveryFilter::default();
    let all = stage
        .host
        .store
        .deliveries
        .list(all, None, 1_000)
        .await
        .expect("deliveries");
    let own = all.iter().filter(|record| record.delivery.failures == 0).count();
    assert!(own >= 180, "only {own} are without a failure of their own");
    assert!(
        all.iter().all(|record| record.delivery.attempt <= 4),
        "an outage is no attempt"
    );
    stage.stop().await;
}

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
    stage.until("c-000", |delivery| delivery.reason.is_some()).await;
    offset.store(after, Ordering::SeqCst);
    stage.proxy.is_down.store(false, Ordering::SeqCst);
    for id in ids(0..3) {
        stage.done(&id).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_life_put_off_by_a_clock_that_was_ahead_is_due_at_the_start() {
    let contact = NewDelivery {
        event: "hub.contact.saved".to_owned(),
        payload: stage::body("c-000"),
        ..event("flow push", "c-000")
    };
    let stage = Stage::set(Setting {
        before: vec![contact],
        filed_in: 400 * DAY,
        ..Setting::default()
    })
    .await;
    stage.done("c-000").await;
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
        .until("c-000", |delivery| delivery.state == DeliveryState::Leased)
        .await;
    offset.store(400 * DAY, Ordering::SeqCst);
    // The worker looks at the queue.
    stage.file(ids(1..2)).await;
    stage.done("c-001").await;
    stage.done("c-000").await;
    assert_eq!(
        stage.delivery("c-000").await.delivery.attempt,
        1,
        "it was not handed out twice"
    );
    stage.stop().await;
}

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
        stage.done(&id).await;
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
    let endless =
        "fn to_customer(contact) { for page in 1..100000 { customers::list(#{ page_index: page }); } }";
    let stage = Stage::set(Setting {
        options: slow(20),
        automations: vec![("mapping", endless)],
        ..Setting::default()
    })
    .await;
    stage.file(ids(0..20)).await;
    stage
        .until("c-000", |delivery| delivery.state == DeliveryState::Leased)
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
        stage.done(&id).await;
    }
    stage.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_panics_again_and_again_gives_no_sign_of_life() {
    let is_broken = Arc::new(AtomicUsize::new(0));
    let broken = is_broken.clone();
    let clock = Clock::new(move || {
        assert_eq!(broken.load(Ordering::SeqCst), 0, "a broken clock");
        Timestamp::now()
    });
    let stage = Stage::set(Setting {
        clock,
        ..Setting::default()
    })
    .await;
    stage.file(ids(0..1)).await;
    stage.done("c-000").await;
    let age = |part: &str| {
        let signs = stage.host.vitals.signs();
        let sign = signs.iter().find(|sign| sign.part == part);
        sign.map(|sign| sign.age).expect("a part")
    };
    is_broken.store(1, Ordering::SeqCst);
    let begun = Instant::now();
    while stage.host.vitals.panics().count < 8 {
        assert!(begun.elapsed() < PATIENCE, "they are begun anew");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Two of them panicked four times, a second apart.
    assert!(age("worker") >= Duration::from_secs(2), "{:?}", age("worker"));
    assert!(age("clock") >= Duration::from_secs(2), "{:?}", age("clock"));
    is_broken.store(0, Ordering::SeqCst);
    stage.file(ids(1..2)).await;
    stage.done("c-001").await;
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
