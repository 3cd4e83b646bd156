//! Cases for [`Contacts`](crate::Contacts).

use super::{at, bury_one, handle_one, lease, lease_one};
use crate::{Accepted, Contact, Disposition, NewContact, Route, Store, StoreError};

fn contact(id: &str, body: &str) -> NewContact {
    NewContact {
        id: id.to_owned(),
        body: body.to_owned(),
    }
}

fn route(target: &str) -> Route {
    Route {
        event: "contact.saved".to_owned(),
        target: target.to_owned(),
    }
}

async fn accept(store: &Store, id: &str, body: &str, now: i64) -> Result<Accepted, StoreError> {
    let routes = vec![route("customer-push")];
    let mut accepted = store
        .contacts
        .accept(vec![contact(id, body)], routes, at(now))
        .await?;
    assert_eq!(accepted.len(), 1);
    assert_eq!(accepted[0].deliveries.len(), 1);
    Ok(accepted.remove(0))
}

/// Accepting keeps the contact and queues its body.
pub async fn an_accepted_contact_is_kept_and_enqueued(store: &Store) -> Result<(), StoreError> {
    assert_eq!(store.contacts.get("c1").await?, None);
    let accepted = accept(store, "c1", r#"{"name":"王伟"}"#, 0).await?;
    assert_eq!(
        (accepted.id.as_str(), accepted.revision, accepted.changed),
        ("c1", 1, true)
    );
    assert_eq!(accepted.deliveries[0].disposition, Disposition::Queued);
    let kept = Contact {
        id: "c1".to_owned(),
        body: r#"{"name":"王伟"}"#.to_owned(),
        revision: 1,
        created_at: at(0),
        updated_at: at(0),
    };
    assert_eq!(store.contacts.get("c1").await?, Some(kept));
    let delivery = lease_one(store, 1).await?.delivery;
    assert_eq!(delivery.id, accepted.deliveries[0].delivery);
    assert_eq!(
        (delivery.event.as_str(), delivery.target.as_str()),
        ("contact.saved", "customer-push")
    );
    assert_eq!(
        (delivery.key.as_str(), delivery.payload.as_str()),
        ("c1", r#"{"name":"王伟"}"#)
    );
    assert_eq!(
        (delivery.revision, delivery.attempt, delivery.created_at),
        (Some(1), 1, at(0))
    );

    let changed = accept(store, "c1", r#"{"name":"王威"}"#, 5).await?;
    assert_eq!((changed.revision, changed.changed), (2, true));
    let kept = store.contacts.get("c1").await?;
    assert_eq!(
        kept.map(|contact| (contact.revision, contact.created_at, contact.updated_at)),
        Some((2, at(0), at(5)))
    );
    Ok(())
}

/// A batch is one commit, answered in its order; an id may come twice.
pub async fn a_batch_answers_in_order_and_counts_repetitions(store: &Store) -> Result<(), StoreError> {
    let batch = vec![
        contact("z", "1"),
        contact("a", "1"),
        contact("z", "2"),
        contact("z", "2"),
        contact("m", "1"),
    ];
    let commits = store.commits();
    let accepted = store.contacts.accept(batch, vec![route("push")], at(0)).await?;
    assert_eq!(store.commits() - commits, 1);
    let revisions: Vec<_> = accepted
        .iter()
        .map(|contact| (contact.id.as_str(), contact.revision, contact.changed))
        .collect();
    assert_eq!(
        revisions,
        [
            ("z", 1, true),
            ("a", 1, true),
            ("z", 2, true),
            ("z", 2, false),
            ("m", 1, true)
        ]
    );
    let numbers: Vec<_> = accepted
        .iter()
        .map(|contact| contact.deliveries[0].delivery)
        .collect();
    assert!(
        numbers[0] == numbers[2] && numbers[0] == numbers[3],
        "one delivery for a record: {numbers:?}"
    );
    assert!(
        numbers[0] < numbers[1] && numbers[1] < numbers[4],
        "in the order of the batch: {numbers:?}"
    );
    let payloads: Vec<_> = lease(store, 1)
        .await?
        .into_iter()
        .map(|leased| (leased.delivery.key, leased.delivery.payload))
        .collect();
    let expected = [("z", "2"), ("a", "1"), ("m", "1")];
    assert_eq!(
        payloads,
        expected.map(|(key, payload)| (key.to_owned(), payload.to_owned()))
    );
    assert_eq!(
        store.contacts.get("z").await?.map(|contact| contact.body),
        Some("2".to_owned())
    );
    Ok(())
}

/// Routes are served independently; without routes a contact is only kept.
pub async fn every_route_gets_its_own_delivery(store: &Store) -> Result<(), StoreError> {
    let routes = vec![route("push"), route("notify")];
    let batch = vec![contact("c1", "1"), contact("c2", "1")];
    let accepted = store.contacts.accept(batch, routes, at(0)).await?;
    let mut numbers: Vec<_> = accepted.iter().flat_map(|contact| &contact.deliveries).collect();
    numbers.dedup_by_key(|enqueued| enqueued.delivery);
    assert_eq!(numbers.len(), 4);
    let mut lanes: Vec<_> = lease(store, 1)
        .await?
        .into_iter()
        .map(|leased| (leased.delivery.key, leased.delivery.target))
        .collect();
    lanes.sort();
    let expected = [("c1", "notify"), ("c1", "push"), ("c2", "notify"), ("c2", "push")];
    assert_eq!(
        lanes,
        expected.map(|(key, target)| (key.to_owned(), target.to_owned()))
    );

    let alone = store
        .contacts
        .accept(vec![contact("c3", "1")], Vec::new(), at(2))
        .await?;
    assert_eq!(alone[0].deliveries, []);
    assert!(store.contacts.get("c3").await?.is_some());
    assert_eq!(lease(store, 3).await?, []);
    Ok(())
}

/// Neither while its delivery waits, nor while it is handled, nor afterwards.
pub async fn an_unchanged_body_is_accepted_without_another_delivery(store: &Store) -> Result<(), StoreError> {
    let first = accept(store, "c1", "1", 0).await?.deliveries[0];
    let covered = |accepted: Accepted| {
        assert_eq!((accepted.revision, accepted.changed), (1, false));
        assert_eq!(accepted.deliveries[0].delivery, first.delivery);
        assert_eq!(accepted.deliveries[0].disposition, Disposition::Covered);
    };
    covered(accept(store, "c1", "1", 1).await?);
    let leased = lease_one(store, 2).await?;
    covered(accept(store, "c1", "1", 3).await?);
    store
        .deliveries
        .complete(leased.lease, crate::Completion::default(), at(4))
        .await?;
    covered(accept(store, "c1", "1", 5).await?);
    assert_eq!(lease(store, 6).await?, []);
    assert_eq!(
        store.contacts.get("c1").await?.map(|contact| contact.updated_at),
        Some(at(0))
    );
    Ok(())
}

/// Whoever sends a refused contact again wants it tried again.
pub async fn an_unchanged_body_that_lies_dead_is_tried_again(store: &Store) -> Result<(), StoreError> {
    let first = accept(store, "c1", "1", 0).await?.deliveries[0];
    bury_one(store, 1).await?;
    let again = accept(store, "c1", "1", 2).await?;
    assert_eq!((again.revision, again.changed), (1, false));
    assert_eq!(again.deliveries[0].delivery, first.delivery);
    assert_eq!(again.deliveries[0].disposition, Disposition::Queued);
    let delivery = handle_one(store, 3).await?;
    assert_eq!((delivery.id, delivery.attempt), (first.delivery, 1));
    Ok(())
}

/// Lists are by id and start after one.
pub async fn lists_go_on_after_an_id(store: &Store) -> Result<(), StoreError> {
    assert_eq!(store.contacts.count().await?, 0);
    let batch = ["c", "a", "d", "b"].map(|id| contact(id, "{}")).to_vec();
    store.contacts.accept(batch, Vec::new(), at(0)).await?;
    let ids = |contacts: Vec<Contact>| contacts.into_iter().map(|contact| contact.id).collect::<Vec<_>>();
    assert_eq!(ids(store.contacts.list(None, 3).await?), ["a", "b", "c"]);
    assert_eq!(ids(store.contacts.list(Some("c"), 3).await?), ["d"]);
    assert_eq!(store.contacts.list(Some("d"), 3).await?, []);
    assert_eq!(store.contacts.count().await?, 4);
    Ok(())
}

/// Text comes back as it was, whatever is in it.
pub async fn any_text_survives(store: &Store) -> Result<(), StoreError> {
    let texts = [
        "",
        "123",
        "null",
        "\"'\\\u{1}\n\r\t\u{7f}",
        "a\0b",
        "客户中台 🐉",
        "{\"a\":\"\\u0000\"}",
        "1e999",
    ];
    for text in texts {
        let id = format!("id {text}");
        accept(store, &id, text, 0).await?;
        assert_eq!(
            store
                .contacts
                .get(&id)
                .await?
                .map(|contact| contact.body)
                .as_deref(),
            Some(text)
        );
        let delivery = handle_one(store, 1).await?;
        assert_eq!((delivery.key, delivery.payload.as_str()), (id, text));
    }
    let long = "长".repeat(400_000);
    accept(store, "long", &long, 0).await?;
    assert_eq!(handle_one(store, 1).await?.payload, long);
    Ok(())
}
