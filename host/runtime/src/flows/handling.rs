//! One delivery in hand: its work, its lease, and its end, whatever happens to whoever does the work.

use super::carry;
use super::ending;
use super::flow::Flow;
use super::handled::Handled;
use super::outage::ProbeGuard;
use super::progress::{Progress, Step};
use super::sink::Sink;
use super::source::On;
use super::sweep::{self, Sweep, Sweeping};
use super::timer;
use super::webhook;
use super::worker::{AFTER_AN_ERROR, Inner, LEASE};
use crate::supervision::caught;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use sunmao_catalogue::Kind;
use sunmao_store::{Cause, Delivery, Lease, Leased, Occasion, PutOff, Route, StoreError};
use tokio::task::AbortHandle;

/// Well within the lease, so that one extension may fail.
const EXTENSION_INTERVAL: Duration = Duration::from_secs(100);
/// What the store did not take is tried again after this long at most.
const STORE_PAUSE: Duration = Duration::from_secs(2);

/// A lease that may be had anew while its delivery is in hand.
#[derive(Debug, Clone)]
pub(super) struct SharedLease(Arc<Mutex<Lease>>);

impl SharedLease {
    pub fn new(lease: Lease) -> Self {
        SharedLease(Arc::new(Mutex::new(lease)))
    }

    /// The lease that holds now.
    pub fn present(&self) -> Lease {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It ended, and was had again.
    pub fn renew(&self, lease: Lease) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = lease;
    }
}

/// What is known of a delivery in hand from outside.
#[derive(Debug)]
pub(super) struct InHand {
    pub lease: SharedLease,
    pub task: AbortHandle,
}

impl Inner {
    /// Handles a delivery and writes down how it ended.
    pub(super) async fn handle(&self, leased: Leased, lease: SharedLease, probe: Option<ProbeGuard>) {
        let delivery = &leased.delivery;
        let watch = |step: Step| {
            // Nobody watching is no fault.
            let _ = self.progress.send(Progress {
                flow: delivery.target.clone(),
                key: delivery.key.clone(),
                step,
            });
        };
        let failed_before = self.host.store.failures();
        let work = async {
            tokio::select! {
                handled = self.work(delivery, &watch) => Some(handled),
                error = self.keep_lease(&lease) => {
                    // Another worker has it now, and reads the intents first; going on here would do the work twice.
                    tracing::error!(delivery = %delivery.id, %error, hint = error.hint(), "a delivery was taken over while it was handled");
                    None
                }
            }
        };
        let handled = match caught(work).await {
            Ok(None) => return,
            Ok(Some(handled)) => handled,
            Err(words) => {
                self.host.vitals.note_panic(&named(delivery), &words);
                Handled::Panicked(words)
            }
        };
        let end = async {
            let handled = self.in_context(delivery, handled, failed_before, probe).await;
            self.end(&leased, &lease, &handled, &watch).await;
        };
        if let Err(words) = caught(end).await {
            self.host.vitals.note_panic(&named(delivery), &words);
            let released = caught(self.release(&lease, &words)).await;
            if let Ok(Err(error)) = released {
                tracing::error!(delivery = %delivery.id, %error, "not released; its lease ends by itself");
            }
        }
    }

    async fn work(&self, delivery: &Delivery, watch: &(dyn Fn(Step) + Sync)) -> Handled {
        let webhook = self.host.webhooks.load().get(&delivery.target).cloned();
        if let Some(webhook) = webhook {
            return webhook::deliver(&self.host, &webhook, delivery).await;
        }
        let Some(flow) = self.flow(&delivery.target) else {
            let automation = self.automation(&delivery.target);
            return self.automate(automation, delivery).await;
        };
        match (&flow.sink, &flow.source.sweep) {
            (_, Some(swept)) if timer::is_fire(&delivery.event) => self.sweep(&flow, swept, delivery).await,
            _ if timer::is_fire(&delivery.event)
                && let Some(On::Record(kind, _)) = &flow.source.on =>
            {
                self.again(&flow, kind, delivery).await
            }
            (Sink::Handle(handler), _) => {
                let handler = self.extensions.get(handler.kind, &handler.name);
                self.automate(handler, delivery).await
            }
            _ => carry::handle(&self.host, &self.extensions, &flow, delivery, watch).await,
        }
    }

    /// A fire of a flow that reads through a list.
    async fn sweep(&self, flow: &Flow, swept: &Sweep, delivery: &Delivery) -> Handled {
        let sweeping = self.sweeping(flow, swept, &delivery.target);
        sweep::handle(&sweeping, delivery).await
    }

    /// A flow's sweep, with whoever hears of its rows: the flow itself first of all.
    pub(super) fn sweeping<'a>(&'a self, flow: &'a Flow, swept: &'a Sweep, target: &str) -> Sweeping<'a> {
        let own = [Occasion::Saved, Occasion::Deleted].map(|occasion| Route {
            kind: swept.kind.name.clone(),
            occasion,
            target: target.to_owned(),
        });
        let others = self.host.routes(&swept.kind).into_iter();
        let others = others.filter(|route| route.target != target);
        Sweeping {
            host: &self.host,
            flow: &flow.name,
            sweep: swept,
            permit: &flow.permit,
            routes: others.chain(own).collect(),
        }
    }

    /// What a failure is, given how the ERP and the store are: an outage is nobody's failure.
    async fn in_context(
        &self,
        delivery: &Delivery,
        handled: Handled,
        failed_before: u64,
        probe: Option<ProbeGuard>,
    ) -> Handled {
        let target = self.target(&delivery.target);
        let need = target.as_ref().and_then(|target| target.need());
        let accounts = self.host.gateway.accounts();
        let client = need.and_then(|need| accounts.get(Some(need.account)));
        let handled = match handled {
            Handled::Later(fault)
                if fault.kind == Kind::Unavailable && self.host.store.failures() > failed_before =>
            {
                Handled::Waits {
                    fault,
                    what: "store".to_owned(),
                    at_most: STORE_PAUSE,
                }
            }
            Handled::Later(fault) => {
                let wait = need
                    .zip(client)
                    .and_then(|(need, client)| self.outages.put_off(need, &fault, client));
                match (need, wait) {
                    (Some(need), Some(at_most)) => {
                        if let Some(probe) = probe {
                            probe.in_vain();
                        }
                        let what = format!("erp {}", need.account);
                        return Handled::Waits { fault, what, at_most };
                    }
                    _ => Handled::Later(fault),
                }
            }
            Handled::Waits { fault, what, at_most } => {
                self.absent().insert(what.clone());
                Handled::Waits { fault, what, at_most }
            }
            handled => handled,
        };
        if let Some(probe) = probe {
            let is_signed_in = client.is_some_and(|client| client.session_status().signed_in);
            if let Some(back) = probe.ended(is_signed_in) {
                self.welcome(&back).await;
            }
        }
        handled
    }

    /// Writes the end down, for as long as it takes: what was done must not be done again because of a full disk.
    async fn end(
        &self,
        leased: &Leased,
        lease: &SharedLease,
        handled: &Handled,
        watch: &(dyn Fn(Step) + Sync),
    ) {
        let delivery = &leased.delivery;
        loop {
            match ending::write(&self.host, lease.present(), delivery, handled, watch).await {
                Ok(()) => return self.trouble.over(),
                Err(error @ (StoreError::LeaseLost { .. } | StoreError::Closed { .. })) => {
                    tracing::error!(delivery = %delivery.id, %error, hint = error.hint(), "the end of a delivery was not written; it will be handled again");
                    return;
                }
                Err(error) => {
                    self.trouble.met(&error);
                    tokio::time::sleep(AFTER_AN_ERROR).await;
                }
            }
        }
    }

    async fn release(&self, lease: &SharedLease, words: &str) -> Result<(), StoreError> {
        let now = self.host.clock.now();
        let put_off = PutOff {
            not_before: now,
            reason: format!("its end could not be written, by a panic: {words}"),
            cause: Cause::Panicked,
        };
        self.host
            .store
            .deliveries
            .release(lease.present(), put_off, now)
            .await
    }

    /// Extends the lease for as long as it is polled; ends when the lease was lost.
    async fn keep_lease(&self, lease: &SharedLease) -> StoreError {
        loop {
            tokio::time::sleep(EXTENSION_INTERVAL).await;
            let (now, held) = (self.host.clock.now(), lease.present());
            match self.host.store.deliveries.extend(held, now + LEASE, now).await {
                Ok(()) => {}
                Err(error @ StoreError::LeaseLost { .. }) if lease.present() == held => return error,
                Err(StoreError::LeaseLost { .. }) => {}
                Err(error) => self.trouble.met(&error),
            }
        }
    }
}

fn named(delivery: &Delivery) -> String {
    format!(
        "{}, delivery {} of {}",
        delivery.target, delivery.id, delivery.key
    )
}
