//! Cases for the order of [`Deliveries`](crate::Deliveries).

use super::{at, event, handle_one, later, lease, lease_one, letter};
use crate::{Completion, DeliveryState, Lease, NewDelivery, Store, StoreError, Wanted};

async fn enqueue(store: &Store, key: &str, payload: &str, now: i64) -> Result<(), StoreError> {
    store
        .deliveries
        .enqueue(vec![event(key, payload)], at(now))
        .await
        .map(drop)
}

/// The next of a lane comes when the one before has ended.
pub async fn a_lane_gives_one_at_a_time_in_order(store: &Store) -> Result<(), StoreError> {
    let batch = ["1", "2", "3"].map(|payload| event("k", payload)).to_vec();
    let enqueued = store.deliveries.enqueue(batch, at(0)).await?;
    assert!(enqueued.is_sorted_by_key(|enqueued| enqueued.delivery));
    for (index, payload) in ["1", "2", "3"].into_iter().enumerate() {
        let leased = lease_one(store, 1).await?;
        assert_eq!(
            (leased.delivery.id, leased.delivery.payload.as_str()),
            (enqueued[index].delivery, payload)
        );
        assert_eq!(lease(store, 1).await?, []);
        store
            .deliveries
            .complete(leased.lease, Completion::default(), at(1))
            .await?;
    }
    assert_eq!(lease(store, 1).await?, []);
    Ok(())
}

/// Other keys and other targets have lanes of their own.
pub async fn lanes_do_not_wait_for_each_other(store: &Store) -> Result<(), StoreError> {
    let elsewhere = NewDelivery {
        target: "archive".to_owned(),
        ..event("a", "a elsewhere")
    };
    let batch = vec![event("a", "a1"), event("a", "a2"), event("b", "b1"), elsewhere];
    store.deliveries.enqueue(batch, at(0)).await?;
    let payloads: Vec<_> = lease(store, 1)
        .await?
        .into_iter()
        .map(|leased| leased.delivery.payload)
        .collect();
    assert_eq!(payloads, ["a1", "b1", "a elsewhere"]);
    Ok(())
}

/// Who has waited longest is served first.
pub async fn the_longest_due_come_first_up_to_the_limit(store: &Store) -> Result<(), StoreError> {
    for (index, key) in ["a", "b", "c"].into_iter().enumerate() {
        enqueue(store, key, key, index as i64).await?;
    }
    let first = store.deliveries.lease(Wanted::Any(1), "w", at(9), at(3)).await?;
    assert_eq!(first[0].delivery.key, "a");
    store
        .deliveries
        .release(first[0].lease, later(at(4), "later"), at(3))
        .await?;
    let next = store.deliveries.lease(Wanted::Any(2), "w", at(99), at(5)).await?;
    assert_eq!(
        next.iter()
            .map(|leased| leased.delivery.key.as_str())
            .collect::<Vec<_>>(),
        ["b", "c"]
    );
    assert_eq!(
        store.deliveries.lease(Wanted::Any(0), "w", at(99), at(5)).await?,
        []
    );
    assert_eq!(handle_one(store, 5).await?.key, "a");
    Ok(())
}

async fn is_lost(store: &Store, lease: Lease) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    let results = [
        deliveries.complete(lease, Completion::default(), at(50)).await,
        deliveries.extend(lease, at(99), at(50)).await,
        deliveries.release(lease, later(at(50), "late"), at(50)).await,
        deliveries.bury(lease, letter("late"), at(50)).await,
    ];
    for result in results {
        assert!(
            matches!(result, Err(StoreError::LeaseLost { delivery }) if delivery == lease.delivery),
            "{result:?}"
        );
    }
    Ok(())
}

/// Also ahead of what queued behind it; whoever had it can do nothing any more.
pub async fn an_ended_lease_is_given_again_and_the_late_worker_is_told(
    store: &Store,
) -> Result<(), StoreError> {
    let batch = vec![event("k", "1"), event("k", "2")];
    store.deliveries.enqueue(batch, at(0)).await?;
    let late = lease_one(store, 0).await?;
    assert_eq!(lease(store, 29).await?, []);
    let again = lease_one(store, 30).await?;
    assert_eq!((again.delivery.id, again.delivery.attempt), (late.delivery.id, 2));
    assert_ne!(again.lease, late.lease);
    is_lost(store, late.lease).await?;
    store
        .deliveries
        .complete(again.lease, Completion::default(), at(31))
        .await?;
    is_lost(store, again.lease).await?;
    assert_eq!(handle_one(store, 32).await?.payload, "2");
    Ok(())
}

/// The work was done, and nobody else began it.
pub async fn an_ended_lease_that_nobody_took_still_counts(store: &Store) -> Result<(), StoreError> {
    enqueue(store, "k", "1", 0).await?;
    let leased = lease_one(store, 0).await?;
    store
        .deliveries
        .complete(leased.lease, Completion::default(), at(300))
        .await?;
    assert_eq!(lease(store, 301).await?, []);
    Ok(())
}

/// A worker that needs longer says so.
pub async fn an_extended_lease_is_not_given_again(store: &Store) -> Result<(), StoreError> {
    enqueue(store, "k", "1", 0).await?;
    let leased = lease_one(store, 0).await?;
    store.deliveries.extend(leased.lease, at(60), at(20)).await?;
    assert_eq!(lease(store, 59).await?, []);
    store
        .deliveries
        .complete(leased.lease, Completion::default(), at(59))
        .await?;
    assert_eq!(lease(store, 60).await?, []);
    Ok(())
}

/// Order comes before speed: what is behind it waits too.
pub async fn a_released_delivery_holds_up_its_lane_until_its_time(store: &Store) -> Result<(), StoreError> {
    let batch = vec![event("k", "1"), event("k", "2"), event("other", "3")];
    store.deliveries.enqueue(batch, at(0)).await?;
    let first = store
        .deliveries
        .lease(Wanted::Any(1), "w", at(30), at(0))
        .await?
        .remove(0);
    store
        .deliveries
        .release(first.lease, later(at(10), "ERP is down"), at(1))
        .await?;
    is_lost(store, first.lease).await?;
    let record = store.deliveries.get(first.delivery.id).await?;
    assert_eq!(
        record.map(|record| (record.state, record.due_at, record.reason, record.worker)),
        Some((
            DeliveryState::Pending,
            at(10),
            Some("ERP is down".to_owned()),
            None
        ))
    );
    assert_eq!(handle_one(store, 9).await?.payload, "3");
    let second = handle_one(store, 10).await?;
    assert_eq!((second.payload.as_str(), second.attempt), ("1", 2));
    assert_eq!(handle_one(store, 10).await?.payload, "2");
    Ok(())
}

/// A worker can sleep until then, unless it is told of something new.
pub async fn the_next_due_time_is_that_of_the_lanes_heads(store: &Store) -> Result<(), StoreError> {
    assert_eq!(store.deliveries.next_due(None).await?, None);
    let batch = vec![event("k", "1"), event("k", "2")];
    store.deliveries.enqueue(batch, at(0)).await?;
    assert_eq!(store.deliveries.next_due(None).await?, Some(at(0)));
    let first = lease_one(store, 0).await?;
    assert_eq!(
        store.deliveries.next_due(None).await?,
        Some(at(30)),
        "not that of the one behind"
    );
    store
        .deliveries
        .release(first.lease, later(at(20), "later"), at(1))
        .await?;
    assert_eq!(
        store.deliveries.next_due(None).await?,
        Some(at(20)),
        "not that of the one behind"
    );
    handle_one(store, 20).await?;
    handle_one(store, 20).await?;
    assert_eq!(store.deliveries.next_due(None).await?, None);
    Ok(())
}

/// By what enqueues, and by what frees a lane; leasing tells nobody, or workers would wake each other for nothing.
pub async fn workers_are_told_when_something_may_be_due(store: &Store) -> Result<(), StoreError> {
    let mut arrivals = store.deliveries.arrivals();
    let mut told = move || {
        let told = arrivals.has_changed().unwrap_or(false);
        arrivals.mark_unchanged();
        told
    };
    assert!(!told());
    enqueue(store, "k", "1", 0).await?;
    assert!(told(), "enqueueing");
    let leased = lease_one(store, 0).await?;
    assert!(!told(), "leasing");
    store
        .deliveries
        .release(leased.lease, later(at(1), "later"), at(0))
        .await?;
    assert!(told(), "releasing");
    handle_one(store, 1).await?;
    assert!(told(), "completing");
    enqueue(store, "k", "2", 2).await?;
    let leased = lease_one(store, 2).await?;
    told();
    store.deliveries.bury(leased.lease, letter("no"), at(3)).await?;
    assert!(told(), "burying");
    store
        .deliveries
        .retry_dead(crate::DeadSelection::All, at(4))
        .await?;
    assert!(told(), "retrying");
    Ok(())
}
