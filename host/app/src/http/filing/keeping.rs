//! Portions of what was read, kept in one commit each. What rests on the records as they are (patches, and what is only
//! tried) is judged against them, and kept only while they still are so.

use super::{Extent, Filing, fault};
use crate::api::filing::ChangedLine;
use crate::http::records::{self, ORIGIN};
use crate::lines::Line;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};
use sunmao_catalogue::{FieldFault, Record, RecordKind};
use sunmao_runtime::filing::admissible;
use sunmao_store::{Accepted, NewRecord, RecordName, StoreError, StoredRecord};

/// Records kept in one commit.
const PORTION: usize = 500;
/// Once patches take so many bytes, no more are held.
const PORTION_BYTES: usize = 8 * 1024 * 1024;
/// As often a record is looked at again that others change meanwhile.
const LOOKS: usize = 5;
/// Most changes that a trial describes.
const DESCRIBED: usize = 100;

/// What a line gives.
pub(super) enum Given {
    /// A sound record.
    Whole(NewRecord),
    /// Members, not looked at yet.
    Patch(Value),
}

/// Lines that wait to be kept.
#[derive(Default)]
pub(super) struct Portion {
    lines: Vec<Waiting>,
    ids: BTreeSet<String>,
    bytes: usize,
}

struct Waiting {
    line: u64,
    id: String,
    given: Given,
}

impl Portion {
    /// Whether there is room. Two lines of one record that rest on it are not looked at together: the second rests on what
    /// the first makes of it.
    pub(super) fn takes(&self, kind: &RecordKind, id: &str, given: &Given) -> bool {
        let rests = matches!(given, Given::Patch(_)) || kind.rests_on_its_state();
        let is_alone = !rests || !self.ids.contains(id);
        self.lines.len() < PORTION && self.bytes < PORTION_BYTES && is_alone
    }

    pub(super) fn add(&mut self, number: u64, id: String, given: Given, line: &Line) {
        self.bytes += match line {
            Line::Whole(line) => line.len(),
            Line::TooLong => 0,
        };
        self.ids.insert(id.clone());
        self.lines.push(Waiting {
            line: number,
            id,
            given,
        });
    }
}

impl Filing<'_> {
    /// Keeps what waits.
    pub(super) async fn keep(&mut self) -> Result<(), StoreError> {
        let portion = std::mem::take(&mut self.portion);
        if portion.lines.is_empty() {
            return Ok(());
        }
        match (self.extent, self.query.dry) {
            (_, true) => self.attempt(portion.lines).await,
            (Extent::Whole, false) if !self.kind.rests_on_its_state() => self.accept(portion.lines).await,
            (_, false) => self.merge(portion.lines).await,
        }
    }

    /// Records that are what they are, whatever was there before.
    async fn accept(&mut self, lines: Vec<Waiting>) -> Result<(), StoreError> {
        let whole = lines.into_iter().filter_map(|waiting| match waiting.given {
            Given::Whole(record) => Some(record),
            Given::Patch(_) => None,
        });
        let host = &self.parts.host;
        let accepted = host
            .store
            .records
            .accept(whole.collect(), host.routes(&self.kind), ORIGIN, host.clock.now())
            .await?;
        for record in &accepted {
            self.count(record);
        }
        Ok(())
    }

    /// Patches, and records of kinds with states, each on the record as it is. Who loses against another writer looks again.
    async fn merge(&mut self, mut lines: Vec<Waiting>) -> Result<(), StoreError> {
        for _ in 0..LOOKS {
            let kept = self.kept(&lines).await?;
            let mut sound = Vec::with_capacity(lines.len());
            let mut batch = Vec::with_capacity(lines.len());
            for waiting in lines {
                let kept = kept.get(&waiting.id).filter(|kept| kept.body.is_some());
                match judged(&self.kind, &waiting, kept) {
                    Ok(record) => {
                        batch.push((record, kept.map(|kept| kept.revision)));
                        sound.push(waiting);
                    }
                    Err(faults) => self.reject(waiting.line, Some(&waiting.id), faults),
                }
            }
            let host = &self.parts.host;
            let (routes, now) = (host.routes(&self.kind), host.clock.now());
            let records = &host.store.records;
            let accepted = records.accept_each_if(batch, routes, ORIGIN, now).await?;
            lines = Vec::new();
            for (waiting, accepted) in sound.into_iter().zip(accepted) {
                match accepted {
                    Some(accepted) => self.count(&accepted),
                    None => lines.push(waiting),
                }
            }
            if lines.is_empty() {
                return Ok(());
            }
        }
        for waiting in lines {
            let message = "others change the record all the time; nothing was kept".to_owned();
            self.reject(waiting.line, Some(&waiting.id), vec![fault("", message)]);
        }
        Ok(())
    }

    /// What would become of the lines.
    async fn attempt(&mut self, lines: Vec<Waiting>) -> Result<(), StoreError> {
        let kept = self.kept(&lines).await?;
        for waiting in lines {
            let kept = kept.get(&waiting.id);
            let there = kept.filter(|kept| kept.body.is_some());
            let record = match judged(&self.kind, &waiting, there) {
                Ok(record) => record,
                Err(faults) => {
                    self.reject(waiting.line, Some(&waiting.id), faults);
                    continue;
                }
            };
            self.summary.accepted += 1;
            self.summary.created += u64::from(kept.is_none());
            let before = there.and_then(|kept| kept.body.as_deref());
            if before == record.body.as_deref() {
                continue;
            }
            self.summary.changed += 1;
            if let (Some(before), Some(body)) = (before, record.body.as_deref())
                && self.summary.changes.len() < DESCRIBED
            {
                self.summary.changes.push(ChangedLine {
                    line: waiting.line,
                    id: waiting.id,
                    members: differences(before, body),
                });
            }
        }
        Ok(())
    }

    /// The records of these lines as they are, by id, those that were deleted among them.
    async fn kept(&self, lines: &[Waiting]) -> Result<HashMap<String, StoredRecord>, StoreError> {
        let names = lines
            .iter()
            .map(|waiting| RecordName::new(&self.kind.name, &waiting.id));
        let names: Vec<RecordName> = names.collect();
        let kept = self.parts.host.store.records.get_many(&names).await?;
        Ok(kept
            .into_iter()
            .map(|kept| (kept.name.id.clone(), kept))
            .collect())
    }

    fn count(&mut self, accepted: &Accepted) {
        self.summary.accepted += 1;
        self.summary.changed += u64::from(accepted.changed);
        self.summary.created += u64::from(accepted.changed && accepted.revision == 1);
    }
}

/// The record that a line makes of what is there.
fn judged(
    kind: &RecordKind,
    waiting: &Waiting,
    kept: Option<&StoredRecord>,
) -> Result<NewRecord, Vec<FieldFault>> {
    let record = match &waiting.given {
        Given::Whole(record) => record.clone(),
        Given::Patch(patch) => {
            let body = kept.and_then(|kept| kept.body.as_deref());
            // Bodies are JSON objects of ours.
            let kept: Option<Record> = body.and_then(|body| serde_json::from_str(body).ok());
            let record = kind.patched(&waiting.id, kept.as_ref(), patch.clone())?;
            records::new_record(kind, &waiting.id, &record)?
        }
    };
    admissible(kind, kept, &record)?;
    Ok(record)
}

/// The members in which two bodies differ, in the order of the newer one.
fn differences(before: &str, body: &str) -> Vec<String> {
    let read = |body: &str| serde_json::from_str::<Map<String, Value>>(body).unwrap_or_default();
    let (before, body) = (read(before), read(body));
    let changed = body
        .iter()
        .filter(|(name, value)| before.get(*name) != Some(*value));
    let gone = before.keys().filter(|name| !body.contains_key(*name));
    changed.map(|(name, _)| name).chain(gone).cloned().collect()
}
