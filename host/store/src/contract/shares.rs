//! Cases for [`Deliveries::lease`](crate::Deliveries::lease) by target.

use super::{at, lease_one};
use crate::{Leased, NewDelivery, Share, Store, StoreError, Wanted};

async fn enqueue(store: &Store, target: &str, keys: &[&str], now: i64) -> Result<(), StoreError> {
    let new = |key: &&str| NewDelivery {
        event: "contact.saved".to_owned(),
        target: target.to_owned(),
        key: (*key).to_owned(),
        payload: "{}".to_owned(),
        revision: None,
        hops: 0,
    };
    let batch = keys.iter().map(new).collect();
    store.deliveries.enqueue(batch, at(now)).await.map(drop)
}

async fn lease_of(
    store: &Store,
    limit: u32,
    shares: &[(&str, u32)],
    now: i64,
) -> Result<Vec<Leased>, StoreError> {
    let share = |(target, limit): &(&str, u32)| Share {
        target: (*target).to_owned(),
        limit: *limit,
    };
    let shares = shares.iter().map(share).collect();
    let wanted = Wanted::Of { limit, shares };
    store
        .deliveries
        .lease(wanted, "worker", at(now + 30), at(now))
        .await
}

fn keys(leased: &[Leased]) -> Vec<&str> {
    leased.iter().map(|leased| leased.delivery.key.as_str()).collect()
}

/// A target that floods the queue leaves room for the others.
pub async fn each_target_gets_its_share_and_all_together_the_limit(store: &Store) -> Result<(), StoreError> {
    enqueue(store, "plugin flood", &["f1", "f2", "f3", "f4"], 0).await?;
    enqueue(store, "flow push", &["p1", "p2"], 1).await?;
    let leased = lease_of(store, 9, &[("plugin flood", 1), ("flow push", 2)], 2).await?;
    assert_eq!(keys(&leased), ["f1", "p1", "p2"]);
    enqueue(store, "flow push", &["p3"], 3).await?;
    let leased = lease_of(store, 2, &[("flow push", 2), ("plugin flood", 9)], 4).await?;
    assert_eq!(keys(&leased), ["f2", "p3"], "the earlier target first");
    assert_eq!(lease_of(store, 9, &[("plugin gone", 9)], 5).await?, []);
    assert_eq!(lease_of(store, 9, &[], 5).await?, []);
    assert_eq!(lease_of(store, 0, &[("plugin flood", 9)], 5).await?, []);
    Ok(())
}

/// Also what a worker that is gone held.
pub async fn an_ended_lease_is_given_again_within_its_targets_share(store: &Store) -> Result<(), StoreError> {
    enqueue(store, "plugin flood", &["f1"], 0).await?;
    lease_one(store, 0).await?;
    assert_eq!(lease_of(store, 9, &[("flow push", 9)], 31).await?, []);
    assert_eq!(
        keys(&lease_of(store, 9, &[("plugin flood", 9)], 31).await?),
        ["f1"]
    );
    Ok(())
}

/// A worker that takes nothing of a target is not woken by it.
pub async fn the_next_due_time_is_that_of_the_targets_asked_for(store: &Store) -> Result<(), StoreError> {
    enqueue(store, "plugin flood", &["f1"], 1).await?;
    enqueue(store, "flow push", &["p1"], 2).await?;
    let next = async |targets: &[&str]| {
        let targets = targets.iter().map(|target| (*target).to_owned()).collect();
        store.deliveries.next_due(Some(targets)).await
    };
    assert_eq!(next(&["flow push"]).await?, Some(at(2)));
    assert_eq!(next(&["flow push", "plugin flood"]).await?, Some(at(1)));
    assert_eq!(next(&["plugin gone"]).await?, None);
    assert_eq!(next(&[]).await?, None);
    assert_eq!(store.deliveries.next_due(None).await?, Some(at(1)));
    Ok(())
}
