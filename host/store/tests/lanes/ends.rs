//! How the model's deliveries end that are not done.

use jiff::Timestamp;
use sunmao_store::{Cause, DeadLetter, PutOff};

pub fn later(not_before: Timestamp) -> PutOff {
    PutOff {
        not_before,
        reason: "later".to_owned(),
        cause: Cause::Failed,
    }
}

pub fn letter() -> DeadLetter {
    DeadLetter {
        kind: "refused".to_owned(),
        code: None,
        message: "no".to_owned(),
        hint: "correct it".to_owned(),
        cause: String::new(),
    }
}

/// A record is saved and deleted in turns.
pub fn event(revision: Option<i64>) -> &'static str {
    match revision.map(|revision| revision % 2) {
        None => "paid",
        Some(0) => "deleted",
        Some(_) => "saved",
    }
}
