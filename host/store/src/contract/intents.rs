//! Cases for [`Intents`](crate::Intents).

use super::{at, event, open_row};
use crate::{
    AuditEnd, AuditFilter, AuditRow, Begun, Intent, IntentId, IntentOutcome, NewIntent, Opened, Store,
    StoreError,
};

const SAVE: &str = "customers.save-company";

pub(super) fn save(key: &str) -> NewIntent {
    NewIntent {
        delivery: None,
        idempotency_key: key.to_owned(),
        operation: SAVE.to_owned(),
        subject: "c1".to_owned(),
        reserved_key: Some(41),
        payload_hash: "3f".to_owned(),
        payload: "{}".to_owned(),
        extension: "wechat-customer".to_owned(),
        extension_version: "1.2.0".to_owned(),
    }
}

pub(super) async fn open(store: &Store, intent: NewIntent) -> Result<Opened, StoreError> {
    match store.intents.begin(intent, open_row(SAVE), at(0)).await? {
        Begun::Fresh(opened) => Ok(opened),
        Begun::Known(known) => {
            assert_eq!(known.attempts, 0, "it was begun before: {known:?}");
            Err(StoreError::NoSuchIntent { intent: known.id })
        }
    }
}

async fn begin(store: &Store, intent: NewIntent) -> Result<IntentId, StoreError> {
    let key = intent.idempotency_key.clone();
    let opened = open(store, intent).await?;
    assert_eq!((find(store, &key).await?.id, opened.attempt), (opened.intent, 1));
    Ok(opened.intent)
}

async fn log(store: &Store) -> Result<Vec<AuditRow>, StoreError> {
    let entries = store.audit.tail(None, 100, AuditFilter::default()).await?;
    Ok(entries.into_iter().map(|entry| entry.row).collect())
}

pub(super) fn ended(outcome: &str, requests: i64) -> AuditEnd {
    AuditEnd {
        outcome: outcome.to_owned(),
        error_kind: Some("refused".to_owned()),
        message: Some("保存成功".to_owned()),
        duration_micros: 1_500,
        requests,
    }
}

async fn find(store: &Store, key: &str) -> Result<Intent, StoreError> {
    let found = store.intents.find(key).await?;
    found.ok_or(StoreError::NoSuchIntent { intent: IntentId(0) })
}

/// The second time it is shown as it stands, untouched.
pub async fn an_intent_is_begun_once(store: &Store) -> Result<(), StoreError> {
    assert_eq!(store.intents.find("k").await?, None);
    let id = begin(store, save("k")).await?;
    let kept = Intent {
        id,
        write: save("k"),
        sent_before: Vec::new(),
        outcome: IntentOutcome::Open,
        detail: None,
        attempts: 1,
        begun_at: at(0),
        updated_at: at(0),
    };
    assert_eq!(find(store, "k").await?, kept);
    let again = NewIntent {
        payload_hash: "other".to_owned(),
        payload: "{}".to_owned(),
        reserved_key: None,
        ..save("k")
    };
    assert_eq!(
        store.intents.begin(again, open_row(SAVE), at(1)).await?,
        Begun::Known(Box::new(kept.clone()))
    );
    assert_eq!(find(store, "k").await?, kept);
    assert_eq!(
        log(store).await?.len(),
        1,
        "nothing goes out, so nothing is logged"
    );
    begin(store, save("another")).await.map(drop)
}

/// Each outcome, with what the ERP said.
pub async fn a_resolved_intent_says_how_it_ended(store: &Store) -> Result<(), StoreError> {
    let id = begin(store, save("k")).await?;
    let outcomes = [
        IntentOutcome::Unknown,
        IntentOutcome::Refused,
        IntentOutcome::Applied,
        IntentOutcome::Open,
    ];
    for (second, outcome) in (1..).zip(outcomes) {
        store
            .intents
            .resolve(id, outcome, Some("保存成功"), at(second))
            .await?;
        let intent = find(store, "k").await?;
        assert_eq!(
            (intent.outcome, intent.detail.as_deref()),
            (outcome, Some("保存成功"))
        );
        assert_eq!((intent.updated_at, intent.begun_at), (at(second), at(0)));
    }
    store
        .intents
        .resolve(id, IntentOutcome::Applied, None, at(9))
        .await?;
    assert_eq!(find(store, "k").await?.detail, None);
    Ok(())
}

/// One row, from before it goes out until its end is known.
pub async fn a_write_begins_and_ends_in_the_audit_log(store: &Store) -> Result<(), StoreError> {
    let opened = open(store, save("k")).await?;
    assert_eq!(log(store).await?, [open_row(SAVE)]);
    let end = ended("refused", 3);
    store
        .intents
        .finish(opened, IntentOutcome::Refused, end.clone(), at(5))
        .await?;
    let row = AuditRow {
        outcome: end.outcome,
        error_kind: end.error_kind,
        message: end.message.clone(),
        duration_micros: end.duration_micros,
        requests: end.requests,
        ..open_row(SAVE)
    };
    assert_eq!(log(store).await?, [row]);
    let intent = find(store, "k").await?;
    assert_eq!(
        (intent.outcome, intent.detail, intent.updated_at),
        (IntentOutcome::Refused, end.message, at(5))
    );
    Ok(())
}

/// What the first did not see stays open.
pub async fn each_attempt_has_a_row_of_its_own(store: &Store) -> Result<(), StoreError> {
    let first = open(store, save("k")).await?;
    let second = store
        .intents
        .reopen(first.intent, "3f", "{}", None, open_row(SAVE), at(1))
        .await?;
    assert_eq!((second.intent, second.attempt), (first.intent, 2));
    store
        .intents
        .finish(second, IntentOutcome::Applied, ended("applied", 1), at(2))
        .await?;
    let outcomes: Vec<String> = log(store).await?.into_iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, ["open", "applied"]);
    Ok(())
}

/// An end that could only be written when the next attempt was under way already speaks of its own attempt.
pub async fn a_late_end_leaves_the_next_attempt_alone(store: &Store) -> Result<(), StoreError> {
    let first = open(store, save("k")).await?;
    let second = store
        .intents
        .reopen(first.intent, "3f", "{}", None, open_row(SAVE), at(1))
        .await?;
    for (attempt, outcome, word) in [
        (second, IntentOutcome::Applied, "applied"),
        (first, IntentOutcome::Unknown, "unknown"),
    ] {
        store
            .intents
            .finish(attempt, outcome, ended(word, 1), at(2))
            .await?;
    }
    assert_eq!(find(store, "k").await?.outcome, IntentOutcome::Applied);
    let outcomes: Vec<String> = log(store).await?.into_iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, ["unknown", "applied"]);
    Ok(())
}

/// A refused write may go out again, perhaps with another payload.
pub async fn a_reopened_intent_counts_its_attempts(store: &Store) -> Result<(), StoreError> {
    let id = begin(store, save("k")).await?;
    store
        .intents
        .resolve(id, IntentOutcome::Refused, Some("no"), at(1))
        .await?;
    store
        .intents
        .reopen(id, "5a", "{}", None, open_row(SAVE), at(2))
        .await?;
    let intent = find(store, "k").await?;
    assert_eq!(
        (intent.outcome, intent.attempts, intent.updated_at),
        (IntentOutcome::Open, 2, at(2))
    );
    assert_eq!(
        (intent.write.payload_hash.as_str(), intent.write.reserved_key),
        ("5a", Some(41))
    );
    store
        .intents
        .reopen(id, "5a", "{}", Some(88), open_row(SAVE), at(3))
        .await?;
    assert_eq!(find(store, "k").await?.write.reserved_key, Some(88));
    Ok(())
}

/// Nobody knows which of them the ERP has, until one is seen to be applied.
pub async fn what_was_sent_is_kept_until_it_is_known_what_was_applied(
    store: &Store,
) -> Result<(), StoreError> {
    let id = begin(store, save("k")).await?;
    let send = async |hash: &str| {
        let reopened = store
            .intents
            .reopen(id, hash, hash, None, open_row(SAVE), at(1))
            .await;
        reopened.map(drop)
    };
    for hash in ["a", "a", "b", "b"] {
        send(hash).await?;
    }
    let intent = find(store, "k").await?;
    assert_eq!(
        (intent.sent_before.as_slice(), intent.write.payload.as_str()),
        (&["{}".to_owned(), "a".to_owned()][..], "b")
    );
    store
        .intents
        .resolve(id, IntentOutcome::Applied, None, at(2))
        .await?;
    send("c").await?;
    assert_eq!(find(store, "k").await?.sent_before, ["b"]);
    for number in 0..20 {
        send(&number.to_string()).await?;
    }
    let intent = find(store, "k").await?;
    assert_eq!(intent.sent_before, ["b", "13", "14", "15", "16", "17", "18"]);
    assert_eq!(intent.write.payload, "19");
    Ok(())
}

/// What a restart has to look up.
pub async fn unresolved_intents_are_listed(store: &Store) -> Result<(), StoreError> {
    let mut ids = Vec::new();
    for key in ["open", "applied", "unknown", "refused", "open too"] {
        ids.push(begin(store, save(key)).await?);
    }
    store
        .intents
        .resolve(ids[1], IntentOutcome::Applied, None, at(1))
        .await?;
    store
        .intents
        .resolve(ids[2], IntentOutcome::Unknown, None, at(1))
        .await?;
    store
        .intents
        .resolve(ids[3], IntentOutcome::Refused, None, at(1))
        .await?;
    let numbers = |intents: Vec<Intent>| intents.into_iter().map(|intent| intent.id).collect::<Vec<_>>();
    assert_eq!(
        numbers(store.intents.unresolved(None, 10).await?),
        [ids[0], ids[2], ids[4]]
    );
    assert_eq!(
        numbers(store.intents.unresolved(Some(ids[0]), 1).await?),
        [ids[2]]
    );
    Ok(())
}

/// A worker reads what was begun for its delivery, and for its record before.
pub async fn intents_are_found_by_delivery_and_subject(store: &Store) -> Result<(), StoreError> {
    let enqueued = store
        .deliveries
        .enqueue(vec![event("c1", "1"), event("c1", "2")], at(0))
        .await?;
    let delivery = Some(enqueued[0].delivery);
    let reserve = begin(
        store,
        NewIntent {
            delivery,
            ..save("reserve")
        },
    )
    .await?;
    let other = begin(
        store,
        NewIntent {
            delivery: Some(enqueued[1].delivery),
            ..save("other")
        },
    )
    .await?;
    let saved = begin(
        store,
        NewIntent {
            delivery,
            subject: "c2".to_owned(),
            ..save("save")
        },
    )
    .await?;
    let numbers = |intents: Vec<Intent>| intents.into_iter().map(|intent| intent.id).collect::<Vec<_>>();
    assert_eq!(
        numbers(store.intents.of_delivery(enqueued[0].delivery).await?),
        [reserve, saved]
    );
    assert_eq!(
        numbers(store.intents.of_subject("c1", 10).await?),
        [other, reserve]
    );
    assert_eq!(numbers(store.intents.of_subject("c1", 1).await?), [other]);
    Ok(())
}

/// Whose record a key is, before any link says so.
pub async fn intents_are_found_by_operation_and_reserved_key(store: &Store) -> Result<(), StoreError> {
    let first = begin(store, save("first")).await?;
    let elsewhere = NewIntent {
        operation: "contracts.save".to_owned(),
        ..save("of another object")
    };
    begin(store, elsewhere).await?;
    let keyless = NewIntent {
        reserved_key: None,
        ..save("without a key")
    };
    let keyed_late = begin(store, keyless).await?;
    let numbers = |intents: Vec<Intent>| intents.into_iter().map(|intent| intent.id).collect::<Vec<_>>();
    let of_key = async |key, limit| {
        store
            .intents
            .of_reserved_key("customers.save-company", key, limit)
            .await
            .map(numbers)
    };
    assert_eq!(of_key(41, 10).await?, [first]);
    store
        .intents
        .reopen(keyed_late, "3f", "{}", Some(41), open_row(SAVE), at(1))
        .await?;
    assert_eq!(of_key(41, 10).await?, [keyed_late, first]);
    assert_eq!(of_key(41, 1).await?, [keyed_late]);
    assert_eq!(of_key(42, 10).await?, []);
    Ok(())
}

/// Nothing is resolved silently into the void.
pub async fn an_absent_intent_is_an_error(store: &Store) -> Result<(), StoreError> {
    let absent = IntentId(77);
    let results = [
        store
            .intents
            .reopen(absent, "", "{}", None, open_row(SAVE), at(0))
            .await
            .map(drop),
        store
            .intents
            .resolve(absent, IntentOutcome::Applied, None, at(0))
            .await,
    ];
    for result in results {
        assert!(
            matches!(result, Err(StoreError::NoSuchIntent { intent }) if intent == absent),
            "{result:?}"
        );
    }
    assert_eq!(log(store).await?, [], "no row without its intent");
    Ok(())
}
