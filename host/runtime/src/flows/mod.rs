//! Flows: what happens when a record of the hub changes, put together from a policy, a mapping and a write.

mod automate;
mod carry;
mod clock_watch;
mod control;
mod ending;
mod flow;
mod group;
mod handled;
mod handling;
mod hands;
mod outage;
mod progress;
mod pulse;
mod references;
mod ruling;
mod schedule;
mod serving;
mod settings;
mod sink;
mod source;
mod stopping;
mod sweep;
mod targets;
mod timer;
mod trouble;
mod upkeep;
mod webhook;
mod worker;

pub use control::ScheduleStatus;
pub use progress::{Progress, Step};
pub use schedule::{CatchUp, Schedule, Timing, Unsound};
pub use settings::{FlowError, FlowSettings};
pub use upkeep::Retention;
pub use webhook::{Courier, Letter, Told, Webhook, WebhookSettings, Webhooks};
pub use worker::Flows;
