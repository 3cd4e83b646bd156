//! A stateful 智邦国际 ERP for development and tests: all 217 endpoints on their published paths, in the three dialects,
//! over invented data.
//!
//! It reads the catalogue and writes its own wire codec; it never uses the client that talks to real ERPs.

mod admin;
mod call;
mod check;
mod clock;
mod codec;
mod connection;
mod data;
mod erp;
mod error;
mod execute;
mod faults;
mod filter;
mod ledger;
mod model;
mod options;
mod order;
mod plan;
mod query;
mod record;
mod reply;
mod request;
mod routes;
mod rules;
mod schema;
mod server;
mod serving;
mod session;
mod show;
mod store;
mod summary;
mod table;
mod text;
mod variant;
mod view;
mod world;

pub use error::Error;
pub use faults::{Fault, FaultError, Faults};
pub use ledger::{Change, ChangeKind, LedgerEntry, Outcome};
pub use options::Options;
pub use record::{Recorder, Replayer};
pub use server::Simulator;
pub use variant::{UnknownVariant, Variant};
