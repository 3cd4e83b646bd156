//! A list of many customers, some of which change while it is read and the host is killed. The long form is
//! `cargo nextest run --release -p sunmao-runtime --test sweeps --run-ignored only --no-capture many`: four minutes, most of
//! them the simulator's.

use crate::stage::{PULL, Stage, in_detail};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The memory that the process has now, in MiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.expect("a number") / 1024
}

/// Reads so many customers through while one in a hundred changes, killed at two of the pages; then once more while nothing
/// does, each page taking 50 ms. Says how long the latter took, and how much memory it took.
async fn read_many(size: usize, killed_at: [u64; 2]) -> (Duration, u64) {
    let stage = Stage::set(size).await;
    let life = stage.live(&[(PULL, in_detail())]).await;
    assert_eq!(
        life.run(PULL).await,
        format!("{size} rows, {size} changed, 0 missed, 0 gone")
    );
    let keys = life.keys().await;
    assert_eq!(keys.len(), size);
    let changing: Vec<i64> = keys.iter().step_by(100).copied().collect();
    let (before, after) = changing.split_at(changing.len() / 2);
    for key in before {
        stage.write(Some(*key), &format!("改名 {key}")).await;
    }
    stage.proxy.pages();
    stage.proxy.plan().held = Some(killed_at[0]);
    let fired = life.flows.run(PULL).await.expect("a store").expect("a delivery");
    life.killed_at(&stage, killed_at[0]).await;
    stage.proxy.plan().held = Some(killed_at[1]);
    let life = stage.live(&[(PULL, in_detail())]).await;
    let changes = async {
        for key in after {
            stage.write(Some(*key), &format!("改名 {key}")).await;
        }
    };
    let ((), ()) = tokio::join!(changes, life.killed_at(&stage, killed_at[1]));
    let life = stage.live(&[(PULL, in_detail())]).await;
    life.done(fired.delivery).await;
    let pages = stage.proxy.pages();
    assert_eq!(
        pages.iter().filter(|page| **page == 1).count(),
        1,
        "it goes on at its page"
    );

    // What changed behind it is seen by the next one, which takes as long as the ERP does.
    stage.proxy.latency.store(50, Ordering::SeqCst);
    let (begun, at_first) = (Instant::now(), memory());
    let outcome = life.run(PULL).await;
    let took = (begun.elapsed(), memory().saturating_sub(at_first));
    assert!(outcome.ends_with("0 missed, 0 gone"), "{outcome}");
    for key in &changing {
        let body = life.customer(*key).await.body.expect("a body");
        assert!(body.contains(&format!("改名 {key}")), "{key}: {body}");
    }
    life.until_rest().await;
    let details = stage.proxy.details.load(Ordering::SeqCst);
    let unchanged = life.run(PULL).await;
    assert_eq!(unchanged, format!("{size} rows, 0 changed, 0 missed, 0 gone"));
    assert_eq!(
        stage.proxy.details.load(Ordering::SeqCst),
        details,
        "reads of the list alone"
    );
    life.stop().await;
    took
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_seen_although_the_host_is_killed_twice() {
    read_many(2_600, [2, 4]).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; see the top of the file"]
async fn a_hundred_thousand_customers_are_read_in_a_minute_and_in_little_memory() {
    let (time, mebibytes) = read_many(100_000, [60, 120]).await;
    println!("100,000 customers at 50 ms a page: {time:?}, {mebibytes} MiB more memory");
    assert!(time < Duration::from_secs(60), "{time:?}");
    assert!(mebibytes < 100, "{mebibytes} MiB");
}
