//! Whom deliveries are for, and whether they are taken up now.

use super::flow::Flow;
use super::hands::Group;
use super::outage::{Gate, Need};
use super::serving::{does_not_serve, is_gone, lacking};
use super::upkeep::Retention;
use super::webhook::Webhooks;
use super::worker::{Flows, Inner};
use crate::accounts::Accounts;
use crate::extension::SharedExtension;
use std::sync::Arc;
use sunmao_catalogue::{Fault, Kind};

/// A flow, an automation or a webhook that deliveries are for.
pub(super) struct Target {
    pub name: String,
    pub group: Group,
    /// The account it calls; none where it can call no operation.
    account: Option<String>,
    /// Why it cannot do its work now.
    lacks: Option<Fault>,
}

impl Target {
    fn flow(name: &str, flow: &Flow, lacks: Option<Fault>) -> Self {
        let account = flow.permit.account.as_deref().unwrap_or(Accounts::MAIN);
        Target {
            name: name.to_owned(),
            group: Group::Flows,
            account: flow.calls_the_erp().then(|| account.to_owned()),
            lacks,
        }
    }

    fn automation(extension: &SharedExtension) -> Self {
        let calls = !extension.surface().operations.is_empty();
        let account = extension.account().unwrap_or(Accounts::MAIN);
        Target {
            name: extension.identity().to_string(),
            group: Group::Automations,
            account: calls.then(|| account.to_owned()),
            lacks: None,
        }
    }

    fn webhook(name: &str) -> Self {
        Target {
            name: name.to_owned(),
            group: Group::Automations,
            account: None,
            lacks: None,
        }
    }

    /// What it needs of the ERP.
    pub fn need(&self) -> Option<Need<'_>> {
        Some(Need {
            account: self.account.as_deref()?,
            target: &self.name,
            is_certain: self.group == Group::Flows,
        })
    }
}

impl Inner {
    /// Everyone whom deliveries can be for now. What waits for others waits until they are there.
    pub(super) fn targets(&self) -> Vec<Target> {
        let flows = self.flows.load();
        let flows = flows.iter().map(|(name, flow)| {
            let lacks = self.lacks(flow);
            Target::flow(name, flow, lacks)
        });
        let webhooks = self.host.webhooks.load();
        flows
            .chain(self.automations().iter().map(Target::automation))
            .chain(webhooks.keys().map(|name| Target::webhook(name)))
            .collect()
    }

    /// One of them.
    pub(super) fn target(&self, name: &str) -> Option<Target> {
        if let Some(flow) = self.flows.load().get(name) {
            let lacks = self.lacks(flow);
            return Some(Target::flow(name, flow, lacks));
        }
        if self.host.webhooks.load().contains_key(name) {
            return Some(Target::webhook(name));
        }
        self.automation(name).as_ref().map(Target::automation)
    }

    /// Why a flow cannot do its work now.
    fn lacks(&self, flow: &Flow) -> Option<Fault> {
        if self.paused.load().contains(&flow.name) {
            let hint = format!("let it go on: sunmao flow resume {}", flow.name);
            let message = format!("the flow {} is paused", flow.name);
            return Some(Fault::new(Kind::Unavailable, message).with_hint(hint));
        }
        lacking(&self.extensions, flow).map(does_not_serve)
    }

    /// Whether deliveries of a target are taken up.
    pub(super) fn gate(&self, target: &Target) -> Gate {
        match (&target.lacks, target.need()) {
            (Some(_), _) => Gate::Shut,
            (None, None) => Gate::Open,
            (None, Some(need)) => self.outages.gate(need),
        }
    }

    /// The flow of a target.
    pub(super) fn flow(&self, target: &str) -> Option<Arc<Flow>> {
        self.flows.load().get(target).cloned()
    }

    /// The automation of a target, if it serves.
    pub(super) fn automation(&self, target: &str) -> Option<SharedExtension> {
        let mut automations = self.automations().into_iter();
        automations.find(|extension| extension.identity().to_string() == target)
    }

    fn automations(&self) -> Vec<SharedExtension> {
        let plays = |extension: &SharedExtension| {
            let roles = &extension.surface().roles;
            roles.iter().any(|role| role == "automation")
        };
        self.extensions.serving().into_iter().filter(plays).collect()
    }
}

impl Inner {
    /// Which file deliveries of a target wait for, and what to do about it; none if all that they need serves.
    pub(super) fn missing(&self, target: &str) -> Option<Fault> {
        match self.target(target) {
            None => Some(is_gone(target)),
            Some(known) => known.lacks,
        }
    }
}

impl Flows {
    /// Tells these from now on of what changes.
    pub fn tell(&self, webhooks: Webhooks) {
        self.inner.host.webhooks.store(Arc::new(webhooks));
        self.inner.wake.notify_one();
    }

    /// Keeps what has ended this long from now on. Until it is said, nothing is forgotten.
    pub fn keep(&self, retention: Retention) {
        self.inner.retention.send_replace(Some(retention));
    }

    /// Why deliveries of a target are not taken up now, and what to do about it; none if they are.
    pub fn held_up(&self, target: &str) -> Option<Fault> {
        if let Some(missing) = self.inner.missing(target) {
            return Some(missing);
        }
        let known = self.inner.target(target)?;
        let words = self.inner.outages.words(known.need()?)?;
        Some(
            Fault::new(Kind::Unavailable, words)
                .with_hint("look whether the ERP is up and takes the account"),
        )
    }
}
