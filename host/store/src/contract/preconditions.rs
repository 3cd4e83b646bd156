//! Cases for [`Records`](crate::Records): accepting only what rests on the present state.

use super::{accept, at, contact, handle_one, lease, name, record, route};
use crate::{Accepted, Store, StoreError};

/// What somebody else changed meanwhile is not written over.
pub async fn a_record_is_accepted_only_at_the_revision_that_is_expected(
    store: &Store,
) -> Result<(), StoreError> {
    let file = |record, revision| {
        let routes = vec![route("push")];
        store.records.accept_if(record, revision, routes, "hub", at(0))
    };
    let none = |answer: Option<Accepted>| assert_eq!(answer, None);
    none(file(contact("c1", "1"), Some(1)).await?);
    assert_eq!(store.records.get(&name("c1")).await?, None);
    assert_eq!(lease(store, 1).await?, []);
    let first = file(contact("c1", "1"), None).await?;
    assert_eq!(first.map(|accepted| accepted.revision), Some(1));
    none(file(contact("c1", "2"), None).await?);
    none(file(contact("c1", "2"), Some(2)).await?);
    assert_eq!(handle_one(store, 2).await?.payload, "1");
    let second = file(contact("c1", "2"), Some(1)).await?;
    assert_eq!(
        second.map(|accepted| (accepted.revision, accepted.deliveries.len())),
        Some((2, 1))
    );
    none(file(record("c1", None), Some(1)).await?);
    let gone = file(record("c1", None), Some(2)).await?;
    assert_eq!(gone.map(|accepted| accepted.revision), Some(3));
    let back = file(contact("c1", "3"), None).await?;
    assert_eq!(
        back.map(|accepted| accepted.revision),
        Some(4),
        "a deleted record is not there"
    );
    Ok(())
}

/// Whoever read the same state at once: one of them has to read again.
pub async fn of_many_who_expect_the_same_revision_one_is_heard(store: &Store) -> Result<(), StoreError> {
    accept(store, "c1", "0", 0).await?;
    let mut calls = tokio::task::JoinSet::new();
    for number in 1..=8 {
        let records = store.records.clone();
        calls.spawn(async move {
            let record = contact("c1", &number.to_string());
            records
                .accept_if(record, Some(1), Vec::new(), "hub", at(number))
                .await
        });
    }
    let mut heard = 0;
    for answer in calls.join_all().await {
        heard += u32::from(answer?.is_some());
    }
    assert_eq!(heard, 1);
    assert_eq!(
        store
            .records
            .get(&name("c1"))
            .await?
            .map(|record| record.revision),
        Some(2)
    );
    Ok(())
}

/// What is filed together and rests on revisions of its own stands or falls one by one, in one commit.
pub async fn of_many_at_once_each_is_heard_by_itself(store: &Store) -> Result<(), StoreError> {
    accept(store, "c1", "1", 0).await?;
    accept(store, "c2", "1", 0).await?;
    accept(store, "c2", "2", 0).await?;
    let batch = vec![
        (contact("c1", "new"), Some(1)),
        (contact("c2", "new"), Some(1)),
        (contact("c3", "new"), None),
        (contact("c4", "new"), Some(1)),
        (contact("c1-not-there", "new"), None),
    ];
    let routes = vec![route("push")];
    let accepted = store.records.accept_each_if(batch, routes, "hub", at(1)).await?;
    let heard: Vec<Option<i64>> = accepted
        .iter()
        .map(|one| one.as_ref().map(|one| one.revision))
        .collect();
    assert_eq!(heard, [Some(2), None, Some(1), None, Some(1)]);
    let body = async |id| {
        let kept = store.records.get(&name(id)).await?;
        Ok::<_, StoreError>(kept.and_then(|kept| kept.body))
    };
    assert_eq!(body("c1").await?.as_deref(), Some("new"));
    assert_eq!(body("c2").await?.as_deref(), Some("2"));
    assert_eq!(body("c4").await?, None);
    Ok(())
}
