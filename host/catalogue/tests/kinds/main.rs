//! Kinds of records: what the shipped ones take, what they refuse, and what an operator's files may add.

#![cfg(test)]

mod declared;
mod faults;
mod files;
mod reference;
mod rules;
mod shown;
mod stable;

use std::sync::Arc;
use sunmao_catalogue::{Catalogue, FieldFault, Kinds, Record, RecordKind};

fn kinds() -> Kinds {
    Kinds::shipped(&Catalogue::load().expect("the tables are sound")).expect("the kinds are sound")
}

fn kind(name: &str) -> Arc<RecordKind> {
    kinds().find(name).expect("a shipped kind").clone()
}

fn read(kind: &RecordKind, body: serde_json::Value) -> Record {
    kind.read("42", body).expect("a sound record")
}

/// What is told of the faults of a record, one line a fault.
#[track_caller]
fn told(kind: &RecordKind, body: serde_json::Value) -> String {
    let faults = kind.read("42", body).expect_err("an unsound record");
    lines(&faults)
}

fn lines(faults: &[FieldFault]) -> String {
    let lines: Vec<String> = faults.iter().map(FieldFault::to_string).collect();
    lines.join("\n")
}
