//! Cases for [`Schedules`](crate::Schedules).

use jiff::Timestamp;

use super::{at, handle_one, lease, lease_one};
use crate::{DeliveryState, Disposition, Look, Meeting, NewFire, PausedFlow, Rhythm, Store, StoreError};

fn fire(seconds: i64, meeting: Meeting) -> NewFire {
    NewFire {
        at: at(seconds),
        event: "schedule.fired".to_owned(),
        payload: format!("{{\"at\":{seconds}}}"),
        meeting,
    }
}

fn look(until: i64, fires: Vec<NewFire>) -> Look {
    Look {
        flow: "pull".to_owned(),
        rhythm: Rhythm::Schedule,
        target: "flow pull".to_owned(),
        key: "schedule/pull".to_owned(),
        looked_at: Some(("every 10s".to_owned(), at(until))),
        missed: 0,
        fires,
    }
}

fn looked(until: i64) -> Option<(String, Timestamp)> {
    Some(("every 10s".to_owned(), at(until)))
}

/// Looks, and says what became of each fire.
async fn fired(store: &Store, look: Look, now: i64) -> Result<Vec<Option<Disposition>>, StoreError> {
    let enqueued = store.schedules.fire(look, at(now)).await?;
    Ok(enqueued
        .into_iter()
        .map(|one| one.map(|one| one.disposition))
        .collect())
}

/// However often a time comes round, by whatever rhythm.
pub async fn a_time_fires_once(store: &Store) -> Result<(), StoreError> {
    let first = fired(store, look(10, vec![fire(10, Meeting::Follows)]), 10).await?;
    assert_eq!(first, [Some(Disposition::Queued)]);
    let again = look(20, vec![fire(10, Meeting::Follows), fire(20, Meeting::Follows)]);
    assert_eq!(fired(store, again, 20).await?, [None, Some(Disposition::Queued)]);
    let other = Look {
        rhythm: Rhythm::Hand,
        looked_at: None,
        ..look(0, vec![fire(10, Meeting::Follows)])
    };
    assert_eq!(fired(store, other, 21).await?, [Some(Disposition::Queued)]);
    Ok(())
}

/// Fire, delivery, and how far was looked.
pub async fn a_fire_and_its_delivery_are_one(store: &Store) -> Result<(), StoreError> {
    fired(store, look(12, vec![fire(10, Meeting::Replaces)]), 12).await?;
    let standing = store.schedules.standing().await?;
    assert_eq!(standing.len(), 1);
    assert_eq!(
        (standing[0].flow.as_str(), standing[0].rhythm),
        ("pull", Rhythm::Schedule)
    );
    assert_eq!(standing[0].looked_at, looked(12));
    assert_eq!(standing[0].last_end, None);
    let Some(last) = standing[0].last.clone() else {
        unreachable!("it fired");
    };
    assert_eq!((last.at, last.fired_at), (at(10), at(12)));
    assert_eq!(last.state, Some(DeliveryState::Pending));
    let delivery = handle_one(store, 13).await?;
    assert_eq!(Some(delivery.id), last.delivery);
    assert_eq!(
        (
            delivery.target.as_str(),
            delivery.key.as_str(),
            delivery.event.as_str()
        ),
        ("flow pull", "schedule/pull", "schedule.fired")
    );
    assert_eq!(delivery.payload, "{\"at\":10}");
    let standing = store.schedules.standing().await?;
    assert_eq!(standing[0].last_end, Some(at(13)));
    Ok(())
}

/// The newest fire is enough, also for one that lies dead.
pub async fn a_fire_takes_the_place_of_one_that_waits(store: &Store) -> Result<(), StoreError> {
    fired(store, look(10, vec![fire(10, Meeting::Replaces)]), 10).await?;
    let merged = fired(store, look(20, vec![fire(20, Meeting::Replaces)]), 20).await?;
    assert_eq!(merged, [Some(Disposition::Merged)]);
    assert_eq!(super::bury_one(store, 21).await?.payload, "{\"at\":20}");
    fired(store, look(30, vec![fire(30, Meeting::Replaces)]), 30).await?;
    assert_eq!(handle_one(store, 31).await?.payload, "{\"at\":30}");
    assert_eq!(store.deliveries.counts().await?.dead, 0);
    Ok(())
}

/// One that is in hand already may have missed what the new one is about.
pub async fn a_fire_joins_one_that_waits(store: &Store) -> Result<(), StoreError> {
    fired(store, look(10, vec![fire(10, Meeting::Joins)]), 10).await?;
    let joined = fired(store, look(20, vec![fire(20, Meeting::Joins)]), 20).await?;
    assert_eq!(joined, [Some(Disposition::Covered)]);
    let first = lease_one(store, 21).await?;
    let behind = fired(store, look(30, vec![fire(30, Meeting::Joins)]), 22).await?;
    assert_eq!(behind, [Some(Disposition::Queued)]);
    assert_eq!(lease(store, 23).await?.len(), 0, "one at a time");
    let done = crate::Completion::default();
    store.deliveries.complete(first.lease, done, at(24)).await?;
    assert_eq!(handle_one(store, 25).await?.payload, "{\"at\":30}");
    Ok(())
}

/// In their order.
pub async fn fires_that_follow_are_each_handled(store: &Store) -> Result<(), StoreError> {
    let all = [10, 20, 30].map(|seconds| fire(seconds, Meeting::Follows));
    fired(store, look(30, all.to_vec()), 31).await?;
    for seconds in [10, 20, 30] {
        assert_eq!(
            handle_one(store, 32).await?.payload,
            format!("{{\"at\":{seconds}}}")
        );
    }
    Ok(())
}

/// A time that is earlier than one before is not covered by it.
pub async fn a_later_fire_is_the_newer_one_although_the_clock_was_set_back(
    store: &Store,
) -> Result<(), StoreError> {
    fired(store, look(1_000, vec![fire(1_000, Meeting::Replaces)]), 1_000).await?;
    handle_one(store, 1_001).await?;
    let back = fired(store, look(10, vec![fire(10, Meeting::Replaces)]), 10).await?;
    assert_eq!(back, [Some(Disposition::Queued)]);
    assert_eq!(store.schedules.standing().await?[0].looked_at, looked(10));
    Ok(())
}

/// Over all looks.
pub async fn missed_times_add_up(store: &Store) -> Result<(), StoreError> {
    for missed in [3, 0, 4] {
        let missed = Look {
            missed,
            ..look(10, Vec::new())
        };
        store.schedules.fire(missed, at(10)).await?;
    }
    let standing = store.schedules.standing().await?;
    assert_eq!((standing[0].missed, standing[0].last.clone()), (7, None));
    Ok(())
}

/// What passed meanwhile is not made up for.
pub async fn a_paused_flow_stays_paused_until_it_goes_on_from_then(store: &Store) -> Result<(), StoreError> {
    let schedules = &store.schedules;
    fired(store, look(10, Vec::new()), 10).await?;
    assert!(schedules.pause("pull", at(11)).await?);
    assert!(!schedules.pause("pull", at(12)).await?);
    let paused = PausedFlow {
        flow: "pull".to_owned(),
        since: at(11),
    };
    assert_eq!(schedules.paused().await?, [paused]);
    assert!(schedules.resume("pull", at(50)).await?);
    assert!(!schedules.resume("pull", at(60)).await?);
    assert_eq!(schedules.paused().await?, []);
    assert_eq!(schedules.standing().await?[0].looked_at, looked(50));
    Ok(())
}

/// Of each flow and rhythm.
pub async fn pruning_keeps_the_last_fire(store: &Store) -> Result<(), StoreError> {
    for seconds in [10, 20] {
        fired(
            store,
            look(seconds, vec![fire(seconds, Meeting::Follows)]),
            seconds,
        )
        .await?;
    }
    assert_eq!(store.schedules.prune_fires(at(10)).await?, 0);
    assert_eq!(store.schedules.prune_fires(at(100)).await?, 1);
    assert_eq!(store.schedules.prune_fires(at(100)).await?, 0);
    let last = store.schedules.standing().await?[0].last.clone();
    assert_eq!(last.map(|last| last.at), Some(at(20)));
    Ok(())
}
