//! What becomes of a delivery that is enqueued, given what the queue already holds for its record. Pure.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;

use super::codec::micros;
use crate::{DeliveryState, Disposition, NewDelivery};

/// A delivery, and when it was enqueued.
#[derive(Serialize)]
pub(super) struct Item<'a> {
    #[serde(flatten)]
    pub delivery: &'a NewDelivery,
    pub micros: i64,
    #[serde(skip)]
    pub dead: Dead,
}

/// What becomes of a dead delivery of the same revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dead {
    /// It is tried again: somebody filed its payload again.
    Revived,
    /// It stays: nobody filed anything.
    Left,
}

impl<'a> Item<'a> {
    pub(super) fn new(delivery: &'a NewDelivery, now: Timestamp) -> Self {
        Self {
            delivery,
            micros: micros(now),
            dead: Dead::Revived,
        }
    }
}

/// The items of a batch that share a row, and the one whose payload it gets.
pub(super) struct Group<'a> {
    pub newest: &'a Item<'a>,
    /// Positions in the batch.
    pub members: Vec<usize>,
}

/// Items of one record with revisions form a group; every other item is one by itself.
pub(super) fn groups<'a>(batch: &'a [Item<'a>]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::with_capacity(batch.len());
    let mut by_record: HashMap<(&str, &str), usize> = HashMap::new();
    for (index, item) in batch.iter().enumerate() {
        let NewDelivery {
            target,
            key,
            revision,
            ..
        } = item.delivery;
        let record = (target.as_str(), key.as_str());
        let known = revision.and_then(|_| by_record.get(&record).copied());
        let Some(position) = known else {
            if revision.is_some() {
                by_record.insert(record, groups.len());
            }
            groups.push(Group {
                newest: item,
                members: vec![index],
            });
            continue;
        };
        let group = &mut groups[position];
        group.members.push(index);
        if *revision >= group.newest.delivery.revision {
            group.newest = item;
        }
    }
    groups
}

/// What the queue holds for a record with revisions.
#[derive(Default)]
pub(super) struct Standing {
    pending: Option<i64>,
    is_leased: bool,
    /// Revision and number of the newest dead one.
    dead: Option<(i64, i64)>,
    /// Revision and number of the newest one that waits, is being handled or was.
    carried: Option<(i64, i64)>,
}

/// What is to be done with an item.
pub(super) enum Step {
    Insert,
    Replace { id: i64, disposition: Disposition },
    Covered { id: i64 },
}

impl Standing {
    /// Takes a row of the queue into account.
    pub(super) fn note(&mut self, id: i64, revision: i64, state: DeliveryState) {
        match state {
            DeliveryState::Pending => self.pending = Some(id),
            DeliveryState::Leased => self.is_leased = true,
            DeliveryState::Done => {}
            DeliveryState::Dead => {
                self.dead = self.dead.max(Some((revision, id)));
                return;
            }
            DeliveryState::Superseded => return,
        }
        self.carried = self.carried.max(Some((revision, id)));
    }

    pub(super) fn step(&self, item: &Item<'_>) -> Step {
        let Some(revision) = item.delivery.revision else {
            return Step::Insert;
        };
        if let Some((_, id)) = self.carried.filter(|(newest, _)| *newest >= revision) {
            return Step::Covered { id };
        }
        if let Some((_, id)) = self.dead.filter(|(newest, _)| *newest >= revision)
            && item.dead == Dead::Left
        {
            return Step::Covered { id };
        }
        if let Some(id) = self.pending {
            return Step::Replace {
                id,
                disposition: Disposition::Merged,
            };
        }
        match self.dead {
            // A revived one has an older number than the one in hand and would overtake it, should that be put off.
            Some((_, id)) if !self.is_leased => Step::Replace {
                id,
                disposition: Disposition::Queued,
            },
            _ => Step::Insert,
        }
    }
}
