//! Cases for what a delivery brought about, written with its end.

use super::{accept, at, body_of, contact, event, lease_one, name, record, route};
use crate::{
    ClosedConflicts, Completion, ConflictFilter, ConflictState, DeliveryState, Filing, NewConflict, NewLink,
    Store, StoreError,
};

fn conflict(field: &str) -> NewConflict {
    NewConflict {
        link: "customer".to_owned(),
        record: name("c1"),
        erp_key: Some(7),
        field: field.to_owned(),
        base: Some("1".to_owned()),
        hub: Some("2".to_owned()),
        erp: Some("3".to_owned()),
        hub_changed: None,
        erp_changed: None,
        flow: "customer-pull".to_owned(),
        candidates: Vec::new(),
    }
}

fn link(agreed: &str) -> NewLink {
    NewLink {
        link: "customer".to_owned(),
        record: name("c1"),
        erp_key: 7,
        number: "KH-7".to_owned(),
        agreed: Some(agreed.to_owned()),
    }
}

fn completion(revision: i64) -> Completion {
    Completion {
        link: Some(link("{}")),
        agreed_before: None,
        filing: Some(Filing {
            records: vec![contact("c1", "of the ERP")],
            routes: vec![route("customer-push")],
            origin: "flow customer-pull".to_owned(),
        }),
        conflicts: vec![conflict("phone")],
        closed: vec![ClosedConflicts {
            link: "customer".to_owned(),
            record: name("c1"),
            fields: vec!["email".to_owned()],
        }],
        unchanged: vec![(name("c1"), revision)],
        source: None,
        outcome: "filed".to_owned(),
    }
}

async fn open_fields(store: &Store) -> Result<Vec<String>, StoreError> {
    let filter = ConflictFilter {
        state: Some(ConflictState::Open),
        ..ConflictFilter::default()
    };
    let open = store.conflicts.list(filter, None, 10).await?;
    Ok(open.into_iter().map(|conflict| conflict.field).collect())
}

/// A crash leaves all of it or nothing.
pub async fn all_that_a_delivery_brought_about_is_one_commit(store: &Store) -> Result<(), StoreError> {
    store.conflicts.note(vec![conflict("email")], at(0)).await?;
    store
        .deliveries
        .enqueue(vec![event("erp.customers/7", "{}")], at(0))
        .await?;
    let leased = lease_one(store, 1).await?;
    let commits = store.commits();
    store
        .deliveries
        .complete(leased.lease, completion(0), at(2))
        .await?;
    assert_eq!(store.commits() - commits, 1);
    let kept = store.records.get(&name("c1")).await?;
    let kept = kept.map(|record| (record.body, record.revision, record.origin));
    assert_eq!(
        kept,
        Some((Some("of the ERP".to_owned()), 1, "flow customer-pull".to_owned()))
    );
    let link = store.links.get("customer", &name("c1")).await?;
    assert_eq!(
        link.map(|link| (link.erp_key, link.agreed)),
        Some((7, Some("{}".to_owned())))
    );
    assert_eq!(open_fields(store).await?, ["phone"]);
    let state = store.deliveries.get(leased.delivery.id).await?;
    assert_eq!(state.map(|record| record.state), Some(DeliveryState::Done));
    let told = lease_one(store, 3).await?.delivery;
    assert_eq!(
        (told.target.as_str(), told.key.as_str(), told.payload.as_str()),
        ("customer-push", "contact/c1", "of the ERP")
    );
    Ok(())
}

/// What rests on an older state is not written over a newer one; the worker still holds the lease and decides anew.
pub async fn a_record_that_changed_meanwhile_leaves_everything_as_it_was(
    store: &Store,
) -> Result<(), StoreError> {
    store.conflicts.note(vec![conflict("email")], at(0)).await?;
    store
        .records
        .accept(vec![contact("c1", "1")], Vec::new(), "hub", at(0))
        .await?;
    store
        .deliveries
        .enqueue(vec![event("erp.customers/7", "{}")], at(0))
        .await?;
    let leased = lease_one(store, 1).await?;
    store
        .records
        .accept(vec![contact("c1", "by hand")], Vec::new(), "hub", at(2))
        .await?;
    let refused = store
        .deliveries
        .complete(leased.lease, completion(1), at(3))
        .await;
    assert!(
        matches!(&refused, Err(StoreError::RecordChanged { record, expected: 1, found: 2 }) if *record == name("c1")),
        "{refused:?}"
    );
    assert_eq!(body_of(store, "c1").await?.as_deref(), Some("by hand"));
    assert_eq!(store.links.get("customer", &name("c1")).await?, None);
    assert_eq!(open_fields(store).await?, ["email"]);
    let state = store.deliveries.get(leased.delivery.id).await?;
    assert_eq!(state.map(|record| record.state), Some(DeliveryState::Leased));
    store
        .deliveries
        .complete(leased.lease, completion(2), at(4))
        .await?;
    assert_eq!(body_of(store, "c1").await?.as_deref(), Some("of the ERP"));
    Ok(())
}

/// Revision 0 is that of a record that is not there, never was or no more.
pub async fn what_must_not_be_there_may_have_been_deleted(store: &Store) -> Result<(), StoreError> {
    store
        .deliveries
        .enqueue(vec![event("erp.customers/7", "{}")], at(0))
        .await?;
    let leased = lease_one(store, 1).await?;
    accept(store, "c1", "1", 2).await?;
    let refused = store
        .deliveries
        .complete(leased.lease, completion(0), at(3))
        .await;
    assert!(
        matches!(&refused, Err(StoreError::RecordChanged { found: 1, .. })),
        "{refused:?}"
    );
    store
        .records
        .accept(vec![record("c1", None)], Vec::new(), "hub", at(4))
        .await?;
    store
        .deliveries
        .complete(leased.lease, completion(0), at(5))
        .await?;
    assert_eq!(body_of(store, "c1").await?.as_deref(), Some("of the ERP"));
    Ok(())
}

/// Two flows that work on one pair of records at once: whoever has not seen what the other agreed on decides anew.
pub async fn what_was_agreed_on_meanwhile_leaves_everything_as_it_was(
    store: &Store,
) -> Result<(), StoreError> {
    store
        .deliveries
        .enqueue(vec![event("erp.customers/7", "{}")], at(0))
        .await?;
    let leased = lease_one(store, 1).await?;
    let other = link(r#"{"by":"another"}"#);
    store.links.put(other.clone(), at(2)).await?;
    let refused = store
        .deliveries
        .complete(leased.lease, completion(0), at(3))
        .await;
    assert!(
        matches!(&refused, Err(StoreError::LinkChanged { record, .. }) if **record == name("c1")),
        "{refused:?}"
    );
    assert_eq!(body_of(store, "c1").await?, None);
    let link = store.links.get("customer", &name("c1")).await?;
    assert_eq!(link.and_then(|link| link.agreed), other.agreed);
    let seen = Completion {
        agreed_before: other.agreed,
        ..completion(0)
    };
    store.deliveries.complete(leased.lease, seen, at(4)).await?;
    let link = store.links.get("customer", &name("c1")).await?;
    assert_eq!(link.and_then(|link| link.agreed).as_deref(), Some("{}"));
    Ok(())
}
