//! Cases for [`Records`](crate::Records): accepting.

use super::{accept, at, body_of, bury_one, contact, handle_one, lease, lease_one, name, record, route};
use crate::{
    Accepted, Disposition, Identified, NewRecord, Occasion, RecordName, Route, Store, StoreError,
    StoredRecord,
};

/// Accepting keeps the record and queues its body.
pub async fn an_accepted_record_is_kept_and_enqueued(store: &Store) -> Result<(), StoreError> {
    assert_eq!(store.records.get(&name("c1")).await?, None);
    let accepted = accept(store, "c1", r#"{"name":"王伟"}"#, 0).await?;
    assert_eq!(
        (&accepted.name, accepted.revision, accepted.changed),
        (&name("c1"), 1, true)
    );
    assert_eq!(accepted.deliveries[0].disposition, Disposition::Queued);
    let kept = StoredRecord {
        name: name("c1"),
        body: Some(r#"{"name":"王伟"}"#.to_owned()),
        fingerprint: None,
        revision: 1,
        change: accepted.change,
        origin: "hub".to_owned(),
        created_at: at(0),
        updated_at: at(0),
    };
    assert_eq!(store.records.get(&name("c1")).await?, Some(kept));
    let delivery = lease_one(store, 1).await?.delivery;
    assert_eq!(delivery.id, accepted.deliveries[0].delivery);
    assert_eq!(
        (delivery.event.as_str(), delivery.target.as_str()),
        ("contact.saved", "customer-push")
    );
    assert_eq!(
        (delivery.key.as_str(), delivery.payload.as_str()),
        ("contact/c1", r#"{"name":"王伟"}"#)
    );
    assert_eq!(
        (delivery.revision, delivery.attempt, delivery.created_at),
        (Some(1), 1, at(0))
    );

    let changed = accept(store, "c1", r#"{"name":"王威"}"#, 5).await?;
    assert_eq!((changed.revision, changed.changed), (2, true));
    assert!(changed.change > accepted.change);
    let kept = store.records.get(&name("c1")).await?;
    assert_eq!(
        kept.map(|record| (
            record.revision,
            record.change,
            record.created_at,
            record.updated_at
        )),
        Some((2, changed.change, at(0), at(5)))
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
    let accepted = store
        .records
        .accept(batch, vec![route("push")], "hub", at(0))
        .await?;
    assert_eq!(store.commits() - commits, 1);
    let revisions: Vec<_> = accepted
        .iter()
        .map(|record| (record.name.id.as_str(), record.revision, record.changed))
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
        .map(|record| record.deliveries[0].delivery)
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
    let expected = [("contact/z", "2"), ("contact/a", "1"), ("contact/m", "1")];
    assert_eq!(
        payloads,
        expected.map(|(key, payload)| (key.to_owned(), payload.to_owned()))
    );
    assert_eq!(body_of(store, "z").await?.as_deref(), Some("2"));
    assert!(accepted[0].change < accepted[1].change && accepted[1].change < accepted[2].change);
    assert_eq!(accepted[2].change, accepted[3].change);
    Ok(())
}

/// Routes are served independently; without routes a record is only kept.
pub async fn every_route_gets_its_own_delivery(store: &Store) -> Result<(), StoreError> {
    let routes = vec![route("push"), route("notify")];
    let batch = vec![contact("c1", "1"), contact("c2", "1")];
    let accepted = store.records.accept(batch, routes, "hub", at(0)).await?;
    let mut numbers: Vec<_> = accepted.iter().flat_map(|record| &record.deliveries).collect();
    numbers.dedup_by_key(|enqueued| enqueued.delivery);
    assert_eq!(numbers.len(), 4);
    let mut lanes: Vec<_> = lease(store, 1)
        .await?
        .into_iter()
        .map(|leased| (leased.delivery.key, leased.delivery.target))
        .collect();
    lanes.sort();
    let expected = [
        ("contact/c1", "notify"),
        ("contact/c1", "push"),
        ("contact/c2", "notify"),
        ("contact/c2", "push"),
    ];
    assert_eq!(
        lanes,
        expected.map(|(key, target)| (key.to_owned(), target.to_owned()))
    );

    let alone = store
        .records
        .accept(vec![contact("c3", "1")], Vec::new(), "hub", at(2))
        .await?;
    assert_eq!(alone[0].deliveries, []);
    assert!(store.records.get(&name("c3")).await?.is_some());
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
        store
            .records
            .get(&name("c1"))
            .await?
            .map(|record| record.updated_at),
        Some(at(0))
    );
    Ok(())
}

/// Whoever sends a refused record again wants it tried again.
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

/// Contact 42 and ticket 42 are different things.
pub async fn a_record_is_of_its_kind_alone(store: &Store) -> Result<(), StoreError> {
    let ticket = NewRecord {
        name: RecordName::new("ticket", "42"),
        ..contact("42", "of the ticket")
    };
    let batch = vec![contact("42", "of the contact"), ticket];
    let accepted = store.records.accept(batch, Vec::new(), "hub", at(0)).await?;
    assert!(
        accepted
            .iter()
            .all(|record| record.revision == 1 && record.changed)
    );
    assert_eq!(body_of(store, "42").await?.as_deref(), Some("of the contact"));
    let names = [
        RecordName::new("ticket", "42"),
        RecordName::new("ticket", "43"),
        name("42"),
    ];
    let mut bodies: Vec<_> = store
        .records
        .get_many(&names)
        .await?
        .into_iter()
        .map(|record| (record.name.to_string(), record.body))
        .collect();
    bodies.sort();
    let expected = [("contact/42", "of the contact"), ("ticket/42", "of the ticket")];
    assert_eq!(
        bodies,
        expected.map(|(name, body)| (name.to_owned(), Some(body.to_owned())))
    );
    assert_eq!(store.records.count("ticket").await?, 1);
    Ok(())
}

/// Who asked for another kind or occasion hears nothing.
pub async fn routes_are_of_a_kind_and_an_occasion(store: &Store) -> Result<(), StoreError> {
    let of = |kind: &str, occasion, target: &str| Route {
        kind: kind.to_owned(),
        occasion,
        target: target.to_owned(),
    };
    let routes = || {
        vec![
            of("contact", Occasion::Saved, "saved"),
            of("contact", Occasion::Deleted, "deleted"),
            of("ticket", Occasion::Saved, "tickets"),
            of("contact", Occasion::Saved, "saved too"),
        ]
    };
    let file = |record| store.records.accept(vec![record], routes(), "hub", at(0));
    let saved = file(contact("c1", "1")).await?.remove(0);
    assert_eq!(saved.deliveries.len(), 2);
    let gone = file(record("c1", None)).await?.remove(0);
    assert_eq!(gone.deliveries.len(), 1);
    let deleted = store.deliveries.get(gone.deliveries[0].delivery).await?;
    let deleted = deleted.map(|record| (record.delivery.target, record.delivery.event));
    assert_eq!(
        deleted,
        Some(("deleted".to_owned(), "contact.deleted".to_owned()))
    );
    Ok(())
}

/// So that who follows the changes hears of it once.
pub async fn what_has_not_changed_keeps_its_change_number(store: &Store) -> Result<(), StoreError> {
    let first = accept(store, "c1", "1", 0).await?;
    let again = accept(store, "c1", "1", 1).await?;
    assert_eq!((again.change, again.changed), (first.change, false));
    assert_eq!(store.records.changes(first.change, None, 10).await?, []);
    let next = accept(store, "c2", "1", 2).await?;
    assert!(next.change > first.change);
    Ok(())
}

/// By what it has now, not by what it had.
pub async fn records_are_found_by_what_identifies_them(store: &Store) -> Result<(), StoreError> {
    let known_by = |id: &str, body: &str, identities: &[(&str, &str)]| NewRecord {
        identities: identities
            .iter()
            .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
            .collect(),
        ..contact(id, body)
    };
    let batch = vec![
        known_by("b", "1", &[("phone", "19900001111"), ("wx_id", "wang")]),
        known_by("a", "1", &[("phone", "19900001111")]),
        known_by("c", "1", &[("mobile", "19900001111")]),
        // The last state of a record counts.
        known_by("a", "2", &[("phone", "19900001111"), ("phone", "19900002222")]),
    ];
    store.records.accept(batch, Vec::new(), "hub", at(0)).await?;
    let find = async |field: &str, value: &str| {
        let found = store
            .records
            .find_by_identity("contact", field, value, 10)
            .await?;
        Ok::<_, StoreError>(found.into_iter().map(|record| record.name.id).collect::<Vec<_>>())
    };
    assert_eq!(find("phone", "19900001111").await?, ["a", "b"]);
    assert_eq!(find("phone", "19900002222").await?, ["a"]);
    assert_eq!(find("wx_id", "wang").await?, ["b"]);
    assert_eq!(find("phone", "1990000").await?, [""; 0]);
    let of_tickets = store
        .records
        .find_by_identity("ticket", "wx_id", "wang", 10)
        .await?;
    assert_eq!(of_tickets, []);
    let changed = vec![known_by("b", "2", &[("wx_id", "wei")]), record("a", None)];
    store.records.accept(changed, Vec::new(), "hub", at(1)).await?;
    assert_eq!(find("phone", "19900001111").await?, [""; 0]);
    assert_eq!(find("wx_id", "wei").await?, ["b"]);
    Ok(())
}

/// A kind may come to identify its records by other fields; what has changed meanwhile knows already.
pub async fn records_are_found_by_what_identifies_them_from_now_on(store: &Store) -> Result<(), StoreError> {
    let known_by = |id: &str, body: &str, phone: &str| NewRecord {
        identities: vec![("phone".to_owned(), phone.to_owned())],
        ..contact(id, body)
    };
    let batch = vec![known_by("a", "1", "199"), known_by("b", "1", "199")];
    store.records.accept(batch, Vec::new(), "hub", at(0)).await?;
    let changed = vec![known_by("b", "2", "188")];
    store.records.accept(changed, Vec::new(), "hub", at(1)).await?;
    let identified = |id: &str| Identified {
        name: RecordName::new("contact", id),
        revision: 1,
        identities: vec![
            ("phone".to_owned(), "177".to_owned()),
            ("wx_id".to_owned(), "wang".to_owned()),
        ],
    };
    for _ in 0..2 {
        let identified = ["a", "b", "nobody"].map(identified).to_vec();
        store.records.identify(identified).await?;
        for (field, value, expected) in [
            ("phone", "199", &[][..]),
            ("phone", "188", &["b"]),
            ("phone", "177", &["a"]),
            ("wx_id", "wang", &["a"]),
        ] {
            let found = store
                .records
                .find_by_identity("contact", field, value, 10)
                .await?;
            let found: Vec<&str> = found.iter().map(|record| record.name.id.as_str()).collect();
            assert_eq!(found, expected, "{field} {value}");
        }
    }
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
        assert_eq!(body_of(store, &id).await?.as_deref(), Some(text));
        let delivery = handle_one(store, 1).await?;
        assert_eq!(
            (delivery.key, delivery.payload.as_str()),
            (name(&id).to_string(), text)
        );
    }
    let long = "长".repeat(400_000);
    accept(store, "long", &long, 0).await?;
    assert_eq!(handle_one(store, 1).await?.payload, long);
    Ok(())
}
