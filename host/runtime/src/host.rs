//! The host's side of every import: one value that plugins, scripts and flows share.

use crate::clock::Clock;
use crate::gateway::Gateway;
use crate::vitals::Vitals;
use arc_swap::ArcSwap;
use std::fmt;
use std::sync::Arc;
use sunmao_catalogue::{Catalogue, KindSource, Kinds, RecordKind};
use sunmao_store::{Occasion, Route, Store};

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
    /// The kinds of records.
    pub kinds: ArcSwap<Kinds>,
    /// The automations that serve now, by delivery target: who hears an emitted event.
    pub automations: ArcSwap<Vec<String>>,
    /// Which of its parts still beat.
    pub vitals: Vitals,
}

impl Host {
    /// A host's parts put together.
    pub fn new(
        catalogue: Arc<Catalogue>,
        kinds: Kinds,
        gateway: Gateway,
        store: Store,
        clock: Clock,
    ) -> Self {
        Host {
            catalogue,
            kinds: ArcSwap::from_pointee(kinds),
            gateway,
            store,
            clock,
            automations: ArcSwap::default(),
            vitals: Vitals::default(),
        }
    }

    /// Who hears of a record of a kind. Rows of the ERP are many: only those hear of them who ask for them by name.
    pub fn routes(&self, kind: &RecordKind) -> Vec<Route> {
        if matches!(kind.source, KindSource::Erp { .. }) {
            return Vec::new();
        }
        let automations = self.automations.load();
        let both = [Occasion::Saved, Occasion::Deleted];
        let routes = automations.iter().flat_map(|target| {
            both.map(|occasion| Route {
                kind: kind.name.clone(),
                occasion,
                target: target.clone(),
            })
        });
        routes.collect()
    }

    /// The targets of the automations that serve now: each hears of every event.
    pub(crate) fn automation_targets(&self) -> Vec<String> {
        self.automations.load().iter().cloned().collect()
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Host")
    }
}
