//! Cases for retrying dead deliveries and forgetting done ones.

use super::{at, bury_one, event, handle_one, later, lease, lease_one, saved};
use crate::{DeadSelection, DeliveryId, Disposition, IntentOutcome, NewIntent, Store, StoreError};

/// They are due at once and count their attempts anew.
pub async fn retrying_makes_the_dead_wait_again(store: &Store) -> Result<(), StoreError> {
    store.deliveries.enqueue(vec![event("k", "1")], at(0)).await?;
    let leased = lease_one(store, 0).await?;
    store
        .deliveries
        .release(leased.lease, later(at(1), "later"), at(1))
        .await?;
    let dead = bury_one(store, 1).await?;
    assert_eq!(dead.attempt, 2);
    assert_eq!(store.deliveries.retry_dead(DeadSelection::All, at(5)).await?, 1);
    assert_eq!(store.deliveries.retry_dead(DeadSelection::All, at(5)).await?, 0);
    assert_eq!(store.deliveries.dead(None, 10).await?, []);
    let again = handle_one(store, 5).await?;
    assert_eq!(
        (again.id, again.attempt, again.payload.as_str()),
        (dead.id, 1, "1")
    );
    Ok(())
}

/// The others stay dead.
pub async fn only_the_selected_dead_are_retried(store: &Store) -> Result<(), StoreError> {
    let mut dead = Vec::new();
    for key in ["a", "b", "c"] {
        store.deliveries.enqueue(vec![event(key, "1")], at(0)).await?;
        dead.push(bury_one(store, 1).await?.id);
    }
    let selection = DeadSelection::These(vec![dead[2], dead[0], DeliveryId(999_999)]);
    assert_eq!(store.deliveries.retry_dead(selection, at(2)).await?, 2);
    let still: Vec<_> = store
        .deliveries
        .dead(None, 10)
        .await?
        .into_iter()
        .map(|dead| dead.delivery.id)
        .collect();
    assert_eq!(still, [dead[1]]);
    assert_eq!(lease(store, 3).await?.len(), 2);
    assert_eq!(
        store
            .deliveries
            .retry_dead(DeadSelection::These(Vec::new()), at(4))
            .await?,
        0
    );
    Ok(())
}

/// What waits, is in hand or dead is never forgotten, however old.
pub async fn pruning_forgets_what_ended_long_ago(store: &Store) -> Result<(), StoreError> {
    store
        .deliveries
        .enqueue(vec![event("k", "done"), event("k", "recent")], at(0))
        .await?;
    let done = handle_one(store, 1).await?;
    let recent = handle_one(store, 9).await?;
    store.deliveries.enqueue(vec![event("d", "dead")], at(0)).await?;
    let dead = bury_one(store, 1).await?;
    store
        .deliveries
        .enqueue(vec![event("h", "in hand"), event("h", "waits")], at(0))
        .await?;
    lease_one(store, 1).await?;
    assert_eq!(store.deliveries.prune(at(9)).await?, 1);
    assert_eq!(store.deliveries.get(done.id).await?, None);
    assert!(store.deliveries.get(recent.id).await?.is_some());
    assert!(store.deliveries.get(dead.id).await?.is_some());
    let counts = store.deliveries.counts().await?;
    assert_eq!(
        (counts.pending, counts.leased, counts.done, counts.dead),
        (1, 1, 1, 1)
    );
    Ok(())
}

/// It remembers what was delivered.
pub async fn pruning_keeps_the_last_of_each_record(store: &Store) -> Result<(), StoreError> {
    let mut numbers = Vec::new();
    for revision in 1..=3 {
        store
            .deliveries
            .enqueue(vec![saved("k", revision)], at(0))
            .await?;
        numbers.push(handle_one(store, 1).await?.id);
    }
    assert_eq!(store.deliveries.prune(at(100)).await?, 2);
    let left: Vec<_> = store
        .deliveries
        .of_key("k", 10)
        .await?
        .into_iter()
        .map(|record| record.delivery.id)
        .collect();
    assert_eq!(left, [numbers[2]]);
    let again = store.deliveries.enqueue(vec![saved("k", 3)], at(101)).await?;
    assert_eq!(
        (again[0].delivery, again[0].disposition),
        (numbers[2], Disposition::Covered)
    );
    Ok(())
}

/// Whether it was done before with the same content is told by the last write of each operation, however long ago.
pub async fn pruning_keeps_the_last_write_of_each_operation(store: &Store) -> Result<(), StoreError> {
    let mut numbers = Vec::new();
    for revision in 1..=4 {
        store
            .deliveries
            .enqueue(vec![saved("k", revision)], at(0))
            .await?;
        let leased = lease_one(store, 1).await?;
        numbers.push(leased.delivery.id);
        // The third and the fourth had nothing to write.
        if revision < 3 {
            let intent = NewIntent {
                delivery: Some(leased.delivery.id),
                idempotency_key: format!("note {revision}"),
                operation: "customers.follow-up".to_owned(),
                subject: "k".to_owned(),
                reserved_key: None,
                payload_hash: "hash".to_owned(),
                payload: "{}".to_owned(),
                extension: "flow note".to_owned(),
                extension_version: "1".to_owned(),
            };
            let row = super::open_row("customers.follow-up");
            store.intents.begin(intent, row, at(0)).await?;
            let intents = store.intents.of_delivery(leased.delivery.id).await?;
            store
                .intents
                .resolve(intents[0].id, IntentOutcome::Applied, None, at(1))
                .await?;
        }
        store
            .deliveries
            .complete(leased.lease, crate::Completion::default(), at(1))
            .await?;
    }
    assert_eq!(store.deliveries.prune(at(100)).await?, 2);
    let left = store.deliveries.of_key("k", 10).await?;
    let left: Vec<_> = left.into_iter().map(|record| record.delivery.id).collect();
    assert_eq!(left, [numbers[3], numbers[1]]);
    assert!(store.intents.find("note 2").await?.is_some());
    Ok(())
}

/// Somebody has to look it up yet.
pub async fn pruning_keeps_what_has_an_unresolved_intent(store: &Store) -> Result<(), StoreError> {
    store.deliveries.enqueue(vec![event("k", "1")], at(0)).await?;
    let delivery = lease_one(store, 0).await?;
    let intent = NewIntent {
        delivery: Some(delivery.delivery.id),
        idempotency_key: "push k".to_owned(),
        operation: "customers.save-company".to_owned(),
        subject: "k".to_owned(),
        reserved_key: None,
        payload_hash: "hash".to_owned(),
        payload: "{}".to_owned(),
        extension: "wechat-customer".to_owned(),
        extension_version: "1.0.0".to_owned(),
    };
    store
        .intents
        .begin(intent, super::open_row("customers.save-company"), at(0))
        .await?;
    store
        .deliveries
        .complete(delivery.lease, crate::Completion::default(), at(1))
        .await?;
    assert_eq!(store.deliveries.prune(at(100)).await?, 0);
    let intents = store.intents.of_delivery(delivery.delivery.id).await?;
    store
        .intents
        .resolve(intents[0].id, IntentOutcome::Applied, None, at(2))
        .await?;
    assert_eq!(store.deliveries.prune(at(100)).await?, 1);
    assert_eq!(
        store.intents.find("push k").await?,
        None,
        "it goes with its delivery"
    );
    Ok(())
}
