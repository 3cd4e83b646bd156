//! What a running host is made of, as the HTTP API, the configuration's follower and the demonstration look at it.

use crate::configuration::Configuration;
use crate::failure::Failure;
use crate::host::backups::Backups;
use arc_swap::{ArcSwap, ArcSwapOption};
use jiff::Timestamp;
use std::sync::Arc;
use sunmao_runtime::{Extensions, Flows, Host, KindsFolder};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// The parts of a host that serves.
pub struct Parts {
    /// What extensions reach.
    pub host: Arc<Host>,
    /// Plugins and scripts.
    pub extensions: Extensions,
    /// The flows.
    pub flows: Flows,
    /// The configuration in force.
    pub configuration: ArcSwap<Configuration>,
    /// What the file holds now and did not come into force; none while the file is sound.
    pub refused_configuration: ArcSwapOption<Refused>,
    /// The folder of the operator's kinds of records.
    pub kinds: KindsFolder,
    /// Rises whenever other kinds came into force.
    pub kinds_changed: watch::Sender<u32>,
    /// Cancelled when the host begins to stop: what goes on for as long as it serves ends.
    pub stopping: CancellationToken,
    /// Places for those who follow the changes.
    pub followers: Arc<Semaphore>,
    /// Cancelled when requests that are still under way have to end.
    pub cut_off: CancellationToken,
    /// What is known of the store's copies.
    pub backups: Backups,
    /// When the host was put together.
    pub started_at: Timestamp,
}

impl Parts {
    /// What was changed and did not come into force: the configuration, or a kind of record.
    pub fn refused(&self) -> Option<Refused> {
        let configuration = self.refused_configuration.load_full();
        let kinds = || self.kinds.refused().as_deref().map(Refused::from);
        configuration.as_deref().cloned().or_else(kinds)
    }
}

/// A changed configuration that did not come into force.
#[derive(Debug, Clone)]
pub struct Refused {
    /// When it was read.
    pub at: Timestamp,
    /// What is wrong with it.
    pub failure: Failure,
}
