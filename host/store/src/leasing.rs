//! Which deliveries a worker takes, and how it gives one back.

use jiff::Timestamp;

/// How a delivery is given back, to be leased again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutOff {
    /// Not before then.
    pub not_before: Timestamp,
    /// Why, in words for people.
    pub reason: String,
    /// What it counts as.
    pub cause: Cause,
}

/// What an attempt that came to nothing counts as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// It failed by itself.
    Failed,
    /// It failed, and a write of it went out without anybody seeing what became of it.
    Unconfirmed,
    /// Whoever handled it panicked.
    Panicked,
    /// It was broken off from outside, and does not count as an attempt.
    Interrupted,
    /// What it needs is away, and it does not count as an attempt: it is due when [`Deliveries::hasten`](crate::Deliveries::hasten) says that this is
    /// back, or at its time.
    WaitsFor(String),
}

/// What a delivery waits for ([`Cause::WaitsFor`]) that wants a record of a kind with this value in a member: whoever files
/// such a record makes it due. The value is normalised where the record is found by the member, else as its body says it.
#[must_use]
pub fn awaited_record(kind: &str, member: &str, value: &str) -> String {
    format!("record {kind}?{member}={value}")
}

/// How many deliveries of a target a worker has hands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The target.
    pub target: String,
    /// At most so many.
    pub limit: u32,
}

/// Which deliveries a worker has hands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// So many of any target.
    Any(u32),
    /// Those of these targets, the earlier target first, and no more than so many of all together.
    Of {
        /// Of all together.
        limit: u32,
        /// Of each.
        shares: Vec<Share>,
    },
}
