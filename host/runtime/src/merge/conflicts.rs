//! Conflicts: what a person settled, and what there is to note.

use super::{Disputed, Verdict};
use sunmao_store::Conflict;

/// What a person decided about a field with exactly these values.
pub fn settled(conflicts: &[Conflict], disputed: &Disputed) -> Option<Verdict> {
    let _ = (conflicts, disputed);
    None
}

/// The undecided fields that no other flow has noted.
pub fn to_note(flow: &str, undecided: Vec<Disputed>, known: &[Conflict]) -> Vec<Disputed> {
    let _ = (flow, known);
    undecided
}
