//! Flows that are set off by themselves: lists of the ERP that are read through, and clocks that are set.

#![cfg(test)]

mod broken;
mod many;
mod proxy;
mod schedules;
mod stage;
mod stale;
#[path = "../support/mod.rs"]
mod support;
mod sweeping;
