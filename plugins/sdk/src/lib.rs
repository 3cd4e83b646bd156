//! Write Sunmao plugins in Rust.
//!
//! | role | implement | export | may use |
//! | --- | --- | --- | --- |
//! | a mapping: a record as another, or as an operation's arguments | `roles::contact_to_customers_save_company::Guest` | [`plugin!`] | log, settings, clock |
//! | a policy: whether a flow goes on with a record | `roles::contact_policy::Guest` | [`plugin!`] | the same |
//! | a merge: who wins where both sides changed a field | `roles::merge::Guest` | [`plugin!`] | the same |
//! | an automation: reacts to events | `automation::Automation` | `export_automation!` | what the operator grants |
//!
//! `sunmao plugin new NAME --role policy:contact` writes a folder to begin with. Only what a plugin really calls becomes
//! an import of its component, so `sunmao plugin inspect` shows what it can do before it runs. Build for
//! `wasm32-unknown-unknown` with `crate-type = ["cdylib"]`; `cargo xtask guests` does the rest.
//!
//! Features: `automation` (default) for automations; `json` for records as JSON.

#[cfg(feature = "automation")]
pub mod automation;
#[cfg(feature = "automation")]
pub mod erp;
#[cfg(feature = "automation")]
mod export;
pub mod host;
mod log;
mod plugin;
pub mod types;

pub use types::{Decision, Fault, Ruling};
#[doc(hidden)]
pub use wit_bindgen;
