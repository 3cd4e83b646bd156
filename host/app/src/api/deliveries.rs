//! What waits for a flow or an extension, what is in hand, what ended and what waits for a person.

use jiff::Timestamp;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use sunmao_catalogue::Fault;
use sunmao_store::{DeadLetter, DeliveryRecord, DeliveryState};
use utoipa::{IntoParams, ToSchema};

/// Which deliveries.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only those of this flow or extension, such as `plugin hello`.
    pub target: Option<String>,
    /// Only those that stand there.
    #[param(value_type = Option<State>)]
    pub state: Option<DeliveryState>,
    /// Only those that should have been taken up or ended a minute ago.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// Those behind this number.
    pub after: Option<i64>,
    /// How many at most: 100 if left out, 1,000 at most.
    #[param(minimum = 0)]
    pub limit: Option<u32>,
}

/// Which dead deliveries.
#[derive(Debug, Clone, Default, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadQuery {
    /// Those behind this number.
    pub after: Option<i64>,
    /// How many at most: 100 if left out, 1,000 at most.
    #[param(minimum = 0)]
    pub limit: Option<u32>,
}

/// Deliveries by number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPage {
    /// The deliveries.
    pub items: Vec<Delivery>,
    /// How many of the kind there are in all.
    pub count: u64,
    /// The `after` of the next page; null on the last.
    pub next: Option<i64>,
}

/// A delivery in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Delivery {
    /// Where it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// The event's name.
    pub event: String,
    /// What it is about: `contact/c-1` for a record.
    pub key: String,
    /// When it was enqueued.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// Where a delivery stands, and what holds it up if it waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Standing {
    /// Its number.
    pub id: i64,
    /// The flow, extension or webhook that handles it.
    pub target: String,
    /// The record's revision that it carries.
    pub revision: Option<i64>,
    /// Where it stands.
    #[schema(value_type = State)]
    pub state: DeliveryState,
    /// How often it was tried and something came of it.
    pub attempt: i64,
    /// How many of its writes nobody saw the outcome of.
    pub unconfirmed: i64,
    /// How many attempts ended in a panic.
    pub panics: i64,
    /// While it waits: not before.
    #[schema(value_type = String, format = DateTime)]
    pub due_at: Timestamp,
    /// Why it was last put off.
    pub reason: Option<String>,
    /// Why none of its target is taken up now.
    pub held_up: Option<HeldUp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Why it was given up.
    pub letter: Option<Letter>,
    /// When its state last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

/// Why deliveries are not taken up, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldUp {
    /// Why.
    pub message: String,
    /// What to do.
    pub hint: String,
}

/// Why a delivery was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Letter {
    /// The fault's kind.
    pub kind: String,
    /// The refusing side's code.
    pub code: Option<String>,
    /// The refusing side's own words.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

/// Dead deliveries by number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeadPage {
    /// The deliveries.
    pub items: Vec<DeadDelivery>,
    /// The `after` of the next page; null on the last.
    pub next: Option<i64>,
}

/// A delivery that waits for a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeadDelivery {
    /// Its number.
    pub id: i64,
    /// The event's name.
    pub event: String,
    /// Who gave it up.
    pub target: String,
    /// What it is about.
    pub key: String,
    /// The record's revision that it carries.
    pub revision: Option<i64>,
    /// How often it was tried and something came of it.
    pub attempt: i64,
    /// What it carries: the open map of a record, or whatever an extension emitted.
    pub payload: Value,
    /// Why it was given up.
    pub letter: Option<Letter>,
    /// When it was enqueued.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was given up.
    #[schema(value_type = String, format = DateTime)]
    pub died_at: Timestamp,
}

/// Which dead deliveries to try again: one of the two members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetrySelection {
    /// Every one; can only be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<bool>,
    /// These numbers.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole_numbers"
    )]
    pub ids: Option<Vec<i64>>,
    /// Somebody looked in the ERP: their writes of which nobody saw the end had no effect, and may go out again. With `ids` alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub had_no_effect: bool,
}

/// How many were tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retried {
    /// So many.
    pub retried: u64,
}

/// Which deliveries to take up now: one of the two members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseSelection {
    /// These numbers.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole_numbers"
    )]
    pub ids: Option<Vec<i64>>,
    /// All of this target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// How many are due now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Released {
    /// So many.
    pub released: u64,
}

/// Which deliveries to forget: one of the first two members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropSelection {
    /// These numbers.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "whole_numbers"
    )]
    pub ids: Option<Vec<i64>>,
    /// All of this target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Also those whose writes may have reached the ERP.
    #[serde(default)]
    pub unresolved: bool,
}

/// How many were forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Dropped {
    /// So many.
    pub dropped: u64,
    /// So many were kept, since a write of theirs may have reached the ERP.
    pub unresolved: u64,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case", as = DeliveryState)]
#[allow(
    dead_code,
    reason = "it says in the OpenAPI document what the store's state is written as"
)]
pub(super) enum State {
    /// Waits for its turn or its time.
    Pending,
    /// Is being handled.
    Leased,
    /// Handled.
    Done,
    /// Given up; kept for a person.
    Dead,
    /// Overtaken: another delivery of the record carries or carried a newer payload.
    Superseded,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case", as = Disposition)]
#[allow(
    dead_code,
    reason = "it says in the OpenAPI document what the store's disposition is written as"
)]
pub(super) enum DispositionWord {
    /// It will be handled.
    Queued,
    /// A delivery that still waits carries the newer payload now.
    Merged,
    /// This state was delivered, or is on its way.
    Covered,
}

/// Reads `3.0` and `3e0` as the whole numbers that they are.
fn whole_numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<i64>>, D::Error> {
    /// From here on (2^53) neighbouring whole numbers share one float.
    const FIRST_INEXACT: f64 = 9_007_199_254_740_992.0;
    let Some(mut numbers) = Option::<Vec<Value>>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let whole = numbers.iter_mut().map(|number| {
        // How a number was written is no difference: 3.0 and 3e0 are 3.
        match number
            .as_f64()
            .filter(|number| number.fract() == 0.0 && number.abs() < FIRST_INEXACT)
        {
            Some(whole) if number.is_f64() => Ok(whole as i64),
            _ => i64::deserialize(&*number).map_err(D::Error::custom),
        }
    });
    whole.collect::<Result<_, _>>().map(Some)
}

impl Standing {
    /// Where a delivery stands, held up by this if it waits.
    pub fn of(record: &DeliveryRecord, held_up: Option<Fault>) -> Self {
        let delivery = &record.delivery;
        Standing {
            id: delivery.id.0,
            target: delivery.target.clone(),
            revision: delivery.revision,
            state: record.state,
            attempt: delivery.attempt,
            unconfirmed: delivery.unconfirmed,
            panics: delivery.panics,
            due_at: record.due_at,
            reason: record.reason.clone(),
            held_up: held_up.map(HeldUp::from),
            outcome: record.outcome.clone(),
            letter: record.letter.clone().map(Letter::from),
            updated_at: record.updated_at,
        }
    }
}

impl From<Fault> for HeldUp {
    fn from(fault: Fault) -> Self {
        HeldUp {
            message: fault.message,
            hint: fault.hint,
        }
    }
}

impl From<DeadLetter> for Letter {
    fn from(letter: DeadLetter) -> Self {
        Letter {
            kind: letter.kind,
            code: letter.code,
            message: letter.message,
            hint: letter.hint,
        }
    }
}

impl From<DeliveryRecord> for DeadDelivery {
    fn from(record: DeliveryRecord) -> Self {
        let delivery = record.delivery;
        // The payload is JSON text of ours; one that is none is shown as it is.
        let payload = serde_json::from_str(&delivery.payload).unwrap_or(Value::String(delivery.payload));
        DeadDelivery {
            id: delivery.id.0,
            event: delivery.event,
            target: delivery.target,
            key: delivery.key,
            revision: delivery.revision,
            attempt: delivery.attempt,
            payload,
            letter: record.letter.map(Letter::from),
            created_at: delivery.created_at,
            died_at: record.updated_at,
        }
    }
}
