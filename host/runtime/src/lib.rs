//! Everything between a guest and the ERP: grants, the gateway, plugins, scripts, loading and flows.

mod accounts;
mod actor;
mod asked;
mod clock;
mod extension;
pub mod filing;
mod flows;
mod gateway;
mod grants;
mod host;
mod kinds_folder;
mod learned;
mod limits;
mod load_error;
mod loading;
pub mod merge;
pub mod plugins;
mod problem;
pub mod record;
pub mod scripts;
mod services;
mod settings;
mod supervision;
pub mod text;
mod texts;
mod usage;
mod vitals;

pub use accounts::Accounts;
pub use actor::Actor;
pub use clock::Clock;
pub use extension::{
    Change, Decision, Event, Extension, ExtensionError, ExtensionKind, Identity, Invocation, Permit,
    SharedExtension, Surface,
};
pub use flows::{
    CatchUp, Courier, Difference, FlowError, FlowSettings, Flows, Freshness, Letter, Preview, Progress,
    Retention, Schedule, ScheduleStatus, Step, Timing, Told, Unsound, Webhook, WebhookSettings, Webhooks,
};
pub use gateway::{Caller, Gateway, GatewayPages, StartingAt};
pub use grants::{Grants, UnknownGrant};
pub use host::Host;
pub use kinds_folder::{KindsFolder, RefusedKinds};
pub use limits::Limits;
pub use load_error::LoadError;
pub use loading::{ExtensionState, ExtensionStatus, Extensions};
pub use settings::{ExtensionSettings, ExtensionsSettings};
pub use supervision::supervised;
pub use vitals::{Heartbeat, Panics, Sign, Vitals};
