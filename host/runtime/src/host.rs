//! The host's side of every import: one value that plugins, scripts and flows share.

use crate::clock::Clock;
use crate::flows::{Courier, Webhooks};
use crate::gateway::Gateway;
use crate::vitals::Vitals;
use arc_swap::ArcSwap;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};
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
    /// The automations that serve now, by delivery target: who hears of records and of emitted events.
    pub automations: ArcSwap<Vec<String>>,
    /// Who else hears of them.
    pub(crate) listeners: ArcSwap<Listeners>,
    /// Who is told of changes, by delivery target.
    pub(crate) webhooks: ArcSwap<Webhooks>,
    /// Whoever carries what they are told.
    pub courier: OnceLock<Arc<dyn Courier>>,
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
            listeners: ArcSwap::default(),
            webhooks: ArcSwap::default(),
            courier: OnceLock::new(),
            gateway,
            store,
            clock,
            automations: ArcSwap::default(),
            vitals: Vitals::default(),
        }
    }

    /// Who hears of a record of a kind. Rows of the ERP are many: only those hear of them who ask for them by name.
    pub fn routes(&self, kind: &RecordKind) -> Vec<Route> {
        let listeners = self.listeners.load();
        let mut routes: Vec<Route> = listeners
            .records
            .iter()
            .filter(|route| route.kind == kind.name)
            .cloned()
            .collect();
        let webhooks = self.webhooks.load();
        routes.extend(webhooks.values().flat_map(|webhook| webhook.routes(kind)));
        if !matches!(kind.source, KindSource::Erp { .. }) {
            let automations = self.automations.load();
            let both = [Occasion::Saved, Occasion::Deleted];
            routes.extend(automations.iter().flat_map(|target| {
                both.map(|occasion| Route {
                    kind: kind.name.clone(),
                    occasion,
                    target: target.clone(),
                })
            }));
        }
        routes
    }

    /// The targets of an emitted event: the automations that serve now, and the flows that start with it.
    pub(crate) fn targets_of_event(&self, event: &str) -> Vec<String> {
        let listeners = self.listeners.load();
        let flows = listeners.events.iter().filter(|(name, _)| name == event);
        let flows = flows.map(|(_, target)| target.clone());
        self.automations.load().iter().cloned().chain(flows).collect()
    }
}

/// Flows and webhooks, by what they hear of.
#[derive(Debug, Default)]
pub(crate) struct Listeners {
    /// Records.
    pub records: Vec<Route>,
    /// Events by name, each with its target.
    pub events: Vec<(String, String)>,
    /// Links that flows make, each with the kind of the records that get it.
    pub links: Vec<(String, String)>,
    /// Links that some flow waits for.
    pub awaited: BTreeSet<String>,
    /// Links that tell a flow what a row belongs to, each with the rows' kind and the flow's target.
    pub told_by: Vec<(String, String, String)>,
}

impl fmt::Debug for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Host")
    }
}
