//! Cases for [`Records`](crate::Records): records that are deleted, and those that come back.

use super::{at, body_of, contact, handle_one, later, lease, lease_one, name, open_row, record};
use crate::{
    Accepted, DeadSelection, DeliveryId, DeliveryState, Disposition, Leased, NewIntent, NewRecord, Occasion,
    Route, Store, StoreError,
};

fn route(occasion: Occasion, target: &str) -> Route {
    Route {
        kind: "contact".to_owned(),
        occasion,
        target: target.to_owned(),
    }
}

/// Files a record that one target hears of, whatever happens to it.
async fn file(store: &Store, record: NewRecord, now: i64) -> Result<Accepted, StoreError> {
    let routes = [Occasion::Saved, Occasion::Deleted].map(|occasion| route(occasion, "push"));
    let mut accepted = store
        .records
        .accept(vec![record], routes.to_vec(), "hub", at(now))
        .await?;
    Ok(accepted.remove(0))
}

/// Files a record for those who hear only that it was saved.
async fn file_for_savers(store: &Store, record: NewRecord, now: i64) -> Result<Accepted, StoreError> {
    let routes = vec![route(Occasion::Saved, "push")];
    let mut accepted = store.records.accept(vec![record], routes, "hub", at(now)).await?;
    Ok(accepted.remove(0))
}

fn told(leased: &Leased) -> (&str, &str) {
    (leased.delivery.event.as_str(), leased.delivery.payload.as_str())
}

async fn state(store: &Store, id: DeliveryId) -> Result<Option<DeliveryState>, StoreError> {
    Ok(store.deliveries.get(id).await?.map(|record| record.state))
}

/// It keeps its name, its revisions and its number among the changes.
pub async fn a_deleted_record_is_a_tombstone_that_can_be_revived(store: &Store) -> Result<(), StoreError> {
    let swept = NewRecord {
        fingerprint: Some("f1".to_owned()),
        ..contact("c1", "1")
    };
    let first = file(store, swept.clone(), 0).await?;
    let gone = file(store, record("c1", None), 5).await?;
    assert_eq!((gone.revision, gone.changed), (2, true));
    assert!(gone.change > first.change);
    let tombstone = store.records.get(&name("c1")).await?;
    let tombstone = tombstone.map(|kept| {
        (
            kept.body,
            kept.fingerprint,
            kept.revision,
            kept.change,
            kept.created_at,
            kept.updated_at,
        )
    });
    assert_eq!(tombstone, Some((None, None, 2, gone.change, at(0), at(5))));
    assert_eq!(store.records.count("contact").await?, 0);
    let changes = store.records.changes(first.change, None, 10).await?;
    assert_eq!(changes.len(), 1);
    // With the very fingerprint and body that it had.
    let back = file(store, swept, 6).await?;
    assert_eq!((back.revision, back.changed), (3, true));
    assert_eq!(body_of(store, "c1").await?.as_deref(), Some("1"));
    assert_eq!(store.records.count("contact").await?, 1);
    Ok(())
}

/// Neither what never was there nor what was deleted before.
pub async fn deleting_what_is_not_there_is_no_write(store: &Store) -> Result<(), StoreError> {
    let never = file(store, record("c1", None), 0).await?;
    assert_eq!((never.revision, never.change, never.changed), (0, 0, false));
    assert_eq!(never.deliveries, []);
    assert_eq!(store.records.get(&name("c1")).await?, None);
    file(store, contact("c1", "1"), 1).await?;
    let gone = file(store, record("c1", None), 2).await?;
    let again = file(store, record("c1", None), 3).await?;
    assert_eq!(
        (again.revision, again.change, again.changed),
        (2, gone.change, false)
    );
    assert_eq!(handle_one(store, 4).await?.event, "contact.deleted");
    assert_eq!(lease(store, 5).await?, []);
    Ok(())
}

/// Nobody creates what is gone; the last body says what it was.
pub async fn a_deletion_takes_the_place_of_what_still_waits(store: &Store) -> Result<(), StoreError> {
    let saved = file(store, contact("c1", "1"), 0).await?.deliveries[0];
    let gone = file(store, record("c1", None), 1).await?.deliveries[0];
    assert_eq!(
        (gone.delivery, gone.disposition),
        (saved.delivery, Disposition::Merged)
    );
    let leased = lease_one(store, 2).await?;
    assert_eq!(told(&leased), ("contact.deleted", "1"));
    assert_eq!(leased.delivery.revision, Some(2));
    Ok(())
}

/// The reverse.
pub async fn a_record_that_is_saved_again_takes_the_place_of_its_deletion(
    store: &Store,
) -> Result<(), StoreError> {
    file(store, contact("c1", "1"), 0).await?;
    handle_one(store, 1).await?;
    let gone = file(store, record("c1", None), 2).await?.deliveries[0];
    let back = file(store, contact("c1", "1"), 3).await?.deliveries[0];
    assert_eq!(
        (back.delivery, back.disposition),
        (gone.delivery, Disposition::Merged)
    );
    let leased = lease_one(store, 4).await?;
    assert_eq!(told(&leased), ("contact.saved", "1"));
    // All of it in one batch.
    let batch = vec![contact("c2", "1"), record("c2", None), contact("c2", "2")];
    let routes = [Occasion::Saved, Occasion::Deleted].map(|occasion| route(occasion, "push"));
    let accepted = store.records.accept(batch, routes.to_vec(), "hub", at(5)).await?;
    let revisions: Vec<_> = accepted.iter().map(|accepted| accepted.revision).collect();
    assert_eq!(revisions, [1, 2, 3]);
    assert_eq!(told(&lease_one(store, 6).await?), ("contact.saved", "2"));
    Ok(())
}

/// One lane: what was saved ends before what was deleted begins.
pub async fn a_deletion_queues_behind_the_one_in_hand(store: &Store) -> Result<(), StoreError> {
    file(store, contact("c1", "1"), 0).await?;
    let saving = lease_one(store, 1).await?;
    let gone = file(store, record("c1", None), 2).await?.deliveries[0];
    assert_eq!(gone.disposition, Disposition::Queued);
    assert_eq!(lease(store, 3).await?, []);
    store
        .deliveries
        .complete(saving.lease, crate::Completion::default(), at(4))
        .await?;
    assert_eq!(told(&lease_one(store, 5).await?), ("contact.deleted", "1"));
    Ok(())
}

/// With its event.
pub async fn a_released_delivery_takes_over_the_deletion(store: &Store) -> Result<(), StoreError> {
    file(store, contact("c1", "1"), 0).await?;
    let saving = lease_one(store, 1).await?;
    let gone = file(store, record("c1", None), 2).await?.deliveries[0];
    store
        .deliveries
        .release(saving.lease, later(at(3), "busy"), at(3))
        .await?;
    let leased = lease_one(store, 4).await?;
    assert_eq!(leased.delivery.id, saving.delivery.id);
    assert_eq!(told(&leased), ("contact.deleted", "1"));
    assert_eq!(
        state(store, gone.delivery).await?,
        Some(DeliveryState::Superseded)
    );
    Ok(())
}

/// A target that hears of no deletion must not be given what was deleted, neither now nor by hand.
pub async fn what_nobody_would_follow_up_is_superseded(store: &Store) -> Result<(), StoreError> {
    let waiting = file_for_savers(store, contact("c1", "1"), 0).await?.deliveries[0];
    let dead = file_for_savers(store, contact("c2", "1"), 1).await?.deliveries[0];
    let other = file_for_savers(store, contact("c3", "1"), 1).await?.deliveries[0];
    for leased in lease(store, 2).await? {
        match leased.delivery.id == dead.delivery {
            true => {
                store
                    .deliveries
                    .bury(leased.lease, super::letter("no"), at(3))
                    .await?;
            }
            false => {
                store
                    .deliveries
                    .release(leased.lease, later(at(9), "busy"), at(3))
                    .await?;
            }
        }
    }
    for id in ["c1", "c2"] {
        let gone = file_for_savers(store, record(id, None), 4).await?;
        assert_eq!(gone.deliveries, []);
    }
    for enqueued in [waiting, dead] {
        assert_eq!(
            state(store, enqueued.delivery).await?,
            Some(DeliveryState::Superseded)
        );
    }
    assert_eq!(store.deliveries.retry_dead(DeadSelection::All, at(5)).await?, 0);
    assert_eq!(handle_one(store, 20).await?.id, other.delivery);
    // Saved once more, it is told again.
    let back = file_for_savers(store, contact("c1", "1"), 21).await?;
    assert_eq!(back.deliveries[0].disposition, Disposition::Queued);
    assert_eq!(handle_one(store, 22).await?.payload, "1");
    Ok(())
}

/// Whoever looks up what became of it needs the delivery.
pub async fn what_may_have_been_written_is_not_superseded(store: &Store) -> Result<(), StoreError> {
    let waiting = file_for_savers(store, contact("c1", "1"), 0).await?.deliveries[0];
    let leased = lease_one(store, 1).await?;
    let intent = NewIntent {
        delivery: Some(waiting.delivery),
        idempotency_key: "k".to_owned(),
        operation: "customers.save-company".to_owned(),
        subject: leased.delivery.key.clone(),
        reserved_key: Some(41),
        payload_hash: "3f".to_owned(),
        payload: "{}".to_owned(),
        extension: "flow push".to_owned(),
        extension_version: "1".to_owned(),
    };
    store
        .intents
        .begin(intent, open_row("customers.save-company"), at(1))
        .await?;
    store
        .deliveries
        .release(leased.lease, later(at(3), "busy"), at(2))
        .await?;
    file_for_savers(store, record("c1", None), 2).await?;
    assert_eq!(
        state(store, waiting.delivery).await?,
        Some(DeliveryState::Pending)
    );
    Ok(())
}
