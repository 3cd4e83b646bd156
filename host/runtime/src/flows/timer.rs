//! Fires flows when they are due. It looks at the machine's clock again and again, since that may be set; what fired is a
//! row of the store, so that a time fires once however often it comes round.

use super::schedule::{CatchUp, Schedule};
use super::worker::{AFTER_AN_ERROR, Inner, LONGEST_SLEEP, SHORTEST_SLEEP};
use crate::actor::Actor;
use crate::vitals::Heartbeat;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use sunmao_store::{Enqueued, Look, Meeting, NewFire, Rhythm, StoreError};

/// The event of a flow that is due.
pub(super) const FIRED: &str = "schedule.fired";
/// The event of a flow that is due to look at what is new.
pub(super) const RECENT: &str = "schedule.recent";
/// Whether an event is a flow that is due.
pub(super) fn is_fire(event: &str) -> bool {
    event == FIRED || event == RECENT
}

/// What fires later than this is told.
const LATE: SignedDuration = SignedDuration::from_secs(10);

/// A flow that is due by itself.
#[derive(Debug, Clone)]
pub(super) struct Timed {
    pub flow: String,
    pub schedule: Option<Schedule>,
    /// When a sweep looks at what is new, between its whole sweeps.
    pub recent: Option<Schedule>,
}

impl Timed {
    /// Its schedules, with what each is for.
    pub fn rhythms(&self) -> impl Iterator<Item = (Rhythm, &Schedule)> {
        let schedule = self.schedule.iter().map(|schedule| (Rhythm::Schedule, schedule));
        schedule.chain(self.recent.iter().map(|recent| (Rhythm::Recent, recent)))
    }
}

/// What a fire says to whoever handles it.
#[derive(Debug, Serialize)]
struct Fire<'a> {
    flow: &'a str,
    fire_at: Timestamp,
    by: Rhythm,
    drift_milliseconds: i64,
    missed: u64,
}

/// Looks at all flows that are due by themselves, and sleeps until the next one is.
pub(super) async fn keep_time(inner: &Inner, heartbeat: &Heartbeat) {
    loop {
        let sleep = match look_at_all(inner).await {
            Ok(next) => until(next, inner.host.clock.now()),
            Err(error) => {
                inner.trouble.met(&error);
                AFTER_AN_ERROR
            }
        };
        heartbeat.beat();
        tokio::select! {
            () = tokio::time::sleep(sleep) => {}
            () = inner.retimed.notified() => {}
        }
    }
}

/// How long to sleep. No longer than a moment: the clock may be set meanwhile.
fn until(next: Option<Timestamp>, now: Timestamp) -> Duration {
    let left = next.map_or(LONGEST_SLEEP, |next| {
        Duration::try_from(next.duration_since(now)).unwrap_or_default()
    });
    left.clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
}

async fn look_at_all(inner: &Inner) -> Result<Option<Timestamp>, StoreError> {
    let timed = inner.timed.load_full();
    if timed.is_empty() {
        return Ok(None);
    }
    let standing = inner.host.store.schedules.standing().await?;
    let known: BTreeMap<(&str, Rhythm), &(String, Timestamp)> = standing
        .iter()
        .filter_map(|one| Some(((one.flow.as_str(), one.rhythm), one.looked_at.as_ref()?)))
        .collect();
    // A host that has just come to life does not know yet, and another host may have paused one.
    inner.read_paused().await?;
    let paused = inner.paused.load_full();
    let mut next: Option<Timestamp> = None;
    for timed in timed.iter().filter(|timed| !paused.contains(&timed.flow)) {
        for (rhythm, schedule) in timed.rhythms() {
            let now = inner.host.clock.now();
            let known = known.get(&(timed.flow.as_str(), rhythm)).copied();
            if let Some(look) = look(&timed.flow, rhythm, schedule, known, now) {
                tell(&look, known, now);
                inner.host.store.schedules.fire(look, now).await?;
            }
            let due = schedule.next(now);
            next = next.into_iter().chain(due).min();
        }
    }
    Ok(next)
}

/// What a look at a schedule comes to; none if there is nothing to keep.
fn look(
    flow: &str,
    rhythm: Rhythm,
    schedule: &Schedule,
    known: Option<&(String, Timestamp)>,
    now: Timestamp,
) -> Option<Look> {
    let rule = schedule.to_string();
    let (times, missed) = match known {
        // Times of the rule that held before are no matter of this one.
        Some((before, _)) if *before != rule => (Vec::new(), 0),
        // The clock was set back: what it now comes to again has fired or not, by what the store knows.
        Some((_, looked_until)) if *looked_until > now => (Vec::new(), 0),
        Some((_, looked_until)) => {
            let due = schedule.due(*looked_until, now);
            if due.fires.is_empty() && due.missed == 0 {
                return None;
            }
            (due.fires, due.missed)
        }
        None if schedule.begins_at_once() => (vec![now], 0),
        None => (Vec::new(), 0),
    };
    let fires = times
        .into_iter()
        .map(|at| fire(flow, rhythm, schedule, at, missed, now));
    Some(Look {
        flow: flow.to_owned(),
        rhythm,
        target: Actor::flow(flow).to_string(),
        key: lane(flow),
        fires: fires.collect(),
        looked_at: Some((rule, now)),
        missed,
    })
}

/// The lane of a flow's fires: one at a time.
fn lane(flow: &str) -> String {
    format!("schedule/{flow}")
}

fn fire(flow: &str, by: Rhythm, schedule: &Schedule, at: Timestamp, missed: u64, now: Timestamp) -> NewFire {
    let meeting = match (by, schedule.catch_up()) {
        (Rhythm::Recent, _) => Meeting::Joins,
        (Rhythm::Hand, _) | (_, CatchUp::All) => Meeting::Follows,
        _ => Meeting::Replaces,
    };
    new_fire(flow, by, meeting, at, missed, now)
}

fn new_fire(
    flow: &str,
    by: Rhythm,
    meeting: Meeting,
    fire_at: Timestamp,
    missed: u64,
    now: Timestamp,
) -> NewFire {
    let fire = Fire {
        flow,
        fire_at,
        by,
        drift_milliseconds: i64::try_from(now.duration_since(fire_at).as_millis()).unwrap_or(i64::MAX),
        missed,
    };
    NewFire {
        at: fire_at,
        event: if by == Rhythm::Recent { RECENT } else { FIRED }.to_owned(),
        payload: serde_json::to_string(&fire).unwrap_or_default(),
        meeting,
    }
}

/// Says once what was missed, and what comes late.
fn tell(look: &Look, known: Option<&(String, Timestamp)>, now: Timestamp) {
    let (flow, rhythm) = (&look.flow, look.rhythm.name());
    if let Some((_, looked_until)) = known.filter(|(_, looked_until)| *looked_until > now) {
        tracing::warn!(flow, rhythm, %looked_until, %now, "the clock was set back; the schedule goes on from now");
    }
    if look.missed > 0 {
        let missed = look.missed;
        tracing::warn!(
            flow,
            rhythm,
            missed,
            "times passed for which the flow did not run"
        );
    }
    let first = look.fires.first().map(|fire| now.duration_since(fire.at));
    if let Some(drift) = first.filter(|drift| *drift > LATE) {
        let seconds = drift.as_secs();
        tracing::warn!(flow, rhythm, seconds, "a flow was due earlier and runs now");
    }
}

impl Inner {
    /// Lets a flow run now, for a person. The row's time is the present, so that two at once are one.
    pub(super) async fn fire_by_hand(&self, flow: &str) -> Result<Option<Enqueued>, StoreError> {
        let now = self.host.clock.now();
        let look = Look {
            flow: flow.to_owned(),
            rhythm: Rhythm::Hand,
            target: Actor::flow(flow).to_string(),
            key: lane(flow),
            looked_at: None,
            missed: 0,
            fires: vec![new_fire(flow, Rhythm::Hand, Meeting::Follows, now, 0, now)],
        };
        let enqueued = self.host.store.schedules.fire(look, now).await?;
        Ok(enqueued.into_iter().next().flatten())
    }

    /// Reads which flows are paused.
    pub(super) async fn read_paused(&self) -> Result<(), StoreError> {
        let paused = self.host.store.schedules.paused().await?;
        let paused: BTreeSet<String> = paused.into_iter().map(|paused| paused.flow).collect();
        self.paused.store(Arc::new(paused));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
