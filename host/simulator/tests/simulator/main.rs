//! The simulator over real HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's own steps fail by panicking, inside its functions and beside them"
)]

mod advances;
mod approvals;
mod business;
mod clock;
mod calls;
mod commands;
mod common;
mod contract_life;
mod customers;
mod data;
mod faults;
mod engineering;
mod expenses;
mod filters;
mod found;
mod fulfilment;
mod garbage;
mod inspections;
mod generated;
mod keys;
mod ledger;
mod lists;
mod openapi;
mod materials;
mod office;
mod organization;
mod production;
mod read_back;
mod record;
mod recorded;
mod replay;
mod service;
mod sessions;
mod shapes;
mod variants;
mod sales_desk;
mod stock;
