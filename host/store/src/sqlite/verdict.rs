//! What becomes of a record that is filed, given what is kept of it. Pure.

use std::collections::HashMap;

use super::standing::Dead;
use crate::{Accepted, NewRecord, RecordName};

/// What is kept of a record.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub body: Option<String>,
    pub fingerprint: Option<String>,
    pub revision: i64,
    pub change: i64,
    pub misses: i64,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing.
    Unchanged,
    /// Nothing but that sweeps which missed it are forgotten.
    Seen,
    /// It was made from something else, and came out the same.
    Refingered,
    /// The first body, another body, or none any more.
    Changed,
    /// The same, and it is there where it was deleted, or the reverse.
    Turned,
}

/// What becomes of a record.
#[derive(Debug)]
pub(super) struct Verdict<'a> {
    pub record: &'a NewRecord,
    pub outcome: Outcome,
    pub revision: i64,
    pub change: i64,
    /// What deliveries of it carry; `None` where nobody is to hear of it.
    pub payload: Option<String>,
}

impl Verdict<'_> {
    /// Whether the record is there afterwards.
    pub(super) fn is_there(&self) -> bool {
        self.record.body.is_some()
    }

    pub(super) fn is_changed(&self) -> bool {
        matches!(self.outcome, Outcome::Changed | Outcome::Turned)
    }

    pub(super) fn accepted(&self) -> Accepted {
        Accepted {
            name: self.record.name.clone(),
            revision: self.revision,
            change: self.change,
            changed: self.is_changed(),
            deliveries: Vec::new(),
        }
    }

    /// A row that looks as it did is no wish that what failed is tried again.
    pub(super) fn dead(&self) -> Dead {
        match self.is_changed() || self.record.fingerprint.is_none() {
            true => Dead::Revived,
            false => Dead::Left,
        }
    }
}

/// Judges a record, counting those before it. A change gets the number after `last`.
pub(super) fn judge<'a>(
    known: &mut HashMap<RecordName, Known>,
    last: &mut i64,
    record: &'a NewRecord,
) -> Verdict<'a> {
    let before = known.get(&record.name);
    let is_same = before.is_some_and(|before| is_same(before, record));
    if is_same || before.is_none() && record.body.is_none() {
        return unchanged(known, record);
    }
    *last += 1;
    let payload = record.body.as_ref();
    let payload = payload
        .or(before.and_then(|before| before.body.as_ref()))
        .cloned();
    let is_turned = before.is_some_and(|before| before.body.is_some() != record.body.is_some());
    let verdict = Verdict {
        record,
        outcome: match is_turned {
            true => Outcome::Turned,
            false => Outcome::Changed,
        },
        revision: before.map_or(0, |before| before.revision) + 1,
        change: *last,
        payload,
    };
    let now = Known {
        body: record.body.clone(),
        fingerprint: record.body.as_ref().and(record.fingerprint.clone()),
        revision: verdict.revision,
        change: verdict.change,
        misses: 0,
    };
    known.insert(record.name.clone(), now);
    verdict
}

fn is_same(before: &Known, record: &NewRecord) -> bool {
    let is_of_the_same = record.fingerprint.is_some() && record.fingerprint == before.fingerprint;
    before.body == record.body || is_of_the_same && record.body.is_some()
}

fn unchanged<'a>(known: &mut HashMap<RecordName, Known>, record: &'a NewRecord) -> Verdict<'a> {
    let Some(before) = known.get_mut(&record.name) else {
        return Verdict {
            record,
            outcome: Outcome::Unchanged,
            revision: 0,
            change: 0,
            payload: None,
        };
    };
    let is_refingered =
        record.body.is_some() && record.fingerprint.is_some() && record.fingerprint != before.fingerprint;
    let is_back = before.misses > 0 && record.body.is_some();
    if is_refingered {
        before.fingerprint.clone_from(&record.fingerprint);
    }
    before.misses = 0;
    Verdict {
        record,
        outcome: match (is_refingered, is_back) {
            (true, _) => Outcome::Refingered,
            (false, true) => Outcome::Seen,
            (false, false) => Outcome::Unchanged,
        },
        revision: before.revision,
        change: before.change,
        payload: before.body.clone(),
    }
}
