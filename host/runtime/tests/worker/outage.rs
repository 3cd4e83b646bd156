//! An ERP that is out for a while, and comes back.

use crate::stage::{PATIENCE, Setting, Stage, ids, lane};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use sunmao_runtime::{Progress, Step};
use sunmao_store::DeliveryFilter;
use tokio::sync::broadcast::{Receiver, error::TryRecvError};

/// How many deliveries were put off since the last look.
fn put_off(progress: &mut Receiver<Progress>) -> u64 {
    let mut put_off = 0;
    loop {
        match progress.try_recv() {
            Ok(line) => put_off += u64::from(matches!(line.step, Step::PutOff { .. })),
            Err(TryRecvError::Lagged(missed)) => put_off += missed,
            Err(_) => return put_off,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_not_every_contacts_own_failure() {
    let stage = Stage::set(Setting::default()).await;
    // Signed in: what an outage does to logins is another matter.
    stage.file(vec!["before".to_owned()]).await;
    stage.done(&lane("before")).await;
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
    let put_off = put_off(&mut progress);
    assert!(
        put_off < 40,
        "{put_off} were leased and put off of an ERP that is known to be out"
    );
    let calls = stage.proxy.calls.load(Ordering::SeqCst);
    assert!(calls < 40, "{calls} calls of an ERP that is known to be out");

    stage.proxy.is_down.store(false, Ordering::SeqCst);
    for id in ids(0..200) {
        stage.done(&lane(&id)).await;
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

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_turned_down_is_not_every_contacts_own_failure() {
    let stage = Stage::set(Setting::default()).await;
    stage.proxy.turns_logins_down.store(true, Ordering::SeqCst);
    let mut progress = stage.flows.progress();
    stage.file(ids(0..200)).await;
    let begun = Instant::now();
    while stage.flows.held_up("flow push").is_none() {
        assert!(begun.elapsed() < PATIENCE, "the account is seen to be out");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let held_up = stage.flows.held_up("flow push").expect("the account is out");
    assert!(held_up.message.contains("用户名或密码错误"), "{held_up}");
    let put_off = put_off(&mut progress);
    assert!(
        put_off < 40,
        "{put_off} were leased and put off for an account that cannot sign in"
    );
    assert!(
        stage.proxy.calls.load(Ordering::SeqCst) <= 2,
        "no third wrong login"
    );
    stage.stop().await;
}
