//! How the handling of a delivery ended, and what becomes of one that the ERP, or the way to it, failed.

use super::progress::Step;
use super::references::Missing;
use std::time::Duration;
use sunmao_catalogue::{Fault, Kind};
use sunmao_store::{ClosedConflicts, Delivery, Filing, NewConflict, NewLink, RecordName, Source};

/// How the handling of a delivery ended.
#[derive(Debug)]
pub(crate) enum Handled {
    /// Done; what to keep.
    Done {
        /// What is written down with it.
        keep: Box<Keep>,
        /// What watchers see.
        step: Step,
    },
    /// It failed, and is tried again after a pause that grows.
    Later(Fault),
    /// What it needs is away. It is tried again when that is back, or after a while.
    Waits {
        /// Why.
        fault: Fault,
        /// What it waits for, as the store keeps it.
        what: String,
        /// How long at most.
        at_most: Duration,
    },
    /// What its record refers to is not there yet. It goes on when that is, and looks by itself after a while.
    Awaits(Missing),
    /// Whoever handled it panicked, with these words.
    Panicked(String),
    /// A person has to look.
    Dead(Fault),
}

/// What is written down together with the end of a delivery.
#[derive(Debug, Default)]
pub(crate) struct Keep {
    /// The link it brought about.
    pub link: Option<NewLink>,
    /// What the link had as agreed on when this was worked out.
    pub agreed_before: Option<String>,
    /// The records it brought about.
    pub filing: Option<Filing>,
    /// What both sides changed and no rule decides.
    pub conflicts: Vec<NewConflict>,
    /// Fields that were conflicts and are none any more.
    pub closed: Vec<ClosedConflicts>,
    /// Records on which all this rests, with the revisions they must still have.
    pub unchanged: Vec<(RecordName, i64)>,
    /// Of which row of the ERP it made which record.
    pub source: Option<Source>,
}

impl Handled {
    /// Done, with nothing to keep.
    pub(super) fn done(step: Step) -> Handled {
        Handled::Done {
            keep: Box::default(),
            step,
        }
    }

    /// It waits for something that tells when it is there.
    pub(super) fn waits(what: String, fault: Fault) -> Handled {
        Handled::Waits {
            fault,
            what,
            at_most: super::ending::LONGEST_PAUSE,
        }
    }
}

/// Writes of one payload whose outcome nobody saw before a person is asked.
const MOST_UNCONFIRMED: i64 = 5;

/// What becomes of a delivery that the ERP, or the way to it, failed.
pub(super) fn judged(fault: Fault, delivery: &Delivery) -> Handled {
    match fault.kind {
        Kind::Unavailable | Kind::Session | Kind::OverBudget => Handled::Later(fault),
        // The key makes a repetition safe; a person is asked only when the ERP keeps hiding the outcome.
        Kind::Unconfirmed if delivery.unconfirmed + 1 < MOST_UNCONFIRMED => Handled::Later(fault),
        _ => Handled::Dead(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use sunmao_store::DeliveryId;

    fn delivery(attempt: i64, unconfirmed: i64) -> Delivery {
        Delivery {
            id: DeliveryId(1),
            event: "contact.saved".to_owned(),
            target: "flow push".to_owned(),
            key: "c-1".to_owned(),
            payload: "{}".to_owned(),
            revision: Some(1),
            hops: 0,
            attempt,
            failures: attempt,
            unconfirmed,
            panics: 0,
            created_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_writes_that_nobody_saw_count_towards_a_person() {
        let lost = || Fault::new(Kind::Unconfirmed, "no answer");
        let first_lost_answer = judged(lost(), &delivery(91, 0));
        assert!(
            matches!(first_lost_answer, Handled::Later(_)),
            "{first_lost_answer:?}"
        );
        assert!(matches!(judged(lost(), &delivery(4, 3)), Handled::Later(_)));
        let fifth = judged(lost(), &delivery(5, 4));
        assert!(matches!(fifth, Handled::Dead(_)), "{fifth:?}");
        let down = judged(Fault::new(Kind::Unavailable, "down"), &delivery(99, 4));
        assert!(matches!(down, Handled::Later(_)), "{down:?}");
    }
}
