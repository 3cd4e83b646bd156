//! Flows: what happens when a record of the hub changes, put together from a policy, a mapping and a write.

mod customer_push;
mod ending;
mod erp_record;
mod flow;
mod progress;
mod pulse;
mod worker;

pub(crate) use flow::Flow;
pub use flow::{FlowError, FlowSettings};
pub use progress::{Progress, Step};
pub use worker::Flows;
