//! The simulator over real HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's own steps fail by panicking, inside its functions and beside them"
)]

mod business;
mod common;
mod customers;
mod data;
mod garbage;
mod ledger;
mod lists;
mod sessions;
mod shapes;
