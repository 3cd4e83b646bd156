//! The host's side of every import: one value that plugins, scripts and flows share.

use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::vitals::Vitals;
use arc_swap::ArcSwap;
use std::fmt;
use std::sync::Arc;
use sunmao_catalogue::Catalogue;
use sunmao_store::{Route, Store};

/// What every extension reaches through its imports.
pub struct Host {
    /// The operations.
    pub catalogue: Arc<Catalogue>,
    /// The only path to the ERP.
    pub gateway: Gateway,
    /// Durable records.
    pub store: Store,
    /// Time.
    pub clock: Clock,
    /// The automations that serve now, by delivery target: who hears an emitted event.
    pub automations: ArcSwap<Vec<String>>,
    /// Which of its parts still beat.
    pub vitals: Vitals,
}

impl Host {
    /// A host's parts put together.
    pub fn new(catalogue: Arc<Catalogue>, gateway: Gateway, store: Store, clock: Clock) -> Self {
        Host {
            catalogue,
            gateway,
            store,
            clock,
            automations: ArcSwap::default(),
            vitals: Vitals::default(),
        }
    }

    /// Deliveries of one event, one for each automation that serves now.
    pub(crate) fn automation_routes(&self, event: &str) -> Vec<Route> {
        let targets = self.automations.load();
        targets
            .iter()
            .map(|target| Route {
                event: event.to_owned(),
                target: target.clone(),
            })
            .collect()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Host")
    }
}
