//! Cases for how [`Deliveries`](crate::Deliveries) end.

use super::{at, bury_one, event, handle_one, lease, lease_one, letter};
use crate::{
    Completion, DeadSelection, DeliveryCounts, DeliveryId, DeliveryState, NewDelivery, NewLink, RecordName,
    Source, Store, StoreError,
};

fn link(id: &str) -> NewLink {
    NewLink {
        link: "customer".to_owned(),
        record: RecordName::new("contact", id),
        erp_key: 4711,
        number: "KH-0001".to_owned(),
        agreed: None,
    }
}

fn linked(id: &str) -> Completion {
    Completion {
        link: Some(link(id)),
        outcome: "linked".to_owned(),
        ..Completion::default()
    }
}

/// One commit, so that a crash leaves all of it or nothing.
pub async fn completing_writes_link_and_end_together(store: &Store) -> Result<(), StoreError> {
    store.deliveries.enqueue(vec![event("c1", "1")], at(0)).await?;
    let leased = lease_one(store, 1).await?;
    let commits = store.commits();
    store
        .deliveries
        .complete(leased.lease, linked("c1"), at(2))
        .await?;
    assert_eq!(store.commits() - commits, 1);
    let kept = store
        .links
        .get("customer", &RecordName::new("contact", "c1"))
        .await?;
    assert_eq!(
        kept.map(|link| (link.erp_key, link.number, link.linked_at)),
        Some((4711, "KH-0001".into(), at(2)))
    );
    let record = store.deliveries.get(leased.delivery.id).await?;
    let record = record.map(|record| (record.state, record.outcome, record.worker, record.updated_at));
    assert_eq!(
        record,
        Some((DeliveryState::Done, Some("linked".to_owned()), None, at(2)))
    );
    Ok(())
}

/// Each flow makes one record of a row: what it made before is none of it any more.
pub async fn completing_notes_which_record_a_row_went_into(store: &Store) -> Result<(), StoreError> {
    let source = |flow: &str, id: &str| Source {
        flow: flow.to_owned(),
        row: RecordName::new("erp.products", "3"),
        record: RecordName::new("product", id),
    };
    for source in [
        source("flow a", "p"),
        source("flow b", "p"),
        source("flow a", "q"),
    ] {
        store.deliveries.enqueue(vec![event("c1", "1")], at(0)).await?;
        let leased = lease_one(store, 1).await?;
        let completion = Completion {
            source: Some(source),
            ..Completion::default()
        };
        store.deliveries.complete(leased.lease, completion, at(2)).await?;
    }
    let of = async |id: &str| store.sources.of(&RecordName::new("product", id)).await;
    assert_eq!(of("p").await?, [source("flow b", "p")]);
    assert_eq!(of("q").await?, [source("flow a", "q")]);
    Ok(())
}

/// The worker still holds the lease and can bury the delivery.
pub async fn a_taken_link_leaves_everything_as_it_was(store: &Store) -> Result<(), StoreError> {
    store.links.put(link("other"), at(0)).await?;
    store.deliveries.enqueue(vec![event("c1", "1")], at(0)).await?;
    let leased = lease_one(store, 1).await?;
    let refused = store.deliveries.complete(leased.lease, linked("c1"), at(2)).await;
    assert!(
        matches!(&refused, Err(StoreError::LinkTaken { holder, record, erp_key: 4711, .. })
            if holder.id == "other" && record.id == "c1"),
        "{refused:?}"
    );
    assert_eq!(
        store
            .links
            .get("customer", &RecordName::new("contact", "c1"))
            .await?,
        None
    );
    let state = store
        .deliveries
        .get(leased.delivery.id)
        .await?
        .map(|record| record.state);
    assert_eq!(state, Some(DeliveryState::Leased));
    store.deliveries.bury(leased.lease, letter("taken"), at(3)).await
}

/// A dead one is for a person; the lane is not.
pub async fn a_buried_delivery_keeps_its_letter_and_frees_its_lane(store: &Store) -> Result<(), StoreError> {
    store
        .deliveries
        .enqueue(vec![event("k", "1"), event("k", "2"), event("l", "3")], at(0))
        .await?;
    let leased = lease(store, 1).await?.remove(0);
    store
        .deliveries
        .bury(leased.lease, letter("客户名称重复"), at(2))
        .await?;
    let second = lease_one(store, 3).await?;
    assert_eq!(second.delivery.payload, "2");
    let dead = store.deliveries.dead(None, 10).await?;
    assert_eq!(dead.len(), 1);
    assert_eq!(
        (dead[0].delivery.id, dead[0].state),
        (leased.delivery.id, DeliveryState::Dead)
    );
    assert_eq!(
        (&dead[0].letter, dead[0].updated_at),
        (&Some(letter("客户名称重复")), at(2))
    );
    store
        .deliveries
        .bury(second.lease, letter("again"), at(4))
        .await?;
    let after = store.deliveries.dead(Some(leased.delivery.id), 10).await?;
    assert_eq!(
        after.iter().map(|record| record.delivery.id).collect::<Vec<_>>(),
        [second.delivery.id]
    );
    assert_eq!(store.deliveries.dead(None, 1).await?.len(), 1);
    Ok(())
}

/// Whoever reads of one that is done after all is not told that somebody has to look.
pub async fn a_buried_delivery_that_is_done_after_all_has_no_letter(store: &Store) -> Result<(), StoreError> {
    let enqueued = store.deliveries.enqueue(vec![event("k", "1")], at(0)).await?;
    let first = lease_one(store, 1).await?;
    store.deliveries.bury(first.lease, letter("no"), at(2)).await?;
    store
        .deliveries
        .retry_dead(DeadSelection::These(vec![first.delivery.id]), at(3))
        .await?;
    let again = lease_one(store, 4).await?;
    store
        .deliveries
        .complete(again.lease, Completion::default(), at(5))
        .await?;
    let found = store.deliveries.get(enqueued[0].delivery).await?;
    let found = found.map(|found| (found.state, found.letter));
    assert_eq!(found, Some((DeliveryState::Done, None)));
    Ok(())
}

/// What somebody asks who wonders where a contact is.
pub async fn deliveries_of_a_record_are_listed_newest_first(store: &Store) -> Result<(), StoreError> {
    let batch = vec![
        event("k", "1"),
        event("other", "2"),
        event("k", "3"),
        event("k", "4"),
    ];
    store.deliveries.enqueue(batch, at(0)).await?;
    let records = store.deliveries.of_key("k", 2).await?;
    assert_eq!(
        records
            .iter()
            .map(|record| record.delivery.payload.as_str())
            .collect::<Vec<_>>(),
        ["4", "3"]
    );
    assert_eq!(store.deliveries.of_key("nobody", 2).await?, []);
    assert_eq!(store.deliveries.get(DeliveryId(i64::MAX)).await?, None);
    Ok(())
}

/// Every state has its count.
pub async fn counts_say_where_deliveries_stand(store: &Store) -> Result<(), StoreError> {
    assert_eq!(store.deliveries.counts().await?, DeliveryCounts::default());
    store.deliveries.enqueue(vec![event("a", "1")], at(0)).await?;
    bury_one(store, 0).await?;
    store
        .deliveries
        .enqueue(vec![event("a", "1"), event("a", "2")], at(0))
        .await?;
    handle_one(store, 0).await?;
    handle_one(store, 0).await?;
    store
        .deliveries
        .enqueue(
            vec![event("a", "3"), event("a", "4"), event("a", "5"), event("a", "6")],
            at(0),
        )
        .await?;
    lease_one(store, 0).await?;
    store
        .deliveries
        .enqueue(vec![super::saved("c", 1)], at(1))
        .await?;
    bury_one(store, 1).await?;
    store
        .deliveries
        .enqueue(vec![super::saved("c", 2)], at(1))
        .await?;
    handle_one(store, 1).await?;
    let counts = DeliveryCounts {
        pending: 3,
        leased: 1,
        done: 3,
        dead: 1,
        superseded: 0,
    };
    assert_eq!(store.deliveries.counts().await?, counts);
    assert_eq!(store.deliveries.retry_dead(DeadSelection::All, at(2)).await?, 1);
    let counts = DeliveryCounts {
        pending: 4,
        dead: 0,
        ..counts
    };
    assert_eq!(store.deliveries.counts().await?, counts);
    Ok(())
}

/// Of each target for itself, whatever else waits.
pub async fn emitted_deliveries_keep_their_hops_and_are_counted_while_they_wait(
    store: &Store,
) -> Result<(), StoreError> {
    let emitted = |key: &str| NewDelivery {
        hops: 3,
        ..event(key, "{}")
    };
    let elsewhere = NewDelivery {
        target: "archive".to_owned(),
        ..emitted("a")
    };
    let batch = vec![emitted("a"), emitted("b"), event("c", "{}"), elsewhere];
    store.deliveries.enqueue(batch, at(0)).await?;
    assert_eq!(store.deliveries.emitted_waiting("notify", 10).await?, 2);
    assert_eq!(store.deliveries.emitted_waiting("notify", 1).await?, 1);
    assert_eq!(store.deliveries.emitted_waiting("nobody", 10).await?, 0);
    let leased = store
        .deliveries
        .lease(crate::Wanted::Any(1), "worker", at(100), at(1))
        .await?;
    let leased: Vec<_> = leased
        .iter()
        .map(|leased| (&*leased.delivery.key, leased.delivery.hops))
        .collect();
    assert_eq!(leased, [("a", 3)]);
    assert_eq!(store.deliveries.emitted_waiting("notify", 10).await?, 1);
    Ok(())
}
