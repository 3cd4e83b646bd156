//! One budget for all callers: how many at once, how many a second, and what happens to those who wait too long.

use crate::support::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use sunmao_catalogue::{Arguments, Kind};
use sunmao_erp_client::{ErpClient, Error, Phase};
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_calls_are_under_way_than_allowed() {
    const ALLOWED: usize = 3;
    let (inside, full, gate) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(Notify::new()),
        Arc::new(Semaphore::new(0)),
    );
    let (counted, told, held) = (Arc::clone(&inside), Arc::clone(&full), Arc::clone(&gate));
    let erp = StandIn::start(move |seen: Seen| {
        let (inside, full, gate) = (Arc::clone(&counted), Arc::clone(&told), Arc::clone(&held));
        async move {
            if seen.body.get("probe").is_none() {
                if inside.fetch_add(1, Ordering::SeqCst) + 1 == ALLOWED {
                    full.notify_one();
                }
                gate.acquire().await.unwrap().forget();
                inside.fetch_sub(1, Ordering::SeqCst);
            }
            ok(sound(&json_list()))
        }
    })
    .await;
    let mut settings = erp.settings();
    settings.concurrency = ALLOWED;
    let client = ErpClient::new(settings).unwrap();
    let mut callers = JoinSet::new();
    for _ in 0..60 {
        let client = client.clone();
        callers.spawn(async move { client.call(&json_list(), &Arguments::default()).await });
    }
    full.notified().await;
    // Time enough for a fourth to come in, measured in calls of somebody else.
    let probe = erp.client();
    for _ in 0..100 {
        probe
            .call(&json_list(), &arguments([("probe", true.into())]))
            .await
            .unwrap();
        assert_eq!(inside.load(Ordering::SeqCst), ALLOWED);
    }
    gate.add_permits(60);
    for outcome in callers.join_all().await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn calls_are_paced_over_all_clones() {
    let erp = StandIn::start(|_| std::future::ready(ok(sound(&json_list())))).await;
    let mut settings = erp.settings();
    settings.requests_per_second = 20;
    let client = ErpClient::new(settings).unwrap();
    let started = Instant::now();
    for _ in 0..29 {
        client
            .clone()
            .call(&json_list(), &Arguments::default())
            .await
            .unwrap();
    }
    // The login counts too: 30 requests, of which a burst of 20 goes at once and 10 wait 50 ms each.
    assert!(
        started.elapsed() >= Duration::from_millis(450),
        "{:?}",
        started.elapsed()
    );
}

#[tokio::test]
async fn who_waits_longer_than_the_call_may_take_is_over_budget_and_nothing_was_sent() {
    let erp = StandIn::start(|_| std::future::ready(ok(sound(&json_save())))).await;
    let mut settings = erp.settings();
    settings.requests_per_second = 1;
    settings.timeout = Duration::from_millis(900);
    let client = ErpClient::new(settings).unwrap();
    let error = client
        .call(&json_save(), &Arguments::default())
        .await
        .unwrap_err();
    assert_eq!(
        error.kind(),
        Kind::OverBudget,
        "the login took the second's one turn"
    );
    assert!(
        matches!(&error, Error::Call(failure) if failure.phase == Phase::Waiting),
        "{error}"
    );
    assert!(error.fault().hint.contains("rate"), "{error}");
    assert_eq!((erp.logins(), erp.calls().len()), (1, 0));
}
