//! Cases for what waits: what put-offs count as, when it is due, and what a person does with it.

use jiff::SignedDuration;

use super::{at, bury_one, event, handle_one, later, lease, lease_one, saved};
use crate::{
    Cause, Delivery, DeliveryFilter, DeliveryId, DeliveryState, Dropped, IntentOutcome, NewIntent, PutOff,
    Selection, Store, StoreError, Unresolved,
};

fn put_off(not_before: i64, cause: Cause) -> PutOff {
    PutOff {
        cause,
        ..later(at(not_before), "why")
    }
}

fn waits_for(what: &str) -> Cause {
    Cause::WaitsFor(what.to_owned())
}

fn counts(delivery: &Delivery) -> [i64; 4] {
    [
        delivery.attempt,
        delivery.failures,
        delivery.unconfirmed,
        delivery.panics,
    ]
}

async fn due(store: &Store, id: DeliveryId) -> Result<Option<i64>, StoreError> {
    let record = store.deliveries.get(id).await?;
    Ok(record.map(|record| record.due_at.duration_since(at(0)).as_secs()))
}

/// What an outage, a kill or a stop did is not the delivery's own failure.
pub async fn an_attempt_counts_as_what_it_came_to(store: &Store) -> Result<(), StoreError> {
    store.deliveries.enqueue(vec![event("k", "1")], at(0)).await?;
    let ends = [
        (waits_for("erp main"), [1, 0, 0, 0]),
        (Cause::Interrupted, [1, 0, 0, 0]),
        (Cause::Failed, [1, 0, 0, 0]),
        (Cause::Unconfirmed, [2, 1, 0, 0]),
        (Cause::Panicked, [3, 2, 1, 0]),
        (waits_for("erp main"), [4, 3, 1, 1]),
        (Cause::Failed, [4, 3, 1, 1]),
    ];
    for (cause, expected) in ends {
        let leased = lease_one(store, 1).await?;
        assert_eq!(counts(&leased.delivery), expected, "before {cause:?}");
        store
            .deliveries
            .release(leased.lease, put_off(1, cause), at(1))
            .await?;
    }
    assert_eq!(counts(&lease_one(store, 1).await?.delivery), [5, 4, 1, 1]);
    // A worker that vanished says nothing of what came of it.
    assert_eq!(counts(&lease_one(store, 99).await?.delivery), [6, 4, 1, 1]);
    Ok(())
}

/// Another payload has its own luck; so has another try of a dead one.
pub async fn what_counts_is_counted_anew_for_a_newer_payload(store: &Store) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    deliveries.enqueue(vec![saved("k", 1)], at(0)).await?;
    let fail = async || {
        for cause in [Cause::Unconfirmed, Cause::Panicked] {
            let leased = lease_one(store, 1).await?;
            deliveries.release(leased.lease, put_off(1, cause), at(1)).await?;
        }
        Ok::<_, StoreError>(())
    };
    fail().await?;
    deliveries.enqueue(vec![saved("k", 2)], at(1)).await?;
    let leased = lease_one(store, 1).await?;
    assert_eq!(counts(&leased.delivery), [1, 0, 0, 0], "replaced while it waited");
    deliveries.enqueue(vec![saved("k", 3)], at(1)).await?;
    deliveries
        .release(leased.lease, put_off(1, Cause::Unconfirmed), at(1))
        .await?;
    fail().await?;
    let leased = lease_one(store, 1).await?;
    assert_eq!(
        counts(&leased.delivery),
        [3, 2, 1, 1],
        "counted since it was taken over"
    );
    deliveries.bury(leased.lease, super::letter("no"), at(1)).await?;
    deliveries.retry_dead(crate::DeadSelection::All, at(1)).await?;
    assert_eq!(
        counts(&lease_one(store, 1).await?.delivery),
        [1, 0, 0, 0],
        "tried again"
    );
    Ok(())
}

/// And what waits for something else, or for its time, goes on waiting.
pub async fn what_waited_is_due_once_it_is_back(store: &Store) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    let batch = ["a", "b", "c"].map(|key| event(key, key));
    deliveries.enqueue(batch.to_vec(), at(0)).await?;
    let causes = [waits_for("erp main"), waits_for("erp branch"), Cause::Failed];
    let mut ids = Vec::new();
    for (leased, cause) in lease(store, 0).await?.into_iter().zip(causes) {
        ids.push(leased.delivery.id);
        deliveries
            .release(leased.lease, put_off(300, cause), at(0))
            .await?;
    }
    let record = deliveries.get(ids[0]).await?;
    assert_eq!(
        record.and_then(|record| record.waits_for).as_deref(),
        Some("erp main")
    );
    assert_eq!(deliveries.hasten(Some("erp main"), at(5)).await?, 1);
    assert_eq!(due(store, ids[0]).await?, Some(5));
    assert_eq!(due(store, ids[1]).await?, Some(300));
    assert_eq!(
        deliveries.hasten(Some("erp main"), at(6)).await?,
        0,
        "it waits for nothing now"
    );
    assert_eq!(deliveries.hasten(None, at(7)).await?, 1);
    assert_eq!(
        (due(store, ids[1]).await?, due(store, ids[2]).await?),
        (Some(7), Some(300))
    );
    Ok(())
}

/// Set back: what was due in a minute is due in a minute. Set ahead and corrected: nothing waits for years.
pub async fn times_are_shifted_as_the_clock_was_and_none_is_believed_that_is_too_late(
    store: &Store,
) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    let day = 86_400;
    deliveries
        .enqueue(vec![event("a", "1"), event("b", "2")], at(day))
        .await?;
    let leased = lease(store, day).await?;
    deliveries
        .release(leased[0].lease, put_off(day + 60, Cause::Failed), at(day))
        .await?;
    let back = SignedDuration::from_secs(-day);
    assert_eq!(deliveries.judge_anew(back, at(300), at(0)).await?, 0);
    let (waiting, held) = (leased[0].delivery.id, leased[1].delivery.id);
    assert_eq!(
        (due(store, waiting).await?, due(store, held).await?),
        (Some(60), Some(30))
    );
    // The lease is held as before.
    deliveries.extend(leased[1].lease, at(400 * day), at(0)).await?;
    assert_eq!(
        deliveries
            .judge_anew(SignedDuration::ZERO, at(300), at(1))
            .await?,
        1
    );
    assert_eq!(
        (due(store, waiting).await?, due(store, held).await?),
        (Some(60), Some(1))
    );
    Ok(())
}

/// By all that is said of them.
pub async fn what_waits_is_listed_and_counted(store: &Store) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    let elsewhere = crate::NewDelivery {
        target: "plugin gone".to_owned(),
        ..event("c", "3")
    };
    deliveries.enqueue(vec![event("a", "1")], at(0)).await?;
    handle_one(store, 0).await?;
    deliveries
        .enqueue(vec![event("b", "2"), elsewhere], at(10))
        .await?;
    let target = event("a", "1").target;
    let keys = async |filter: DeliveryFilter| {
        let found = deliveries.list(filter.clone(), None, 10).await?;
        assert_eq!(deliveries.count(filter).await?, found.len() as u64);
        Ok::<_, StoreError>(
            found
                .into_iter()
                .map(|record| record.delivery.key)
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(keys(DeliveryFilter::default()).await?, ["a", "b", "c"]);
    let pending = DeliveryFilter {
        state: Some(DeliveryState::Pending),
        ..DeliveryFilter::default()
    };
    assert_eq!(keys(pending.clone()).await?, ["b", "c"]);
    let of_target = DeliveryFilter {
        target: Some(target.clone()),
        ..pending.clone()
    };
    assert_eq!(keys(of_target).await?, ["b"]);
    let late = |time| DeliveryFilter {
        due_before: Some(at(time)),
        ..DeliveryFilter::default()
    };
    assert_eq!(keys(late(10)).await?, Vec::<String>::new());
    assert_eq!(keys(late(11)).await?, ["b", "c"], "what is done is never late");
    let first = deliveries.list(pending.clone(), None, 1).await?.remove(0);
    let rest = deliveries.list(pending, Some(first.delivery.id), 10).await?;
    assert_eq!(rest.len(), 1);
    let waiting = deliveries.waiting().await?;
    assert_eq!(waiting, [(target, 1), ("plugin gone".to_owned(), 1)]);
    Ok(())
}

/// Whatever they wait for.
pub async fn a_person_makes_what_waits_due(store: &Store) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    deliveries
        .enqueue(["a", "b"].map(|key| event(key, key)).to_vec(), at(0))
        .await?;
    let mut ids = Vec::new();
    for leased in lease(store, 0).await? {
        ids.push(leased.delivery.id);
        deliveries
            .release(leased.lease, put_off(300, waits_for("erp main")), at(0))
            .await?;
    }
    let one = Selection::These(vec![ids[0], DeliveryId(i64::MAX)]);
    assert_eq!(deliveries.make_due(one, at(5)).await?, 1);
    assert_eq!(
        (due(store, ids[0]).await?, due(store, ids[1]).await?),
        (Some(5), Some(300))
    );
    assert_eq!(
        deliveries
            .make_due(Selection::Target("nobody".to_owned()), at(5))
            .await?,
        0
    );
    let all = Selection::Target(event("a", "a").target);
    assert_eq!(deliveries.make_due(all, at(6)).await?, 2);
    assert_eq!(
        (due(store, ids[0]).await?, due(store, ids[1]).await?),
        (Some(5), Some(6))
    );
    handle_one(store, 5).await.map(drop)
}

/// What is being done is nobody's to drop, and what was done is kept as long as ever.
pub async fn what_waits_or_is_dead_is_dropped_but_not_what_is_in_hand(
    store: &Store,
) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    for key in ["dead", "done", "leased"] {
        deliveries.enqueue(vec![event(key, key)], at(0)).await?;
        match key {
            "dead" => bury_one(store, 0).await.map(drop)?,
            "done" => handle_one(store, 0).await.map(drop)?,
            _ => lease_one(store, 0).await.map(drop)?,
        }
    }
    let other = crate::NewDelivery {
        target: "plugin other".to_owned(),
        ..event("other", "other")
    };
    deliveries
        .enqueue(vec![event("waiting", "1"), other], at(0))
        .await?;
    let all = Selection::Target(event("a", "a").target);
    let dropped = deliveries.discard(all, Unresolved::Kept).await?;
    assert_eq!(
        dropped,
        Dropped {
            dropped: 2,
            unresolved: 0
        }
    );
    let left = deliveries.list(DeliveryFilter::default(), None, 10).await?;
    let left: Vec<&str> = left.iter().map(|record| record.delivery.key.as_str()).collect();
    assert_eq!(left, ["done", "leased", "other"]);
    Ok(())
}

/// Its intent is all that says where to look.
pub async fn what_may_have_been_written_is_dropped_only_when_that_is_said(
    store: &Store,
) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    deliveries
        .enqueue(["open", "sure"].map(|key| event(key, key)).to_vec(), at(0))
        .await?;
    let mut ids = Vec::new();
    for leased in lease(store, 0).await? {
        let delivery = leased.delivery.id;
        let intent = NewIntent {
            delivery: Some(delivery),
            idempotency_key: delivery.to_string(),
            operation: "customers.save-company".to_owned(),
            subject: leased.delivery.key.clone(),
            reserved_key: None,
            payload_hash: "0".to_owned(),
            payload: "{}".to_owned(),
            extension: "plugin hello".to_owned(),
            extension_version: "1".to_owned(),
        };
        if let (crate::Begun::Fresh(opened), "sure") = (
            store
                .intents
                .begin(intent, super::open_row("customers.save-company"), at(0))
                .await?,
            leased.delivery.key.as_str(),
        ) {
            store
                .intents
                .resolve(opened.intent, IntentOutcome::Refused, None, at(0))
                .await?;
        }
        deliveries
            .release(leased.lease, put_off(0, Cause::Failed), at(0))
            .await?;
        ids.push(delivery);
    }
    let both = || Selection::These(ids.clone());
    let dropped = deliveries.discard(both(), Unresolved::Kept).await?;
    assert_eq!(
        dropped,
        Dropped {
            dropped: 1,
            unresolved: 1
        }
    );
    assert_eq!(store.intents.unresolved(None, 10).await?.len(), 1);
    let dropped = deliveries.discard(both(), Unresolved::Dropped).await?;
    assert_eq!(
        dropped,
        Dropped {
            dropped: 1,
            unresolved: 0
        }
    );
    assert_eq!(store.intents.unresolved(None, 10).await?, []);
    Ok(())
}
