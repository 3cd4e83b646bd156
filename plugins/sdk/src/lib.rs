//! Write Sunmao plugins in Rust.
//!
//! A plugin is one of three kinds, and each has a module with a trait to implement and a macro that exports it:
//!
//! | kind | implement | export | may call |
//! | --- | --- | --- | --- |
//! | a contact as an ERP customer, and back | [`mapping::Mapping`] | [`export_mapping!`] | nothing |
//! | whether a contact becomes a customer | [`policy::Policy`] | [`export_policy!`] | nothing |
//! | reacts to events | `automation::Automation` | `export_automation!` | what the operator grants |
//!
//! Only what a plugin really calls becomes an import of its component, so `sunmao plugin inspect` shows what it can do
//! before it runs. Build for `wasm32-unknown-unknown` with `crate-type = ["cdylib"]`; `cargo xtask guests` does the rest.
//!
//! Features: `automation` (default) for automations; `json` for records as JSON.

#[cfg(feature = "automation")]
pub mod automation;
#[cfg(feature = "automation")]
pub mod erp;
mod export;
#[cfg(feature = "automation")]
pub mod host;
#[cfg(feature = "automation")]
mod log;
pub mod mapping;
pub mod policy;
pub mod types;
