//! The work queue: what has to reach a flow or an extension, lane by lane.

use std::fmt;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{
    ClosedConflicts, DeliveryFilter, Dropped, Filing, NewConflict, NewLink, PutOff, RecordName, Selection,
    Source, StoreError, Unresolved, Wanted,
};

/// A delivery's number. Rises; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeliveryId(pub i64);

impl fmt::Display for DeliveryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// A delivery to enqueue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewDelivery {
    /// The event's name.
    pub event: String,
    /// The flow or extension that handles it.
    pub target: String,
    /// The record it is about: `contact/42`. With `target` it names the lane.
    pub key: String,
    /// JSON text.
    pub payload: String,
    /// `None`: an event that stands for itself. A revision: the payload is a state of the record, and the newest one
    /// stands for all before it.
    pub revision: Option<i64>,
    /// How many events led to this one: 0 for what comes from outside.
    pub hops: u32,
}

/// What enqueueing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposition {
    /// A delivery will be handled; a dead one of the same record may have been revived for it.
    Queued,
    /// A delivery that still waits carries the newer payload now.
    Merged,
    /// This revision or a newer one was delivered, is being delivered or waits already.
    Covered,
}

/// The delivery that carries an enqueued payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enqueued {
    /// Its number.
    pub delivery: DeliveryId,
    /// Whether it is new.
    pub disposition: Disposition,
}

/// A delivery as its handler sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number, the same on every attempt.
    pub id: DeliveryId,
    /// The event's name.
    pub event: String,
    /// The flow or extension that handles it.
    pub target: String,
    /// The record it is about.
    pub key: String,
    /// JSON text: a snapshot, for a payload with a revision the newest one known when it was leased.
    pub payload: String,
    /// The payload's revision, if it has one.
    pub revision: Option<i64>,
    /// How many events led to this one: 0 for what came from outside.
    pub hops: u32,
    /// How often this payload was leased and something came of it: 1 for the first attempt, 0 before it.
    pub attempt: i64,
    /// How many of these attempts failed by themselves.
    pub failures: i64,
    /// How many writes of this payload went out without anybody seeing what became of them.
    pub unconfirmed: i64,
    /// How many attempts ended in a panic.
    pub panics: i64,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

/// The right to finish a delivery. Worthless once the delivery was leased again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The delivery.
    pub delivery: DeliveryId,
    pub(crate) token: i64,
}

/// A delivery in the hands of a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// What gives it back.
    pub lease: Lease,
    /// What to do.
    pub delivery: Delivery,
}

/// What is written together with the end of a delivery.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// The link it brought about.
    pub link: Option<NewLink>,
    /// What the link had as agreed on when this was worked out. Where both have agreed on something else since, nothing is
    /// written. Of no account where the link keeps what it has.
    pub agreed_before: Option<String>,
    /// The records it brought about.
    pub filing: Option<Filing>,
    /// What both sides changed and no rule decides.
    pub conflicts: Vec<NewConflict>,
    /// What was a conflict and differs no more.
    pub closed: Vec<ClosedConflicts>,
    /// Records on which all this rests, with the revisions they must still have; 0 for one that must not be there.
    pub unchanged: Vec<(RecordName, i64)>,
    /// Of which row of the ERP it made which record.
    pub source: Option<Source>,
    /// How it ended, in a few words for people: `linked`, `skipped: no phone`.
    pub outcome: String,
}

/// Why a delivery was given up, in the words of whoever refused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The error's kind: `refused`, `unconfirmed`, …
    pub kind: String,
    /// The refusing side's code.
    pub code: Option<String>,
    /// The refusing side's own words.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// What all letters of the same cause have, however their words differ.
    pub cause: String,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// Waits for its turn or its time.
    Pending,
    /// In the hands of a worker.
    Leased,
    /// Handled.
    Done,
    /// Given up; kept for a person.
    Dead,
    /// Overtaken: another delivery of the record carries or carried a newer payload.
    Superseded,
}

/// All that is known of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRecord {
    /// The delivery.
    pub delivery: Delivery,
    /// Where it stands.
    pub state: DeliveryState,
    /// Pending: not before. Leased: until. Else without meaning.
    pub due_at: Timestamp,
    /// Who holds the lease.
    pub worker: Option<String>,
    /// Why it was last put off.
    pub reason: Option<String>,
    /// What outside of it it waits for.
    pub waits_for: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Why it is or was dead.
    pub letter: Option<DeadLetter>,
    /// When its state last changed.
    pub updated_at: Timestamp,
}

/// How many deliveries stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct DeliveryCounts {
    /// Waiting.
    pub pending: u64,
    /// In the hands of workers.
    pub leased: u64,
    /// Handled and not pruned yet.
    pub done: u64,
    /// Given up.
    pub dead: u64,
    /// Overtaken by newer payloads and not pruned yet.
    pub superseded: u64,
}

/// Which dead deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeadSelection {
    /// Every one.
    All,
    /// These; those that are not dead are left alone.
    These(Vec<DeliveryId>),
    /// Those of which all this holds.
    Matching(DeadFilter),
}

/// What dead deliveries have in common; what is absent is of no account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeadFilter {
    /// The cause, as in [`DeadLetter`].
    pub cause: Option<String>,
    /// The flow or extension.
    pub target: Option<String>,
    /// The error's kind.
    pub kind: Option<String>,
}

/// Dead deliveries of one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadCause {
    /// The cause, as in [`DeadLetter`].
    pub cause: String,
    /// How many there are.
    pub count: u64,
    /// When the first of them was given up.
    pub first_at: Timestamp,
    /// When the last one was.
    pub last_at: Timestamp,
    /// The oldest of them, with its letter.
    pub example: DeliveryRecord,
}

/// The number of a replay. Rises; never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReplayId(pub i64);

/// Dead deliveries that are tried again together, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// Its number.
    pub id: ReplayId,
    /// When it began.
    pub begun_at: Timestamp,
    /// How many were chosen.
    pub chosen: u64,
    /// How long one waits behind the one before it.
    pub pause: SignedDuration,
    /// How many of them wait, or are in hand.
    pub waiting: u64,
    /// How many were given up again.
    pub dead: u64,
    /// How many came to an end, or were overtaken by something that was filed since.
    pub ended: u64,
    /// When it was cancelled, and how many lay dead again because of that.
    pub cancelled: Option<(Timestamp, u64)>,
}

/// The work queue.
///
/// A lane is a target and a key. Of a lane at most one delivery is leased at a time, and the oldest comes first: one
/// that was released to a later time holds up those behind it. A dead one does not. Lanes do not wait for each other.
///
/// Deliveries with a revision carry a state of their record (target and key), so the newest is enough, whatever the event:
/// a record that was deleted need not be saved first. A newer payload, with its event, replaces that of the record's delivery that waits, or else of its dead one: that delivery keeps its number,
/// and with it its intents, and counts its attempts anew. While a delivery is leased its payload stays as it is; the
/// newer one queues behind it, and is taken over by it if it is released. So of a record at most one payload waits, and
/// no older one is handed out after a newer one. When a newer revision has ended, older dead ones become superseded.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// Puts deliveries at the end of their lanes, in one commit. Answers in the order of the batch.
    async fn enqueue(&self, batch: Vec<NewDelivery>, now: Timestamp) -> Result<Vec<Enqueued>, StoreError>;

    /// Takes deliveries that are due, of each target the longest due first, until `until`. A lease that ended before
    /// `now` is given again, ahead of its lane.
    async fn lease(
        &self,
        wanted: Wanted,
        worker: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Leased>, StoreError>;

    /// Keeps the lease until a later time.
    async fn extend(&self, lease: Lease, until: Timestamp, now: Timestamp) -> Result<(), StoreError>;

    /// Gives the delivery back, to be leased again.
    async fn release(&self, lease: Lease, put_off: PutOff, now: Timestamp) -> Result<(), StoreError>;

    /// What waits for this (`None`: for anything) is due now, since it is back. Says how many.
    async fn hasten(&self, waits_for: Option<&str>, now: Timestamp) -> Result<u64, StoreError>;

    /// Judges the times of what waits and of what is leased anew: all are shifted by as much as the clock was set, and
    /// whatever is due later than `latest` after that is due now. Says how many of the latter there were.
    async fn judge_anew(
        &self,
        shift: SignedDuration,
        latest: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Marks the delivery done and writes all that it brought about, in one commit. If the link is taken
    /// ([`StoreError::LinkTaken`]), a record has another revision by now ([`StoreError::RecordChanged`]) or another
    /// delivery has written the link since ([`StoreError::LinkChanged`]), nothing is
    /// written and the lease is still held.
    async fn complete(&self, lease: Lease, completion: Completion, now: Timestamp) -> Result<(), StoreError>;

    /// Gives the delivery up and keeps it with its letter; its lane goes on.
    async fn bury(&self, lease: Lease, letter: DeadLetter, now: Timestamp) -> Result<(), StoreError>;

    /// The delivery of this number.
    async fn get(&self, id: DeliveryId) -> Result<Option<DeliveryRecord>, StoreError>;

    /// The deliveries about a record, newest first, whatever their target.
    async fn of_key(&self, key: &str, limit: u32) -> Result<Vec<DeliveryRecord>, StoreError>;

    /// The dead deliveries after a number (`None`: from the first), by number.
    async fn dead(&self, after: Option<DeliveryId>, limit: u32) -> Result<Vec<DeliveryRecord>, StoreError>;

    /// Makes dead deliveries wait again, due at once, and says how many. One whose record has a newer payload
    /// underway becomes superseded instead and is not counted.
    async fn retry_dead(&self, selection: DeadSelection, now: Timestamp) -> Result<u64, StoreError>;

    /// How many of these there are.
    async fn count_dead(&self, selection: DeadSelection) -> Result<u64, StoreError>;

    /// The same as [`retry_dead`](Deliveries::retry_dead), one after the other with a pause between, in the order of their numbers,
    /// so that it can be followed and cancelled.
    async fn replay_dead(
        &self,
        selection: DeadSelection,
        pause: SignedDuration,
        now: Timestamp,
    ) -> Result<Replay, StoreError>;

    /// The last replays, the newest first.
    async fn replays(&self, limit: u32) -> Result<Vec<Replay>, StoreError>;

    /// What still waits of a replay is dead again, with the letter it had. None where there is no such replay.
    async fn cancel_replay(&self, id: ReplayId, now: Timestamp) -> Result<Option<Replay>, StoreError>;

    /// The causes of what is dead, the most frequent first.
    async fn dead_causes(&self) -> Result<Vec<DeadCause>, StoreError>;

    /// The deliveries after a number (`None`: from the first), by number.
    async fn list(
        &self,
        filter: DeliveryFilter,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, StoreError>;

    /// How many deliveries there are of a kind.
    async fn count(&self, filter: DeliveryFilter) -> Result<u64, StoreError>;

    /// The targets of what waits, with how many wait for each.
    async fn waiting(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Makes deliveries that wait due now, and says how many waited.
    async fn make_due(&self, selection: Selection, now: Timestamp) -> Result<u64, StoreError>;

    /// Forgets deliveries that wait or are dead, with their intents.
    async fn discard(&self, selection: Selection, unresolved: Unresolved) -> Result<Dropped, StoreError>;

    /// How many stand where.
    async fn counts(&self) -> Result<DeliveryCounts, StoreError>;

    /// How many emitted deliveries (with hops) of a target wait, counted no further than `most`.
    async fn emitted_waiting(&self, target: &str, most: u32) -> Result<u32, StoreError>;

    /// When the next delivery of these targets (`None`: of any) can be leased if nothing else happens; in the past if
    /// one is due now.
    async fn next_due(&self, targets: Option<Vec<String>>) -> Result<Option<Timestamp>, StoreError>;

    /// Forgets done and superseded deliveries that ended before a time, with their intents, and says how many. The
    /// last one of a record with revisions stays, so that an unchanged record is not delivered twice; so does one
    /// with an intent that is not resolved.
    async fn prune(&self, ended_before: Timestamp) -> Result<u64, StoreError>;

    /// Changes whenever a delivery may have become due, so that workers need not poll.
    fn arrivals(&self) -> watch::Receiver<u64>;
}
