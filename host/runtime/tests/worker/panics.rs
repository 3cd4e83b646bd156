//! Panics of the worker, its upkeep and whoever handles a delivery: counted, named, and nobody else's trouble.

use crate::stage::{PATIENCE, Setting, Stage, event, ids, lane};
use async_trait::async_trait;
use jiff::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use sunmao_runtime::Clock;
use sunmao_store::{DeliveryState, Link, Links, NewLink, RecordName, StoreError};

/// Links that cannot be looked at for one contact.
struct Broken {
    links: Arc<dyn Links>,
}

#[async_trait]
impl Links for Broken {
    async fn put(&self, link: NewLink, now: Timestamp) -> Result<(), StoreError> {
        self.links.put(link, now).await
    }

    async fn get(&self, link: &str, record: &RecordName) -> Result<Option<Link>, StoreError> {
        assert_ne!(record.id, "c-000", "a contact that nobody thought of");
        self.links.get(link, record).await
    }

    async fn get_many(&self, link: &str, records: &[RecordName]) -> Result<Vec<Link>, StoreError> {
        self.links.get_many(link, records).await
    }

    async fn find_by_key(&self, link: &str, erp_key: i64) -> Result<Option<Link>, StoreError> {
        self.links.find_by_key(link, erp_key).await
    }

    async fn list(
        &self,
        link: &str,
        after: Option<&RecordName>,
        limit: u32,
    ) -> Result<Vec<Link>, StoreError> {
        self.links.list(link, after, limit).await
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
        stage.done(&lane(&id)).await;
    }
    let dead = stage
        .until("contact/c-000", |delivery| delivery.state == DeliveryState::Dead)
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
    stage.done("contact/c-000").await;
    // The worker, the tick and whoever handles the contact all read it.
    panics.store(6, Ordering::SeqCst);
    let deliveries = &stage.host.store.deliveries;
    let filed = deliveries.enqueue(vec![event("flow push", "contact/c-001")], Timestamp::now());
    filed.await.expect("enqueued");
    let begun = Instant::now();
    while panics.load(Ordering::SeqCst) > 0 {
        assert!(begun.elapsed() < PATIENCE, "somebody reads it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stage.file(ids(2..3)).await;
    stage.done("contact/c-002").await;
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
    stage.done("contact/c-000").await;
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
    stage.done("contact/c-001").await;
    stage.stop().await;
}
