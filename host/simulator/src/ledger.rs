//! The ledger: every request, what was understood of it, how it ended and what it changed, with secrets left out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use sunmao_catalogue::{Dialect, Record, Value};

/// Entries kept; older ones are forgotten so that a simulator can run for days.
const CAPACITY: usize = 100_000;

/// One request as the simulator understood it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// Position among all requests, from 1, without gaps.
    pub sequence: u64,
    /// When it was answered, by the machine's clock.
    pub time: Timestamp,
    /// Menu ids of the operations that this request stands for: several where entries share one request, none where
    /// the request is nobody's.
    pub operations: Vec<u32>,
    /// Full names of the same operations.
    pub names: Vec<String>,
    /// The path's dialect; none for an unknown path.
    pub dialect: Option<Dialect>,
    /// The path as it was sent.
    pub path: String,
    /// The query as it was sent.
    pub query: Record,
    /// The command in the body (`form`).
    pub cmdkey: Option<String>,
    /// Decoded arguments by wire name, without the token; a list where one request carries several records.
    pub arguments: Value,
    /// How it ended.
    pub outcome: Outcome,
    /// The words that went back, where there were any.
    pub message: String,
    /// What it changed, in order.
    pub changes: Vec<Change>,
    /// The device that the session belongs to, by the name that it logged in with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// The fault that happened to it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It did what was asked.
    Done,
    /// It was understood and refused; so is a failed login.
    Refused,
    /// It carried no living session.
    NoSession,
    /// Its body could not be read.
    Malformed,
    /// The path is known, the command or the query is not.
    UnknownCommand,
    /// The path is nobody's.
    UnknownPath,
    /// A fault kept it from being carried out.
    Prevented,
}

/// A change of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The object as the catalogue names it.
    pub object: String,
    /// The record's key.
    pub ord: i64,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// What happened to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// It is new.
    Created,
    /// Its values or its state changed.
    Updated,
    /// It is gone.
    Deleted,
}

/// The newest entries, and how many there ever were.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: VecDeque<LedgerEntry>,
    total: u64,
}

impl Ledger {
    /// Appends an entry, numbered, timed and with secrets taken out.
    pub(crate) fn append(&mut self, mut entry: LedgerEntry) {
        self.total += 1;
        entry.sequence = self.total;
        entry.time = Timestamp::now();
        redact_record(&mut entry.query);
        redact(&mut entry.arguments);
        if self.entries.len() == CAPACITY {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
    }

    /// Entries behind a sequence number, oldest first.
    pub(crate) fn after(&self, sequence: u64) -> impl Iterator<Item = &LedgerEntry> {
        let start = self.entries.partition_point(|entry| entry.sequence <= sequence);
        self.entries.range(start..)
    }

    /// Requests so far.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }
}

/// Whether a wire name carries a secret, which is neither written down nor stored.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "pw"
        || ["password", "token", "session"]
            .iter()
            .any(|word| name.contains(word))
}

fn redact(value: &mut Value) {
    match value {
        Value::Record(record) => redact_record(record),
        Value::List(values) => values.iter_mut().for_each(redact),
        _ => {}
    }
}

fn redact_record(record: &mut Record) {
    for (name, value) in record {
        if is_secret(name) {
            *value = Value::from("***");
        } else {
            redact(value);
        }
    }
}
