//! Dead deliveries by cause, and those that are tried again together.

use super::deliveries::Letter;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sunmao_store::{DeadCause, DeadFilter, DeadSelection};
use utoipa::ToSchema;

/// Causes of what is dead, the most frequent first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Causes {
    /// The causes.
    pub items: Vec<Cause>,
}

/// What several dead deliveries have in common: who gave them up, and why, but for names and numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cause {
    /// What it is chosen by.
    pub cause: String,
    /// How many there are.
    pub count: u64,
    /// Who gave them up.
    pub target: String,
    /// The number of the oldest.
    pub example: i64,
    /// What the oldest is about.
    pub key: String,
    /// Why that was given up.
    pub letter: Option<Letter>,
    /// When the first of them was given up.
    #[schema(value_type = String, format = DateTime)]
    pub first_at: Timestamp,
    /// When the last one was.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
}

/// Which dead deliveries to try again together, and how fast. All that is given has to hold of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaySelection {
    /// Of this cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Of this flow or extension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Whose fault is of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// At most so many a minute; at once where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 60_000)]
    pub per_minute: Option<u32>,
    /// Only say how many they are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub dry: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Begun {
    /// How many were chosen.
    pub chosen: u64,
    /// The replay; null where it was dry.
    pub replay: Option<Replay>,
}

/// The last replays, the newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Replays {
    /// The replays.
    pub items: Vec<Replay>,
}

/// Dead deliveries that are tried again together, and how far that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Replay {
    /// Its number.
    pub id: i64,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Timestamp,
    /// How many were chosen.
    pub chosen: u64,
    /// How many of them wait or are in hand.
    pub waiting: u64,
    /// How many are dead: given up again, or put back.
    pub dead: u64,
    /// How many came to an end, or were overtaken by something that was filed since.
    pub ended: u64,
    /// When the last of them will be due, where nothing holds it up; null where none waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// When it was cancelled.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub cancelled_at: Option<Timestamp>,
    /// How many were put back because of that.
    pub put_back: u64,
}

impl ReplaySelection {
    /// Nothing is chosen by nothing.
    pub fn selection(&self) -> Option<DeadSelection> {
        let filter = DeadFilter {
            cause: self.cause.clone(),
            target: self.target.clone(),
            kind: self.kind.clone(),
        };
        (filter != DeadFilter::default()).then_some(DeadSelection::Matching(filter))
    }

    /// Between one and the next; none where it cannot be kept.
    pub fn pause(&self) -> Option<SignedDuration> {
        match self.per_minute {
            None => Some(SignedDuration::ZERO),
            Some(rate @ 1..=60_000) => SignedDuration::from_mins(1).checked_div(i32::try_from(rate).ok()?),
            Some(_) => None,
        }
    }
}

impl From<DeadCause> for Cause {
    fn from(cause: DeadCause) -> Self {
        let delivery = cause.example.delivery;
        Cause {
            cause: cause.cause,
            count: cause.count,
            target: delivery.target,
            example: delivery.id.0,
            key: delivery.key,
            letter: cause.example.letter.map(Letter::from),
            first_at: cause.first_at,
            last_at: cause.last_at,
        }
    }
}

impl From<sunmao_store::Replay> for Replay {
    fn from(replay: sunmao_store::Replay) -> Self {
        let last = i32::try_from(replay.chosen.saturating_sub(1)).unwrap_or(i32::MAX);
        let until = replay.pause.checked_mul(last);
        let until = until.and_then(|until| replay.begun_at.checked_add(until).ok());
        Replay {
            id: replay.id.0,
            begun_at: replay.begun_at,
            chosen: replay.chosen,
            waiting: replay.waiting,
            dead: replay.dead,
            ended: replay.ended,
            until: until.filter(|_| replay.waiting > 0),
            cancelled_at: replay.cancelled.map(|(at, _)| at),
            put_back: replay.cancelled.map_or(0, |(_, put_back)| put_back),
        }
    }
}
