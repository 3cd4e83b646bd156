//! Flows: what happens when a record of the hub changes, put together from a policy, a mapping and a write.

mod clock_watch;
mod control;
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
mod schedule;
mod serving;
mod source;
mod stopping;
mod sweep;
mod targets;
mod timer;
mod trouble;
mod upkeep;
mod worker;

pub use control::ScheduleStatus;
pub use flow::{FlowError, FlowSettings};
pub use progress::{Progress, Step};
pub use schedule::CatchUp;
pub use worker::Flows;
