//! Cases for what people do with dead [`Deliveries`](crate::Deliveries).

use super::{accept, at, body_of, lease, letter};
use crate::{DeadFilter, DeadSelection, DeliveryState, ReplayId, Store, StoreError};
use jiff::SignedDuration;

/// Files contacts whose deliveries are given up with this letter.
async fn bury(store: &Store, ids: &[&str], words: &str) -> Result<(), StoreError> {
    for id in ids {
        accept(store, id, "{}", 0).await?;
    }
    for leased in lease(store, 1).await? {
        store.deliveries.bury(leased.lease, letter(words), at(2)).await?;
    }
    Ok(())
}

fn of(cause: &str) -> DeadSelection {
    DeadSelection::Matching(DeadFilter {
        cause: Some(format!("cause of {cause}")),
        ..DeadFilter::default()
    })
}

/// Keys of what is due at a time.
async fn due(store: &Store, now: i64) -> Result<Vec<String>, StoreError> {
    let leased = lease(store, now).await?;
    Ok(leased.into_iter().map(|leased| leased.delivery.key).collect())
}

/// By cause, by target, by kind, and all of it together.
pub async fn dead_ones_are_counted_by_cause_and_chosen_by_it(store: &Store) -> Result<(), StoreError> {
    bury(store, &["a", "b"], "电话重复").await?;
    bury(store, &["c", "d", "e"], "没有权限").await?;
    let causes = store.deliveries.dead_causes().await?;
    let told: Vec<_> = causes
        .iter()
        .map(|cause| (&*cause.cause, cause.count, &*cause.example.delivery.key))
        .collect();
    assert_eq!(
        told,
        [
            ("cause of 没有权限", 3, "contact/c"),
            ("cause of 电话重复", 2, "contact/a")
        ]
    );
    assert_eq!((causes[0].first_at, causes[0].last_at), (at(2), at(2)));
    assert_eq!(store.deliveries.count_dead(of("电话重复")).await?, 2);
    let filter = |target: &str, kind: &str| {
        DeadSelection::Matching(DeadFilter {
            target: Some(target.to_owned()),
            kind: Some(kind.to_owned()),
            cause: None,
        })
    };
    assert_eq!(
        store
            .deliveries
            .count_dead(filter("customer-push", "refused"))
            .await?,
        5
    );
    assert_eq!(
        store
            .deliveries
            .count_dead(filter("customer-push", "session"))
            .await?,
        0
    );
    assert_eq!(store.deliveries.count_dead(filter("other", "refused")).await?, 0);
    assert_eq!(store.deliveries.count_dead(DeadSelection::All).await?, 5);
    assert_eq!(store.deliveries.retry_dead(of("电话重复"), at(3)).await?, 2);
    assert_eq!(due(store, 3).await?, ["contact/a", "contact/b"]);
    assert_eq!(store.deliveries.dead_causes().await?.len(), 1);
    Ok(())
}

/// In the order of their numbers, with the pause between.
pub async fn a_replay_lets_go_of_one_after_the_other_and_says_how_far_it_is(
    store: &Store,
) -> Result<(), StoreError> {
    bury(store, &["a", "b", "c"], "没有权限").await?;
    let pause = SignedDuration::from_secs(10);
    let begun = store
        .deliveries
        .replay_dead(of("没有权限"), pause, at(100))
        .await?;
    assert_eq!((begun.chosen, begun.waiting, begun.pause), (3, 3, pause));
    let leased = lease(store, 100).await?;
    assert_eq!(leased.len(), 1);
    let completion = crate::Completion {
        outcome: "linked".to_owned(),
        ..crate::Completion::default()
    };
    store
        .deliveries
        .complete(leased[0].lease, completion, at(101))
        .await?;
    assert_eq!(due(store, 109).await?, [""; 0]);
    let leased = lease(store, 110).await?;
    assert_eq!(leased[0].delivery.key, "contact/b");
    store
        .deliveries
        .bury(leased[0].lease, letter("没有权限"), at(111))
        .await?;
    let replays = store.deliveries.replays(5).await?;
    assert_eq!(replays.len(), 1);
    let replay = &replays[0];
    assert_eq!(
        (
            replay.id,
            replay.begun_at,
            replay.ended,
            replay.dead,
            replay.waiting,
            replay.cancelled
        ),
        (begun.id, at(100), 1, 1, 1, None)
    );
    assert_eq!(due(store, 120).await?, ["contact/c"]);
    Ok(())
}

/// Nothing is lost by it, and what is done stays done.
pub async fn what_still_waits_of_a_cancelled_replay_is_dead_again_with_its_letter(
    store: &Store,
) -> Result<(), StoreError> {
    bury(store, &["a", "b", "c"], "没有权限").await?;
    let pause = SignedDuration::from_secs(10);
    let begun = store
        .deliveries
        .replay_dead(DeadSelection::All, pause, at(100))
        .await?;
    let leased = lease(store, 100).await?;
    let cancelled = store.deliveries.cancel_replay(begun.id, at(105)).await?;
    let cancelled = cancelled.and_then(|replay| replay.cancelled);
    assert_eq!(cancelled, Some((at(105), 2)));
    let dead = store.deliveries.dead(None, 10).await?;
    let dead: Vec<_> = dead
        .into_iter()
        .map(|dead| (dead.delivery.key, dead.letter))
        .collect();
    let letter = Some(letter("没有权限"));
    assert_eq!(
        dead,
        [
            ("contact/b".to_owned(), letter.clone()),
            ("contact/c".to_owned(), letter)
        ]
    );
    let in_hand = store.deliveries.get(leased[0].delivery.id).await?;
    assert_eq!(in_hand.map(|in_hand| in_hand.state), Some(DeliveryState::Leased));
    assert_eq!(store.deliveries.cancel_replay(ReplayId(99), at(106)).await?, None);
    // They are as any other dead ones.
    assert_eq!(store.deliveries.retry_dead(DeadSelection::All, at(200)).await?, 2);
    Ok(())
}

/// Somebody files the record anew: that goes at once, and no cancelling stops it.
pub async fn what_was_filed_since_is_no_part_of_a_replay(store: &Store) -> Result<(), StoreError> {
    bury(store, &["a", "b"], "没有权限").await?;
    let pause = SignedDuration::from_secs(1_000);
    let begun = store
        .deliveries
        .replay_dead(DeadSelection::All, pause, at(100))
        .await?;
    accept(store, "b", r#"{"phone":"1"}"#, 101).await?;
    store.deliveries.cancel_replay(begun.id, at(102)).await?;
    assert_eq!(due(store, 103).await?, ["contact/b"]);
    assert_eq!(body_of(store, "b").await?.as_deref(), Some(r#"{"phone":"1"}"#));
    Ok(())
}
