//! The simulator over real HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's own steps fail by panicking, inside its functions and beside them"
)]

mod advances;
mod approvals;
mod business;
mod by_hand;
mod calls;
mod clock;
mod commands;
mod common;
mod contract_life;
mod customers;
mod data;
mod deliveries;
mod engineering;
mod expenses;
mod faults;
mod filters;
mod found;
mod fulfilment;
mod garbage;
mod generated;
mod generous;
mod inspections;
mod keys;
mod ledger;
mod lists;
mod materials;
mod office;
mod openapi;
mod organization;
mod production;
mod read_back;
mod record;
mod recorded;
mod replay;
mod sales_desk;
mod service;
mod sessions;
mod shapes;
mod stock;
mod variants;
