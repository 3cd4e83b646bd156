//! The worker: leases deliveries, keeps the leases, and hands each to its flow or automation.

use super::customer_push::{self, Handled};
use super::ending;
use super::flow::{CONTACT_SAVED, Flow, FlowError, FlowSettings};
use super::progress::{Progress, Step};
use super::pulse::{self, CLOCK_PATIENCE, WORKER_PATIENCE, WRITER_PATIENCE};
use crate::extension::{Event, ExtensionError, Invocation, SharedExtension};
use crate::host::Host;
use crate::limits::Limits;
use crate::loading::Extensions;
use crate::supervision::supervised;
use crate::vitals::Heartbeat;
use arc_swap::ArcSwap;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use sunmao_catalogue::{Fault, Kind};
use sunmao_store::{Delivery, Lease, Leased, Route, StoreError};
use tokio::sync::{Semaphore, broadcast, watch};
use tokio::task::JoinSet;

/// Deliveries handled at once; the ERP's own budget is the erp-client's.
const AT_ONCE: usize = 8;
/// A vanished worker's work waits no longer than this; whoever is still at it extends it in time.
const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// Well within the lease, so that one extension may fail.
const EXTENSION_INTERVAL: Duration = Duration::from_secs(100);
/// After the queue could not be read or written.
const AFTER_AN_ERROR: Duration = Duration::from_secs(1);
/// The queue is looked at this often even when nothing was heard.
const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// Finished deliveries are kept this long.
const KEEP: SignedDuration = SignedDuration::from_hours(24 * 14);
/// Finished deliveries are forgotten in this interval.
const PRUNE_INTERVAL: Duration = Duration::from_secs(3600);
/// Progress lines kept for a slow watcher.
const PROGRESS_LINES: usize = 1024;

type FlowTable = BTreeMap<String, Arc<Flow>>;

/// The flows of a host. Cheap to clone.
#[derive(Clone)]
pub struct Flows {
    inner: Arc<Inner>,
}

struct Inner {
    host: Arc<Host>,
    extensions: Extensions,
    /// By delivery target.
    flows: ArcSwap<FlowTable>,
    progress: broadcast::Sender<Progress>,
    slots: Arc<Semaphore>,
    stop: watch::Sender<bool>,
    /// The loop that hands out work.
    worker: std::sync::Mutex<JoinSet<()>>,
    /// What goes on beside it.
    upkeep: std::sync::Mutex<JoinSet<()>>,
}

impl Flows {
    /// Resolves the flows and starts handling deliveries, those of an earlier life included.
    pub fn start(
        host: Arc<Host>,
        extensions: Extensions,
        settings: &BTreeMap<String, FlowSettings>,
        limits: Limits,
    ) -> Result<Self, Vec<FlowError>> {
        let flows = resolve(&host, settings, limits)?;
        let inner = Arc::new(Inner {
            host,
            extensions,
            flows: ArcSwap::from_pointee(flows),
            progress: broadcast::Sender::new(PROGRESS_LINES),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            stop: watch::Sender::new(false),
            worker: std::sync::Mutex::default(),
            upkeep: std::sync::Mutex::default(),
        });
        inner.begin();
        Ok(Flows { inner })
    }

    /// Puts new settings in force; a delivery in flight finishes on the flow it began with. Unsound settings change
    /// nothing.
    pub fn reconfigure(
        &self,
        settings: &BTreeMap<String, FlowSettings>,
        limits: Limits,
    ) -> Result<(), Vec<FlowError>> {
        let flows = resolve(&self.inner.host, settings, limits)?;
        self.inner.flows.store(Arc::new(flows));
        Ok(())
    }

    /// Who hears of an accepted contact: the flows that start with it, and the automations.
    pub fn contact_routes(&self) -> Vec<Route> {
        let flows = self.inner.flows.load();
        let own = flows.keys().map(|target| Route {
            event: CONTACT_SAVED.to_owned(),
            target: target.clone(),
        });
        own.chain(self.inner.host.automation_routes(CONTACT_SAVED))
            .collect()
    }

    /// What the flows are doing, from now on.
    pub fn progress(&self) -> broadcast::Receiver<Progress> {
        self.inner.progress.subscribe()
    }

    /// Takes no more work, and returns when what is in flight has ended.
    pub async fn stop(&self) {
        self.inner.stop.send_replace(true);
        let worker = self
            .inner
            .worker
            .lock()
            .map(|mut tasks| std::mem::take(&mut *tasks));
        if let Ok(worker) = worker {
            worker.join_all().await;
        }
        if let Ok(mut upkeep) = self.inner.upkeep.lock() {
            upkeep.abort_all();
        }
        let all = u32::try_from(AT_ONCE).unwrap_or(u32::MAX);
        let _ = self.inner.slots.acquire_many(all).await;
    }
}

fn resolve(
    host: &Host,
    settings: &BTreeMap<String, FlowSettings>,
    limits: Limits,
) -> Result<FlowTable, Vec<FlowError>> {
    let mut flows = FlowTable::new();
    let mut errors = Vec::new();
    for (name, settings) in settings {
        match Flow::resolve(&host.catalogue, name, settings, limits) {
            Ok(flow) => {
                flows.insert(Flow::target(name), Arc::new(flow));
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(flows) } else { Err(errors) }
}

impl Inner {
    /// Starts what goes on for as long as the host does; each part of it outlives a panic.
    fn begin(self: &Arc<Self>) {
        let vitals = &self.host.vitals;
        let beats = [
            ("worker", WORKER_PATIENCE),
            ("clock", CLOCK_PATIENCE),
            ("writer", WRITER_PATIENCE),
        ];
        let [worker, clock, writer] = beats.map(|(part, patience)| {
            let heartbeat = Heartbeat::new();
            vitals.add(part, heartbeat.clone(), patience);
            heartbeat
        });
        let inner = self.clone();
        if let Ok(mut tasks) = self.worker.lock() {
            tasks.spawn(async move {
                supervised(&inner.host.vitals, "worker", || inner.clone().run(&worker)).await;
            });
        }
        let Ok(mut upkeep) = self.upkeep.lock() else {
            return;
        };
        let inner = self.clone();
        upkeep.spawn(async move {
            supervised(&inner.host.vitals, "clock", || pulse::clock(&inner.host, &clock)).await;
        });
        let inner = self.clone();
        upkeep.spawn(async move {
            supervised(&inner.host.vitals, "writer", || {
                pulse::writer(&inner.host, &writer)
            })
            .await;
        });
        let inner = self.clone();
        upkeep.spawn(async move {
            supervised(&inner.host.vitals, "upkeep", || inner.clone().keep_small()).await;
        });
    }

    async fn run(self: Arc<Self>, heartbeat: &Heartbeat) {
        let mut arrivals = self.host.store.deliveries.arrivals();
        let mut stop = self.stop.subscribe();
        let worker = format!("sunmao {}", std::process::id());
        while !*stop.borrow() {
            heartbeat.beat();
            arrivals.borrow_and_update();
            let sleep = match self.take(&worker).await {
                Ok(0) => self.until_next().await,
                Ok(_) => continue,
                Err(error) => {
                    tracing::error!(%error, hint = error.hint(), "the queue cannot be read; trying again");
                    AFTER_AN_ERROR
                }
            };
            tokio::select! {
                _ = arrivals.changed() => {}
                _ = tokio::time::sleep(sleep) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Forgets what was finished long ago.
    async fn keep_small(self: Arc<Self>) {
        let mut interval = tokio::time::interval(PRUNE_INTERVAL);
        loop {
            interval.tick().await;
            self.prune().await;
        }
    }

    /// Leases as many deliveries as there are free hands. Returns how many.
    async fn take(self: &Arc<Self>, worker: &str) -> Result<usize, StoreError> {
        // Waits for a free hand, for as long as the worker may go without a sign of life.
        let free = tokio::time::timeout(LONGEST_SLEEP, self.slots.clone().acquire_owned()).await;
        let Ok(Ok(first)) = free else {
            return Ok(0);
        };
        let mut hands = vec![first];
        while let Ok(hand) = self.slots.clone().try_acquire_owned() {
            hands.push(hand);
        }
        if *self.stop.borrow() {
            return Ok(0);
        }
        let now = self.host.clock.now();
        let limit = u32::try_from(hands.len()).unwrap_or(1);
        let leased = self
            .host
            .store
            .deliveries
            .lease(limit, worker, now + LEASE, now)
            .await?;
        let took = leased.len();
        for (leased, hand) in leased.into_iter().zip(hands) {
            let inner = self.clone();
            tokio::spawn(async move {
                inner.handle(leased).await;
                drop(hand);
            });
        }
        Ok(took)
    }

    async fn until_next(&self) -> Duration {
        match self.host.store.deliveries.next_due().await {
            Ok(Some(due)) => {
                let left = due.duration_since(self.host.clock.now());
                Duration::try_from(left)
                    .unwrap_or(Duration::from_millis(5))
                    .clamp(Duration::from_millis(5), LONGEST_SLEEP)
            }
            Ok(None) | Err(_) => LONGEST_SLEEP,
        }
    }

    async fn prune(&self) {
        if let Err(error) = self
            .host
            .store
            .deliveries
            .prune(self.host.clock.now() - KEEP)
            .await
        {
            tracing::warn!(%error, hint = error.hint(), "finished deliveries not pruned");
        }
    }

    async fn handle(&self, leased: Leased) {
        let target = leased.delivery.target.clone();
        let flow = self.flows.load().get(&target).cloned();
        let key = leased.delivery.key.clone();
        let watch = |step: Step| {
            // Nobody watching is no fault.
            let _ = self.progress.send(Progress {
                flow: target.clone(),
                key: key.clone(),
                step,
            });
        };
        let work = async {
            match flow {
                Some(flow) => {
                    customer_push::handle(&self.host, &self.extensions, &flow, &leased.delivery, &watch).await
                }
                None => self.automate(&leased).await,
            }
        };
        let handled = tokio::select! {
            handled = work => handled,
            // Another worker has it now, and reads the intents first; going on here would do the work twice.
            error = self.keep_lease(leased.lease) => {
                tracing::error!(delivery = %leased.delivery.id, %error, hint = error.hint(), "a delivery was taken over while it was handled");
                return;
            }
        };
        if let Err(error) = ending::write(&self.host, &leased, handled, &watch).await {
            tracing::error!(delivery = %leased.delivery.id, %error, hint = error.hint(), "the end of a delivery was not written; it will be handled again");
        }
    }

    /// Extends the lease for as long as it is polled; ends when the lease was lost.
    async fn keep_lease(&self, lease: Lease) -> StoreError {
        loop {
            tokio::time::sleep(EXTENSION_INTERVAL).await;
            let now = self.host.clock.now();
            match self.host.store.deliveries.extend(lease, now + LEASE, now).await {
                Ok(()) => {}
                Err(error @ StoreError::LeaseLost { .. }) => return error,
                Err(error) => tracing::warn!(%error, hint = error.hint(), "a lease was not extended"),
            }
        }
    }

    /// An event for one automation.
    async fn automate(&self, leased: &Leased) -> Handled {
        let delivery = &leased.delivery;
        let Some(extension) = self.automation(&delivery.target) else {
            return Handled::Later(
                Fault::new(Kind::Unavailable, format!("{} does not serve", delivery.target))
                    .with_hint("put its file back, or delete what waits for it"),
            );
        };
        let event = Event {
            id: u64::try_from(delivery.id.0).unwrap_or_default(),
            name: delivery.event.clone(),
            key: delivery.key.clone(),
            payload: delivery.payload.clone(),
            attempt: u32::try_from(delivery.attempt).unwrap_or(u32::MAX),
        };
        let invocation = Invocation::of_delivery(delivery);
        match extension.handle(&invocation, &event).await {
            Ok(()) => Handled::Done {
                link: None,
                step: Step::Handled,
            },
            Err(error) => automation_failed(error, delivery),
        }
    }

    fn automation(&self, target: &str) -> Option<SharedExtension> {
        self.extensions
            .serving()
            .into_iter()
            .find(|extension| extension.identity().to_string() == target)
    }
}

fn automation_failed(error: ExtensionError, delivery: &Delivery) -> Handled {
    let is_transient = error.is_transient();
    match error {
        ExtensionError::Call { fault, .. } => customer_push::judged(fault, delivery),
        error if is_transient => Handled::Later(Fault::new(Kind::Unavailable, error.to_string())),
        error => Handled::Dead(
            Fault::new(Kind::Invalid, error.to_string())
                .with_hint("correct the automation, then: sunmao dead retry"),
        ),
    }
}
