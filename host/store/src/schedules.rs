//! When flows were due, what came of it, and which flows are paused.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DeliveryId, DeliveryState, Enqueued, StoreError};

/// What made a flow due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rhythm {
    /// Its own schedule.
    Schedule,
    /// The shorter interval in which it looks at what is new.
    Recent,
    /// A person.
    Hand,
}

impl Rhythm {
    /// As it is written.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Rhythm::Schedule => "schedule",
            Rhythm::Recent => "recent",
            Rhythm::Hand => "hand",
        }
    }
}

/// What becomes of a fire while an earlier one of its rhythm still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// It takes the earlier one's place, or that of a dead one.
    Replaces,
    /// The earlier one stands for both.
    Joins,
    /// Each is handled.
    Follows,
}

/// A time for which a flow is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFire {
    /// The time. Of one flow and rhythm it fires once.
    pub at: Timestamp,
    /// The event's name.
    pub event: String,
    /// JSON text for whoever handles it.
    pub payload: String,
    /// What becomes of it where an earlier one waits.
    pub meeting: Meeting,
}

/// What a look at a flow's schedule came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The flow.
    pub flow: String,
    /// Which of its schedules.
    pub rhythm: Rhythm,
    /// The target of its deliveries.
    pub target: String,
    /// Their lane.
    pub key: String,
    /// The schedule that was looked at, in words, and until when: what was due until then is dealt with. None for a person.
    pub looked_at: Option<(String, Timestamp)>,
    /// Times that passed for which nothing is done.
    pub missed: u64,
    /// The times for which something is.
    pub fires: Vec<NewFire>,
}

/// How a flow's schedule stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleStanding {
    /// The flow.
    pub flow: String,
    /// Which of its schedules.
    pub rhythm: Rhythm,
    /// The schedule in words, and until when it was looked at: what was due until then is dealt with. None for a person.
    pub looked_at: Option<(String, Timestamp)>,
    /// Times that passed for which nothing was done, all counted.
    pub missed: u64,
    /// The last fire.
    pub last: Option<FireRecord>,
    /// When the last one that was handled was done.
    pub last_end: Option<Timestamp>,
}

/// A fire as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FireRecord {
    /// The time for which it was due.
    pub at: Timestamp,
    /// When it was enqueued.
    pub fired_at: Timestamp,
    /// Its delivery.
    pub delivery: Option<DeliveryId>,
    /// Where that stands; none where it is forgotten.
    pub state: Option<DeliveryState>,
    /// What the handling came to.
    pub outcome: Option<String>,
}

/// A flow that is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PausedFlow {
    /// The flow.
    pub flow: String,
    /// Since when.
    pub since: Timestamp,
}

/// Fires, and flows that are paused.
#[async_trait]
pub trait Schedules: Send + Sync {
    /// Keeps what a look came to, and enqueues a delivery for each fire, in one commit. Answers in the order of the
    /// fires; none for one that has fired before.
    async fn fire(&self, look: Look, now: Timestamp) -> Result<Vec<Option<Enqueued>>, StoreError>;

    /// How every schedule stands that was ever looked at, and what persons began, by flow.
    async fn standing(&self) -> Result<Vec<ScheduleStanding>, StoreError>;

    /// Pauses a flow; says whether it was not paused before.
    async fn pause(&self, flow: &str, now: Timestamp) -> Result<bool, StoreError>;

    /// Lets a flow go on, from now: what was due while it was paused is not made up for. Says whether it was paused.
    async fn resume(&self, flow: &str, now: Timestamp) -> Result<bool, StoreError>;

    /// The flows that are paused, by name.
    async fn paused(&self) -> Result<Vec<PausedFlow>, StoreError>;

    /// Forgets what fired before a time, but for the last fire of each rhythm. Says how many.
    async fn prune_fires(&self, fired_before: Timestamp) -> Result<u64, StoreError>;
}
