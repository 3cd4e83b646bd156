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
    }
}
