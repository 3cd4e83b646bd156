//! Flows: what happens when a record of the hub changes, put together from a policy, a mapping and a write.

mod clock_watch;
mod customer_push;
mod ending;
mod erp_record;
mod flow;
mod handled;
mod handling;
mod hands;
mod outage;
mod progress;
mod pulse;
mod serving;
mod stopping;
mod targets;
mod trouble;
mod upkeep;
mod worker;

pub use flow::{FlowError, FlowSettings};
pub use progress::{Progress, Step};
pub use worker::Flows;
