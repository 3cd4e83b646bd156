//! Two sides of one record brought together, field by field: who changed what since both last agreed, and what each has
//! to be told. Pure: nothing here asks anybody.

mod agreed;
mod compare;
pub mod conflicts;
mod merged;
mod ruling;
mod vocabulary;

pub use agreed::{Agreed, Direction, Left, Snapshot};
pub use compare::{Compared, Disputed, Sides, compare};
pub use merged::{Merged, Target};
pub use ruling::{Circumstances, Ruling, Verdict};
pub use vocabulary::Vocabulary;

#[cfg(test)]
mod tests;
