//! What the worker bears while nobody looks: panics, an ERP that is out, clocks that are set, guests that never end.

#![cfg(test)]

mod clocks;
mod endless;
mod outage;
mod panics;
mod stage;
#[path = "../support/mod.rs"]
mod support;
