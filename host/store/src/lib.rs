//! What Sunmao must not forget: records, one narrow trait for each table, and SQLite behind them.
//!
//! The store knows neither the ERP nor plugins: bodies, payloads and arguments are JSON text that it never looks into.
//! Every time comes from the caller and is kept to the microsecond. Whatever a method that writes has returned is on
//! disk; [`AuditLog::append_later`] is the one exception.
//!
//! [`Store::open`] is the way in. The feature `contract` adds the test suite that every backend must pass.

mod audit;
mod audit_chain;
mod conflicts;
#[cfg(feature = "contract")]
pub mod contract;
mod copy;
mod deliveries;
mod error;
mod figures;
mod intents;
mod leasing;
mod links;
mod name;
mod records;
mod schedules;
mod selection;
mod sources;
mod sqlite;
mod state;
mod store;
mod sweeps;
mod unshown;

pub use audit::{AuditEnd, AuditEntry, AuditFilter, AuditLog, AuditRow};
pub use audit_chain::{ChainAnchor, ChainBreak, ChainLink, ChainReport, Said, verify_chain};
pub use conflicts::{ClosedConflicts, Conflict, ConflictFilter, ConflictState, Conflicts, NewConflict};
pub use copy::{Copied, Restored, back_up, look_through, restore};
pub use deliveries::{
    Completion, DeadCause, DeadFilter, DeadLetter, DeadSelection, Deliveries, Delivery, DeliveryCounts,
    DeliveryId, DeliveryRecord, DeliveryState, Disposition, Enqueued, Lease, Leased, NewDelivery, Replay,
    ReplayId,
};
pub use error::StoreError;
pub use figures::{Figures, TableFigures, measure};
pub use intents::{Begun, Intent, IntentId, IntentOutcome, Intents, NewIntent, Opened};
pub use leasing::{Cause, PutOff, Share, Wanted, awaited_record};
pub use links::{Link, Links, NewLink};
pub use name::{NoRecordName, RecordName};
pub use records::{
    Accepted, Filing, Identified, NewRecord, Occasion, Presence, RecordEntry, RecordFilter, Records, Route,
    StoredRecord,
};
pub use schedules::{FireRecord, Look, Meeting, NewFire, PausedFlow, Rhythm, ScheduleStanding, Schedules};
pub use selection::{DeliveryFilter, Dropped, Selection, Unresolved};
pub use sources::{Source, Sources};
pub use state::{PluginState, StateEntry, StateRoom};
pub use store::Store;
pub use sweeps::{SweepRun, Sweeps, SweptPage};
pub use unshown::{Unshown, UnshownField};
