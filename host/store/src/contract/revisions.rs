//! Cases for deliveries that carry a state of their record.

use super::{at, bury_one, event, handle_one, later, lease, lease_one, saved};
use crate::{
    Completion, DeadSelection, DeliveryState, Disposition, Enqueued, NewDelivery, Store, StoreError,
};

async fn enqueue(store: &Store, delivery: NewDelivery, now: i64) -> Result<Enqueued, StoreError> {
    Ok(store.deliveries.enqueue(vec![delivery], at(now)).await?.remove(0))
}

/// The waiting delivery stays the same one, with its intents, and begins its attempts anew.
pub async fn a_newer_payload_replaces_the_waiting_one(store: &Store) -> Result<(), StoreError> {
    let first = enqueue(store, saved("k", 1), 0).await?;
    let leased = lease_one(store, 0).await?;
    store
        .deliveries
        .release(leased.lease, later(at(1), "later"), at(1))
        .await?;
    let second = enqueue(store, saved("k", 2), 2).await?;
    assert_eq!(
        (second.delivery, second.disposition),
        (first.delivery, Disposition::Merged)
    );
    let delivery = handle_one(store, 3).await?;
    assert_eq!(
        (delivery.id, delivery.revision, delivery.attempt),
        (first.delivery, Some(2), 1)
    );
    assert_eq!(
        (delivery.payload.as_str(), delivery.created_at),
        ("k at 2", at(0))
    );
    assert_eq!(lease(store, 4).await?, []);
    Ok(())
}

/// What a worker has read does not change under it; several newer ones share the place behind.
pub async fn a_newer_payload_queues_behind_the_one_in_hand(store: &Store) -> Result<(), StoreError> {
    enqueue(store, saved("k", 1), 0).await?;
    let leased = lease_one(store, 0).await?;
    let second = enqueue(store, saved("k", 2), 1).await?;
    assert_eq!(second.disposition, Disposition::Queued);
    assert_ne!(second.delivery, leased.delivery.id);
    let third = enqueue(store, saved("k", 3), 2).await?;
    assert_eq!(
        (third.delivery, third.disposition),
        (second.delivery, Disposition::Merged)
    );
    assert_eq!(lease(store, 3).await?, [], "the lane is taken");
    store
        .deliveries
        .complete(leased.lease, Completion::default(), at(3))
        .await?;
    assert_eq!(handle_one(store, 4).await?.payload, "k at 3");
    Ok(())
}

/// It would else push an old state first, and the newer one after it.
pub async fn a_released_delivery_takes_over_the_newer_payload(store: &Store) -> Result<(), StoreError> {
    enqueue(store, saved("k", 1), 0).await?;
    let leased = lease_one(store, 0).await?;
    let second = enqueue(store, saved("k", 2), 1).await?;
    store
        .deliveries
        .release(leased.lease, later(at(9), "ERP is down"), at(2))
        .await?;
    let state = store
        .deliveries
        .get(second.delivery)
        .await?
        .map(|record| record.state);
    assert_eq!(state, Some(DeliveryState::Superseded));
    let third = enqueue(store, saved("k", 3), 3).await?;
    assert_eq!(
        (third.delivery, third.disposition),
        (leased.delivery.id, Disposition::Merged)
    );
    let delivery = handle_one(store, 9).await?;
    assert_eq!(
        (delivery.id, delivery.revision, delivery.attempt),
        (leased.delivery.id, Some(3), 1)
    );
    assert_eq!(lease(store, 10).await?, []);
    Ok(())
}

/// It would overtake the one in hand, should that be put off.
pub async fn the_dead_are_not_revived_while_another_is_in_hand(store: &Store) -> Result<(), StoreError> {
    let first = enqueue(store, saved("k", 1), 0).await?;
    let leased = lease_one(store, 0).await?;
    enqueue(store, saved("k", 2), 1).await?;
    store
        .deliveries
        .bury(leased.lease, super::letter("no"), at(1))
        .await?;
    let second = lease_one(store, 2).await?;
    let third = enqueue(store, saved("k", 3), 3).await?;
    assert!(third.delivery != first.delivery && third.delivery != second.delivery.id);
    store
        .deliveries
        .release(second.lease, later(at(4), "later"), at(4))
        .await?;
    assert_eq!(handle_one(store, 4).await?.payload, "k at 3");
    assert_eq!(lease(store, 5).await?, []);
    assert_eq!(store.deliveries.dead(None, 10).await?, []);
    Ok(())
}

/// A corrected contact goes on where the refused one stopped, with the same intents.
pub async fn a_newer_payload_revives_the_dead_one(store: &Store) -> Result<(), StoreError> {
    let first = enqueue(store, saved("k", 1), 0).await?;
    bury_one(store, 1).await?;
    let second = enqueue(store, saved("k", 2), 5).await?;
    assert_eq!(
        (second.delivery, second.disposition),
        (first.delivery, Disposition::Queued)
    );
    assert_eq!(store.deliveries.dead(None, 10).await?, []);
    assert_eq!(lease(store, 4).await?, [], "it is due when it was enqueued again");
    let delivery = handle_one(store, 5).await?;
    assert_eq!((delivery.payload.as_str(), delivery.attempt), ("k at 2", 1));
    Ok(())
}

/// It was put off because the ERP is away, and that has not changed.
pub async fn a_newer_payload_keeps_the_time_of_one_put_off(store: &Store) -> Result<(), StoreError> {
    enqueue(store, saved("k", 1), 0).await?;
    let leased = lease_one(store, 0).await?;
    store
        .deliveries
        .release(leased.lease, later(at(60), "ERP is down"), at(1))
        .await?;
    enqueue(store, saved("k", 2), 2).await?;
    assert_eq!(lease(store, 59).await?, []);
    assert_eq!(handle_one(store, 60).await?.payload, "k at 2");
    Ok(())
}

/// Late or repeated news change nothing, whether the newer one waits, is in hand or done.
pub async fn an_older_payload_is_covered(store: &Store) -> Result<(), StoreError> {
    let newest = enqueue(store, saved("k", 5), 0).await?;
    let covered = Enqueued {
        delivery: newest.delivery,
        disposition: Disposition::Covered,
    };
    assert_eq!(enqueue(store, saved("k", 4), 1).await?, covered);
    let leased = lease_one(store, 2).await?;
    assert_eq!(enqueue(store, saved("k", 5), 3).await?, covered);
    store
        .deliveries
        .complete(leased.lease, Completion::default(), at(4))
        .await?;
    assert_eq!(enqueue(store, saved("k", 4), 5).await?, covered);
    assert_eq!(lease(store, 6).await?, []);
    let backwards = vec![saved("l", 2), saved("l", 1)];
    let enqueued = store.deliveries.enqueue(backwards, at(7)).await?;
    assert_eq!(enqueued[0].delivery, enqueued[1].delivery);
    assert_eq!(handle_one(store, 8).await?.payload, "l at 2");
    Ok(())
}

/// Two payments of one order are two events.
pub async fn events_that_stand_for_themselves_are_never_merged(store: &Store) -> Result<(), StoreError> {
    let batch = vec![event("k", "same"), event("k", "same")];
    let enqueued = store.deliveries.enqueue(batch, at(0)).await?;
    let third = enqueue(store, event("k", "same"), 1).await?;
    assert!(enqueued[0].delivery < enqueued[1].delivery && enqueued[1].delivery < third.delivery);
    assert!(
        enqueued
            .iter()
            .all(|enqueued| enqueued.disposition == Disposition::Queued)
    );
    assert_eq!(third.disposition, Disposition::Queued);
    for enqueued in [enqueued[0], enqueued[1], third] {
        assert_eq!(handle_one(store, 2).await?.id, enqueued.delivery);
    }
    Ok(())
}

/// A target and a key make a record: what it is told of it is one series.
pub async fn records_of_different_targets_are_not_merged_whatever_the_event(
    store: &Store,
) -> Result<(), StoreError> {
    let deleted = NewDelivery {
        event: "contact.deleted".to_owned(),
        ..saved("k", 2)
    };
    let archived = NewDelivery {
        target: "archive".to_owned(),
        ..saved("k", 2)
    };
    let batch = vec![saved("k", 1), deleted, archived, saved("l", 2)];
    let enqueued = store.deliveries.enqueue(batch, at(0)).await?;
    assert_eq!(enqueued[0], enqueued[1]);
    let mut leased = lease(store, 1).await?;
    leased.sort_by_key(|leased| leased.delivery.id);
    let told: Vec<_> = leased
        .iter()
        .map(|leased| {
            let delivery = &leased.delivery;
            (
                delivery.target.as_str(),
                delivery.event.as_str(),
                delivery.payload.as_str(),
            )
        })
        .collect();
    let expected = [
        ("customer-push", "contact.deleted", "k at 2"),
        ("archive", "contact.saved", "k at 2"),
        ("customer-push", "contact.saved", "l at 2"),
    ];
    assert_eq!(told, expected);
    Ok(())
}

/// Nobody needs to care for what was overtaken.
pub async fn a_newer_payload_that_got_through_supersedes_the_dead(store: &Store) -> Result<(), StoreError> {
    enqueue(store, saved("k", 1), 0).await?;
    let first = lease_one(store, 0).await?;
    enqueue(store, saved("k", 2), 1).await?;
    store
        .deliveries
        .bury(first.lease, super::letter("no"), at(2))
        .await?;
    assert_eq!(
        store.deliveries.dead(None, 10).await?.len(),
        1,
        "while the newer one has not got through"
    );
    handle_one(store, 3).await?;
    assert_eq!(store.deliveries.dead(None, 10).await?, []);
    let state = store
        .deliveries
        .get(first.delivery.id)
        .await?
        .map(|record| record.state);
    assert_eq!(state, Some(DeliveryState::Superseded));
    Ok(())
}

/// The ERP must not get an old state after a newer one.
pub async fn an_overtaken_payload_is_not_retried(store: &Store) -> Result<(), StoreError> {
    enqueue(store, saved("k", 1), 0).await?;
    let first = lease_one(store, 0).await?;
    enqueue(store, saved("k", 2), 1).await?;
    store
        .deliveries
        .bury(first.lease, super::letter("no"), at(2))
        .await?;
    assert_eq!(store.deliveries.retry_dead(DeadSelection::All, at(3)).await?, 0);
    assert_eq!(handle_one(store, 4).await?.payload, "k at 2");
    assert_eq!(lease(store, 5).await?, []);
    assert_eq!(store.deliveries.counts().await?.superseded, 1);
    Ok(())
}
