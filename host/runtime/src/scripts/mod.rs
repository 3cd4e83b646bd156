//! Scripts: Rhai, with the whole ERP API and the host's services as modules, under limits that are always on.
//!
//! A script says what it is for by the functions it defines:
//!
//! | function | role | gives |
//! | --- | --- | --- |
//! | `judge(record)` | `policy` | `true`, `false`, the reason to skip as text, or `#{ admit: false, reason: "…" }` |
//! | `map(record)` | `mapping` | a map of an operation's parameters, by English or wire name |
//! | `map(record, known)` | `mapping` | a record as a map; `known` is the present one, `()` where there is none |
//! | `merge(change)` | `merge` | `"erp"`, `"hub"`, `"newer"`, `"erp-unless-verified"`, `#{ value: … }`, or `()` |
//! | `handle(event)` | `automation` | nothing |
//!
//! Operations are functions of their object's module, `customers::list(#{ name: "…" })`. A call that fails throws a map
//! of `kind`, `code`, `message` and `hint`, which `try`/`catch` sees; what nobody catches ends the invocation. Text
//! that is not there is empty, everything else that is not there is `()`, numbers with a fraction are exact decimals,
//! and a property that a map does not have is an error.

mod answer;
mod check;
mod dates;
mod failure;
mod fault;
mod library;
pub mod memory;
mod names;
mod operations;
mod own;
mod record;
mod result;
mod ruling;
mod run;
mod script;
mod services;
mod threads;
mod value;
mod walk;

pub use check::{check, surface};
pub use fault::ScriptFault;
pub use script::Script;
