//! Cases for [`Records`](crate::Records): records that are made from rows, with fingerprints of these.

use super::{accept, at, body_of, bury_one, contact, handle_one, lease, name, route};
use crate::{Accepted, Disposition, NewRecord, Store, StoreError};

fn row(id: &str, body: &str, fingerprint: &str) -> NewRecord {
    NewRecord {
        fingerprint: Some(fingerprint.to_owned()),
        ..contact(id, body)
    }
}

async fn sweep(store: &Store, row: NewRecord, now: i64) -> Result<Accepted, StoreError> {
    let routes = vec![route("customer-pull")];
    let mut accepted = store.records.accept(vec![row], routes, "sweep", at(now)).await?;
    Ok(accepted.remove(0))
}

/// Of a row that looks as it did, nobody reads the details.
pub async fn an_equal_fingerprint_is_unchanged_whatever_the_body(store: &Store) -> Result<(), StoreError> {
    let first = sweep(store, row("7", "whole", "f1"), 0).await?;
    let again = sweep(store, row("7", "in short", "f1"), 1).await?;
    assert_eq!(
        (again.changed, again.revision, again.change),
        (false, 1, first.change)
    );
    assert_eq!(again.deliveries[0].disposition, Disposition::Covered);
    assert_eq!(body_of(store, "7").await?.as_deref(), Some("whole"));
    let changed = sweep(store, row("7", "changed", "f2"), 2).await?;
    assert_eq!((changed.changed, changed.revision), (true, 2));
    // A target that never heard of it does now, with what is kept.
    let mut new = store
        .records
        .accept(vec![row("7", "-", "f2")], vec![route("second")], "sweep", at(3))
        .await?;
    assert_eq!(new[0].deliveries[0].disposition, Disposition::Queued);
    let new = store.deliveries.get(new.remove(0).deliveries[0].delivery).await?;
    assert_eq!(
        new.map(|record| record.delivery.payload).as_deref(),
        Some("changed")
    );
    // Whoever files without one is taken at the body's word.
    let by_hand = accept(store, "7", "by hand", 4).await?;
    assert_eq!((by_hand.changed, by_hand.revision), (true, 3));
    assert!(
        sweep(store, row("7", "changed", "f2"), 5).await?.changed,
        "its fingerprint went with the body it was of"
    );
    Ok(())
}

/// It need not be looked at again, and nobody has to hear of it.
pub async fn another_fingerprint_of_the_same_body_is_kept_without_a_change(
    store: &Store,
) -> Result<(), StoreError> {
    let first = sweep(store, row("7", "whole", "f1"), 0).await?;
    let same = sweep(store, row("7", "whole", "f2"), 1).await?;
    assert_eq!(
        (same.changed, same.revision, same.change),
        (false, 1, first.change)
    );
    let kept = store.records.get(&name("7")).await?;
    let kept = kept.map(|record| (record.fingerprint, record.change, record.updated_at));
    assert_eq!(kept, Some((Some("f2".to_owned()), first.change, at(0))));
    assert!(!sweep(store, row("7", "never read", "f2"), 2).await?.changed);
    Ok(())
}

/// A sweep that comes by every hour must not try a refused row every hour.
pub async fn a_dead_delivery_stays_dead_where_nobody_filed_anything(store: &Store) -> Result<(), StoreError> {
    let first = sweep(store, row("7", "1", "f1"), 0).await?.deliveries[0];
    bury_one(store, 1).await?;
    let again = sweep(store, row("7", "1", "f1"), 2).await?.deliveries[0];
    assert_eq!(
        (again.delivery, again.disposition),
        (first.delivery, Disposition::Covered)
    );
    assert_eq!(lease(store, 3).await?, []);
    let changed = sweep(store, row("7", "2", "f2"), 4).await?.deliveries[0];
    assert_eq!(
        (changed.delivery, changed.disposition),
        (first.delivery, Disposition::Queued)
    );
    assert_eq!(handle_one(store, 5).await?.payload, "2");
    Ok(())
}
