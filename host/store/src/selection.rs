//! Which deliveries a person means, and what dropping them did.

use jiff::Timestamp;
use serde::Serialize;

use crate::{DeliveryId, DeliveryState};

/// Which deliveries are shown; all that is said has to hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of this target.
    pub target: Option<String>,
    /// That stand there.
    pub state: Option<DeliveryState>,
    /// That wait or are in hand, and should have been taken up or ended before this time.
    pub due_before: Option<Timestamp>,
}

/// Which of the waiting deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// These; those that do not wait are left alone.
    These(Vec<DeliveryId>),
    /// Those of a target.
    Target(String),
}

/// What is to become of a delivery whose writes may have reached the ERP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unresolved {
    /// It stays.
    Kept,
    /// It is dropped like any other, and what is known of its writes with it.
    Dropped,
}

/// What dropping did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Dropped {
    /// Forgotten.
    pub dropped: u64,
    /// Kept, since the outcome of a write is open.
    pub unresolved: u64,
}
