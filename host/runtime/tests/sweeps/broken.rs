//! Sweeps that are broken off: by pages that fail, by a kill, by a list that shifts meanwhile.

use crate::proxy::Fate;
use crate::stage::{PULL, Stage, sweep};
use sunmao_store::DeliveryState;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_is_asked_for_again_and_none_before_it() {
    let stage = Stage::set(2_100).await;
    stage.proxy.plan().fates.insert(3, (Fate::Lost, 2));
    let life = stage.live(&[(PULL, sweep())]).await;
    assert_eq!(life.run(PULL).await, "2100 rows, 2100 changed, 0 missed, 0 gone");
    assert_eq!(stage.proxy.pages(), [1, 2, 3, 3, 3, 4, 5]);
    assert_eq!(life.customers().await, 2_100);
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_empty_is_not_the_end() {
    let stage = Stage::set(1_600).await;
    let life = stage.live(&[(PULL, sweep())]).await;
    life.run(PULL).await;
    stage.proxy.pages();
    stage.proxy.plan().fates.insert(2, (Fate::Empty, 1));
    assert_eq!(life.run(PULL).await, "1600 rows, 0 changed, 0 missed, 0 gone");
    assert_eq!(stage.proxy.pages(), [1, 2, 2, 3, 4]);
    life.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_killed_twice_goes_on_at_its_page_and_sees_every_change() {
    let stage = Stage::set(3_100).await;
    let life = stage.live(&[(PULL, sweep())]).await;
    life.run(PULL).await;
    let keys = life.keys().await;
    stage.proxy.pages();
    for (number, key) in keys.iter().step_by(100).enumerate() {
        stage.write(Some(*key), &format!("改前 {number}")).await;
    }
    stage.proxy.plan().held = Some(3);
    let fired = life.flows.run(PULL).await.expect("a store").expect("a delivery");
    life.killed_at(&stage, 3).await;

    stage.proxy.plan().held = Some(5);
    let life = stage.live(&[(PULL, sweep())]).await;
    // What lies ahead of it changes once more, and new ones shift every row behind them.
    stage
        .write(Some(*keys.last().expect("a key")), "最后的客户")
        .await;
    for number in 0..7 {
        stage.write(None, &format!("新 {number}")).await;
    }
    life.killed_at(&stage, 5).await;

    let life = stage.live(&[(PULL, sweep())]).await;
    let outcome = life.done(fired.delivery).await;
    let pages = stage.proxy.pages();
    let firsts = pages.iter().filter(|page| **page == 1).count();
    assert!(pages.starts_with(&[1, 2, 3]), "{pages:?}");
    assert!(
        firsts <= 2,
        "only the new rows are looked for from the start: {pages:?}"
    );
    assert!(outcome.ends_with("0 missed, 0 gone"), "{outcome}");
    for key in keys.iter().step_by(100) {
        let body = life.customer(*key).await.body.expect("a body");
        assert!(body.contains("改前") || body.contains("最后的客户"), "{body}");
    }
    let last = life.customer(*keys.last().expect("a key")).await;
    assert!(last.body.expect("a body").contains("最后的客户"));
    life.run(PULL).await;
    assert_eq!(life.customers().await, 3_107);
    let counts = life
        .host
        .store
        .deliveries
        .get(fired.delivery)
        .await
        .expect("a store");
    assert_eq!(counts.map(|one| one.state), Some(DeliveryState::Done));
    life.stop().await;
}
