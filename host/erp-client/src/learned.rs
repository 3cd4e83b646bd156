//! Fields that an installation never shows as they were written: found out by writes of which everything else was stored,
//! and never by a write that stored nothing.

use crate::Subject;
use async_trait::async_trait;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use sunmao_catalogue::Value;

/// Different records of which the same field alone reads otherwise, until nobody expects it to be shown.
const RECORDS: usize = 3;

/// The same for one record that was written again.
const TIMES: u32 = 2;

/// Where what was found out is kept: one for each account.
#[async_trait]
pub trait Learned: Send + Sync + fmt::Debug {
    /// English names of the parameters of an operation that are never shown as they were written. Asked only where one
    /// reads otherwise.
    async fn known(&self, operation: &str) -> Vec<String>;

    /// Keeps another, once; `words` say what was seen.
    async fn note(&self, operation: &str, field: &str, words: &str);
}

/// Remembers for as long as the process lives.
#[derive(Debug, Default)]
pub(crate) struct InMemory(Mutex<BTreeSet<(String, String)>>);

#[async_trait]
impl Learned for InMemory {
    async fn known(&self, operation: &str) -> Vec<String> {
        let fields = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = fields.iter().filter(|(own, _)| own == operation);
        own.map(|(_, field)| field.clone()).collect()
    }

    async fn note(&self, operation: &str, field: &str, _: &str) {
        let mut fields = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fields.insert((operation.to_owned(), field.to_owned()));
    }
}

/// One account's learning.
#[derive(Debug, Default)]
pub(crate) struct Learning {
    kept: OnceLock<Arc<dyn Learned>>,
    meanwhile: InMemory,
    suspects: Mutex<BTreeMap<(u32, String), Suspect>>,
}

/// What was seen of a field that alone read otherwise while other fields that changed were stored: by the record's key what
/// was written, and how often.
#[derive(Debug, Default)]
struct Suspect {
    records: BTreeMap<i64, (Value, u32)>,
}

impl Suspect {
    fn count(&mut self, case: &Case<'_>) {
        if case.is_proof {
            let (written, times) = self.records.entry(case.key).or_default();
            written.clone_from(case.written);
            *times += 1;
            return;
        }
        // All else of the record is as an earlier sending of the same was seen to have stored it.
        if let Some((written, times)) = self.records.get_mut(&case.key)
            && written == case.written
        {
            *times += 1;
        }
    }

    fn is_proven(&self) -> bool {
        self.records.len() >= RECORDS || self.records.values().any(|(_, times)| *times >= TIMES)
    }
}

/// A write after which one field alone reads otherwise than it was written.
pub(crate) struct Case<'a> {
    pub(crate) field: &'a str,
    pub(crate) written: &'a Value,
    pub(crate) key: i64,
    /// Whether other fields of the same write are known to have been stored by it.
    pub(crate) is_proof: bool,
}

impl Learning {
    /// Keeps what is found out in that place from now on. The first place stays.
    pub(crate) fn keep_in(&self, place: Arc<dyn Learned>) {
        _ = self.kept.set(place);
    }

    fn kept(&self) -> &dyn Learned {
        self.kept.get().map_or(&self.meanwhile, |kept| &**kept)
    }

    /// Parameters of an operation that are never shown as they were written.
    pub(crate) async fn known(&self, subject: &Subject) -> Vec<String> {
        self.kept().known(&subject.operation).await
    }

    /// Whether a field of the operation is under suspicion, so that it is worth to know the record before the write.
    pub(crate) fn has_suspects(&self, subject: &Subject) -> bool {
        let suspects = self.suspects.lock().unwrap_or_else(PoisonError::into_inner);
        suspects.keys().any(|(operation, _)| *operation == subject.id)
    }

    /// Fields were shown as they were written: nothing is wrong with them.
    pub(crate) fn clear<'a>(&self, subject: &Subject, fields: impl Iterator<Item = &'a str>) {
        let mut suspects = self.suspects.lock().unwrap_or_else(PoisonError::into_inner);
        if suspects.is_empty() {
            return;
        }
        for field in fields {
            suspects.remove(&(subject.id, field.to_owned()));
        }
    }

    /// Counts a case, and tells whether it settles that the field is never shown as it was written. What stores nothing is
    /// never taken for that: others of the same write have to have been stored.
    pub(crate) async fn suspect(&self, subject: &Subject, case: &Case<'_>) -> bool {
        let id = (subject.id, case.field.to_owned());
        let is_proven = {
            let mut suspects = self.suspects.lock().unwrap_or_else(PoisonError::into_inner);
            let suspect = suspects.entry(id.clone()).or_default();
            suspect.count(case);
            let is_proven = suspect.is_proven();
            if is_proven {
                suspects.remove(&id);
            }
            is_proven
        };
        if is_proven {
            let words = "never reads as it was written, while all else of the write is stored";
            let field = case.field;
            tracing::warn!(
                operation = subject.operation,
                field,
                "{words}: not compared from now on"
            );
            self.kept().note(&subject.operation, field, words).await;
        }
        is_proven
    }
}
