//! Cases for [`Conflicts`](crate::Conflicts).

use super::{at, event, lease, name};
use crate::{
    ClosedConflicts, Conflict, ConflictFilter, ConflictState, NewConflict, RecordName, Store, StoreError,
};

fn conflict(id: &str, field: &str, hub: &str, erp: &str) -> NewConflict {
    NewConflict {
        link: "customer".to_owned(),
        record: name(id),
        erp_key: Some(7),
        field: field.to_owned(),
        base: None,
        hub: Some(hub.to_owned()),
        erp: Some(erp.to_owned()),
        hub_changed: Some("小李, today".to_owned()),
        erp_changed: None,
        flow: "customer-push".to_owned(),
        candidates: Vec::new(),
    }
}

async fn note(store: &Store, conflict: NewConflict, now: i64) -> Result<Conflict, StoreError> {
    let (link, record, field) = (
        conflict.link.clone(),
        conflict.record.clone(),
        conflict.field.clone(),
    );
    store.conflicts.note(vec![conflict], at(now)).await?;
    let mut kept = store.conflicts.of_record(&link, &record).await?;
    kept.retain(|conflict| conflict.field == field);
    assert_eq!(kept.len(), 1, "one of a field: {kept:?}");
    Ok(kept.remove(0))
}

/// However often the flow comes by.
pub async fn an_equal_conflict_is_listed_once(store: &Store) -> Result<(), StoreError> {
    let found = NewConflict {
        erp_key: None,
        candidates: vec![7, 9],
        ..conflict("c1", "phone", r#""1""#, r#""2""#)
    };
    let first = note(store, found.clone(), 0).await?;
    let expected = Conflict {
        id: first.id,
        link: found.link.clone(),
        record: found.record.clone(),
        erp_key: None,
        field: found.field.clone(),
        base: None,
        hub: found.hub.clone(),
        erp: found.erp.clone(),
        hub_changed: found.hub_changed.clone(),
        erp_changed: None,
        flow: found.flow.clone(),
        candidates: vec![7, 9],
        opened_at: at(0),
        settlement: None,
        settled_at: None,
        closed_at: None,
    };
    assert_eq!(first, expected);
    assert_eq!(store.conflicts.get(first.id).await?, Some(expected));
    // Told in other words, or by another flow, it is the same.
    let again = NewConflict {
        hub_changed: Some("小李, yesterday".to_owned()),
        flow: "customer-pull".to_owned(),
        ..found
    };
    assert_eq!(note(store, again, 5).await?, first);
    assert_eq!(store.conflicts.count(ConflictFilter::default()).await?, 1);
    Ok(())
}

/// A person must not decide over values that are no more.
pub async fn an_open_conflict_gets_the_present_values(store: &Store) -> Result<(), StoreError> {
    let first = note(store, conflict("c1", "phone", "1", "2"), 0).await?;
    for changed in [
        conflict("c1", "phone", "1", "3"),
        conflict("c1", "phone", "4", "3"),
        NewConflict {
            base: Some("0".to_owned()),
            ..conflict("c1", "phone", "4", "3")
        },
        NewConflict {
            base: Some("0".to_owned()),
            erp_key: Some(8),
            ..conflict("c1", "phone", "4", "3")
        },
        NewConflict {
            base: Some("0".to_owned()),
            candidates: vec![1, 2],
            ..conflict("c1", "phone", "4", "3")
        },
    ] {
        let kept = note(store, changed.clone(), 5).await?;
        assert_eq!((kept.id, kept.opened_at), (first.id, at(0)));
        assert_eq!(
            (kept.base, kept.hub, kept.erp, kept.erp_key, kept.candidates),
            (
                changed.base,
                changed.hub,
                changed.erp,
                changed.erp_key,
                changed.candidates
            )
        );
    }
    Ok(())
}

/// What was decided holds for what it was decided over.
pub async fn a_settled_conflict_stays_until_its_values_change(store: &Store) -> Result<(), StoreError> {
    let found = note(store, conflict("c1", "phone", "1", "2"), 0).await?;
    let settled = store
        .conflicts
        .settle(found.id, r#"{"take":"hub"}"#, Vec::new(), at(1))
        .await?;
    let expected = Conflict {
        settlement: Some(r#"{"take":"hub"}"#.to_owned()),
        settled_at: Some(at(1)),
        ..found.clone()
    };
    assert_eq!(settled.as_ref(), Some(&expected));
    assert_eq!(note(store, conflict("c1", "phone", "1", "2"), 2).await?, expected);
    let anew = note(store, conflict("c1", "phone", "1", "5"), 3).await?;
    assert_eq!(
        (anew.id, anew.settlement, anew.settled_at, anew.opened_at),
        (found.id, None, None, at(3))
    );
    Ok(())
}

/// In one commit, so that what was decided is carried out.
pub async fn settling_wakes_whoever_carries_it_out(store: &Store) -> Result<(), StoreError> {
    let found = note(store, conflict("c1", "phone", "1", "2"), 0).await?;
    let commits = store.commits();
    let wake = || vec![event("contact/c1", "{}")];
    store
        .conflicts
        .settle(found.id, r#"{"take":"erp"}"#, wake(), at(1))
        .await?;
    assert_eq!(store.commits() - commits, 1);
    assert_eq!(lease(store, 2).await?.len(), 1);
    // A person may think better of it.
    let again = store
        .conflicts
        .settle(found.id, r#"{"value":3}"#, Vec::new(), at(3))
        .await?;
    assert_eq!(
        again.and_then(|conflict| conflict.settlement).as_deref(),
        Some(r#"{"value":3}"#)
    );
    let absent = store.conflicts.settle(found.id + 1, "{}", wake(), at(4)).await?;
    assert_eq!(absent, None);
    assert_eq!(lease(store, 5).await?, [], "nothing is woken for nothing");
    Ok(())
}

/// It stays to be read, and what comes next is another.
pub async fn a_closed_conflict_makes_room_for_the_next(store: &Store) -> Result<(), StoreError> {
    let phone = note(store, conflict("c1", "phone", "1", "2"), 0).await?;
    let email = note(store, conflict("c1", "email", "1", "2"), 0).await?;
    let others = note(store, conflict("c2", "phone", "1", "2"), 0).await?;
    let closed = ClosedConflicts {
        link: "customer".to_owned(),
        record: name("c1"),
        fields: vec!["phone".to_owned(), "name".to_owned()],
    };
    store.conflicts.close(closed, at(3)).await?;
    let left = store.conflicts.of_record("customer", &name("c1")).await?;
    assert_eq!(left, [email]);
    let others = Some(others);
    assert_eq!(
        store
            .conflicts
            .get(others.as_ref().map_or(0, |conflict| conflict.id))
            .await?,
        others
    );
    let kept = store.conflicts.get(phone.id).await?;
    assert_eq!(kept.and_then(|conflict| conflict.closed_at), Some(at(3)));
    let settled = store
        .conflicts
        .settle(phone.id, r#"{"take":"hub"}"#, Vec::new(), at(4))
        .await?;
    assert_eq!(settled, None, "there is nothing left to settle");
    let next = note(store, conflict("c1", "phone", "1", "2"), 5).await?;
    assert!(next.id > phone.id);
    Ok(())
}

/// Where they stand, and what they are about.
pub async fn conflicts_are_filtered_and_listed_by_number(store: &Store) -> Result<(), StoreError> {
    let open = note(store, conflict("c1", "phone", "1", "2"), 0).await?.id;
    let settled = note(store, conflict("c1", "email", "1", "2"), 0).await?.id;
    let contract = NewConflict {
        link: "contract".to_owned(),
        record: RecordName::new("quotation", "c1"),
        ..conflict("-", "phone", "1", "2")
    };
    let contract = note(store, contract, 0).await?.id;
    let closed = note(store, conflict("c2", "phone", "1", "2"), 0).await?.id;
    store.conflicts.settle(settled, "{}", Vec::new(), at(1)).await?;
    let close = ClosedConflicts {
        link: "customer".to_owned(),
        record: name("c2"),
        fields: vec!["phone".to_owned()],
    };
    store.conflicts.close(close, at(1)).await?;

    let list = async |filter: ConflictFilter, after, limit| {
        let count = store.conflicts.count(filter.clone()).await?;
        let listed = store.conflicts.list(filter, after, limit).await?;
        let ids: Vec<i64> = listed.into_iter().map(|conflict| conflict.id).collect();
        Ok::<_, StoreError>((ids, count))
    };
    let of_state = |state| ConflictFilter {
        state: Some(state),
        ..ConflictFilter::default()
    };
    let all = ConflictFilter::default();
    assert_eq!(
        list(all.clone(), None, 10).await?,
        (vec![open, settled, contract, closed], 4)
    );
    assert_eq!(list(all, Some(open), 2).await?, (vec![settled, contract], 4));
    assert_eq!(
        list(of_state(ConflictState::Open), None, 10).await?,
        (vec![open, contract], 2)
    );
    assert_eq!(
        list(of_state(ConflictState::Settled), None, 10).await?,
        (vec![settled], 1)
    );
    assert_eq!(
        list(of_state(ConflictState::Closed), None, 10).await?,
        (vec![closed], 1)
    );
    let of_link = ConflictFilter {
        link: Some("contract".to_owned()),
        ..ConflictFilter::default()
    };
    assert_eq!(list(of_link, None, 10).await?, (vec![contract], 1));
    let of_record = ConflictFilter {
        record: Some(name("c1")),
        state: Some(ConflictState::Open),
        ..ConflictFilter::default()
    };
    assert_eq!(list(of_record, None, 10).await?, (vec![open], 1));
    Ok(())
}
