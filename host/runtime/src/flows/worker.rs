//! The worker: leases deliveries for whoever has hands free, and hands each to its flow or automation.

use super::clock_watch::ClockWatch;
use super::flow::Flow;
use super::fresh::Questions;
use super::handling::{InHand, SharedLease};
use super::hands::{Group, Hands};
use super::outage::{Back, Gate, Outages};
use super::progress::Progress;
use super::settings::{FlowError, FlowSettings};
use super::sink::Sink;
use super::source::On;
use super::timer::Timed;
use super::trouble::Trouble;
use super::upkeep::Retention;
use crate::actor::Actor;
use crate::host::{Host, Listeners};
use crate::limits::Limits;
use crate::loading::Extensions;
use crate::vitals::Heartbeat;
use arc_swap::ArcSwap;
use jiff::SignedDuration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use sunmao_store::{DeliveryId, Leased, Route, Share, StoreError, Wanted};
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;

/// A vanished worker's work waits no longer than this; whoever is still at it extends it in time.
pub(super) const LEASE: SignedDuration = SignedDuration::from_mins(5);
/// After the queue could not be read or written.
pub(super) const AFTER_AN_ERROR: Duration = Duration::from_secs(1);
/// The queue is looked at this often even when nothing was heard.
pub(super) const LONGEST_SLEEP: Duration = Duration::from_secs(5);
/// The worker sleeps at least this long where it has nothing to do.
pub(super) const SHORTEST_SLEEP: Duration = Duration::from_millis(5);
/// Progress lines kept for a slow watcher.
const PROGRESS_LINES: usize = 1024;

type FlowTable = BTreeMap<String, Arc<Flow>>;

/// The flows of a host. Cheap to clone.
#[derive(Clone)]
pub struct Flows {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub host: Arc<Host>,
    pub extensions: Extensions,
    /// By delivery target.
    pub flows: ArcSwap<FlowTable>,
    /// The flows that are due by themselves.
    pub timed: ArcSwap<Vec<Timed>>,
    /// The names of the flows that are paused.
    pub paused: ArcSwap<BTreeSet<String>>,
    /// Which flows are due by themselves has changed.
    pub retimed: Notify,
    pub progress: broadcast::Sender<Progress>,
    pub outages: Arc<Outages>,
    pub clock: ClockWatch,
    pub trouble: Trouble,
    /// How long what has ended is kept; none until that is said.
    pub retention: watch::Sender<Option<Retention>>,
    pub stop: watch::Sender<bool>,
    /// A hand is free, an ERP is back, an extension came or went, the flows are others.
    pub wake: Arc<Notify>,
    /// The loop that hands out work.
    pub worker: Mutex<JoinSet<()>>,
    /// What goes on beside it.
    pub upkeep: Mutex<JoinSet<()>>,
    hands: Arc<Hands>,
    in_hand: Mutex<BTreeMap<DeliveryId, InHand>>,
    /// Extensions that some delivery waits for.
    absent: Mutex<BTreeSet<String>>,
    /// Rows that the ERP is asked for by themselves.
    pub questions: Questions,
}

/// Takes a delivery off the list of those in hand, however its task ends.
struct Listed {
    inner: Arc<Inner>,
    delivery: DeliveryId,
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.inner.in_hand().remove(&self.delivery);
    }
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
        host.listeners.store(Arc::new(listeners(&flows)));
        let wake = Arc::new(Notify::new());
        let inner = Arc::new(Inner {
            hands: Arc::new(Hands::new(host.gateway.accounts().concurrency(), wake.clone())),
            host,
            extensions,
            timed: ArcSwap::from_pointee(timed(&flows)),
            flows: ArcSwap::from_pointee(flows),
            paused: ArcSwap::default(),
            retimed: Notify::new(),
            progress: broadcast::Sender::new(PROGRESS_LINES),
            outages: Arc::default(),
            clock: ClockWatch::default(),
            trouble: Trouble::default(),
            retention: watch::Sender::new(None),
            stop: watch::Sender::new(false),
            wake,
            worker: Mutex::default(),
            upkeep: Mutex::default(),
            in_hand: Mutex::default(),
            absent: Mutex::default(),
            questions: Questions::default(),
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
        self.inner.host.listeners.store(Arc::new(listeners(&flows)));
        self.inner.timed.store(Arc::new(timed(&flows)));
        self.inner.flows.store(Arc::new(flows));
        self.inner.wake.notify_one();
        self.inner.retimed.notify_one();
        Ok(())
    }

    /// What the flows are doing, from now on.
    pub fn progress(&self) -> broadcast::Receiver<Progress> {
        self.inner.progress.subscribe()
    }
}

fn resolve(
    host: &Host,
    settings: &BTreeMap<String, FlowSettings>,
    limits: Limits,
) -> Result<FlowTable, Vec<FlowError>> {
    let kinds = host.kinds.load();
    let mut flows = FlowTable::new();
    let mut errors = Vec::new();
    for (name, settings) in settings {
        match Flow::resolve(&host.catalogue, &kinds, name, settings, limits) {
            Ok(flow) => {
                flows.insert(Actor::flow(name).to_string(), Arc::new(flow));
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(flows) } else { Err(errors) }
}

/// What the flows hear of, and the links that they make.
fn listeners(flows: &FlowTable) -> Listeners {
    let mut listeners = Listeners::default();
    for (target, flow) in flows {
        match &flow.source.on {
            Some(On::Record(kind, occasion)) => listeners.records.push(Route {
                kind: kind.name.clone(),
                occasion: *occasion,
                target: target.clone(),
            }),
            Some(On::Event(name)) => listeners.events.push((name.clone(), target.clone())),
            None => {}
        }
        listeners
            .awaited
            .extend(flow.after.iter().chain(&flow.of).cloned());
        listeners
            .awaited
            .extend(flow.group.as_ref().map(|group| group.link.clone()));
        if let Some(rows) = flow.source.record() {
            let told = flow.linked.values();
            listeners
                .told_by
                .extend(told.map(|link| (link.clone(), rows.name.clone(), target.clone())));
        }
        let Some(link) = &flow.link else { continue };
        let linked = match &flow.sink {
            Sink::Into(kind) => Some(kind),
            _ => flow.source.record(),
        };
        listeners
            .links
            .extend(linked.map(|kind| (link.clone(), kind.name.clone())));
    }
    listeners
}

/// The flows that are due by themselves, or can be let run.
fn timed(flows: &FlowTable) -> Vec<Timed> {
    let timed = flows.values().filter(|flow| flow.source.runs_by_itself());
    timed
        .map(|flow| Timed {
            flow: flow.name.clone(),
            schedule: flow.source.schedule.clone(),
            recent: flow.source.recent.clone(),
        })
        .collect()
}

impl Inner {
    pub(super) async fn run(self: Arc<Self>, heartbeat: &Heartbeat) {
        let mut arrivals = self.host.store.deliveries.arrivals();
        let mut stop = self.stop.subscribe();
        let worker = format!("sunmao {}", std::process::id());
        while let Err(error) = self.read_paused().await {
            self.trouble.met(&error);
            tokio::time::sleep(AFTER_AN_ERROR).await;
        }
        while !*stop.borrow() {
            arrivals.borrow_and_update();
            let round = self.round(&worker).await;
            // Only now: a worker that panics each time it is begun anew does no work.
            heartbeat.beat();
            let sleep = match round {
                Ok(0) => self.until_next().await,
                Ok(_) => {
                    self.trouble.over();
                    continue;
                }
                Err(error) => {
                    self.trouble.met(&error);
                    AFTER_AN_ERROR
                }
            };
            tokio::select! {
                _ = arrivals.changed() => {}
                () = tokio::time::sleep(sleep) => {}
                () = self.wake.notified() => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Leases as many deliveries as there are hands for. Returns how many.
    async fn round(self: &Arc<Self>, worker: &str) -> Result<usize, StoreError> {
        self.clock.look(&self.host).await?;
        for back in self.outages.look(self.host.gateway.accounts()) {
            self.welcome(&back).await;
        }
        let targets = self.targets();
        let mut took = 0;
        let mut probes: BTreeMap<&str, Vec<Share>> = BTreeMap::new();
        for group in [Group::Flows, Group::Automations] {
            let mut open = Vec::new();
            for target in targets.iter().filter(|target| target.group == group) {
                match (self.gate(target), target.need()) {
                    (Gate::Open, _) => open.push(target.name.clone()),
                    (Gate::Probe, Some(need)) => {
                        let shares = self.hands.shares(group, [target.name.clone()]);
                        probes.entry(need.account).or_default().extend(shares);
                    }
                    _ => {}
                }
            }
            let shares = self.hands.shares(group, open);
            took += self.lease(worker, self.hands.room(group), shares, None).await?;
        }
        for (account, shares) in probes {
            let room = self.hands.room(Group::Flows).min(1);
            took += self.lease(worker, room, shares, Some(account)).await?;
        }
        Ok(took)
    }

    /// Leases up to so many, and takes each up. Those that are leased to see whether an account is back name it.
    async fn lease(
        self: &Arc<Self>,
        worker: &str,
        limit: u32,
        shares: Vec<Share>,
        probed: Option<&str>,
    ) -> Result<usize, StoreError> {
        if limit == 0 || shares.is_empty() {
            return Ok(0);
        }
        let now = self.host.clock.now();
        let wanted = Wanted::Of { limit, shares };
        let leased = self
            .host
            .store
            .deliveries
            .lease(wanted, worker, now + LEASE, now)
            .await?;
        let took = leased.len();
        for leased in leased {
            self.take_up(leased, probed);
        }
        Ok(took)
    }

    fn take_up(self: &Arc<Self>, leased: Leased, probed: Option<&str>) {
        let delivery = leased.delivery.id;
        let mut in_hand = self.in_hand();
        if let Some(known) = in_hand.get(&delivery) {
            // Its lease could not be extended in time, and it is still at work.
            known.lease.renew(leased.lease);
            return;
        }
        let hand = self.hands.take(&leased.delivery.target);
        let probe = probed.map(|account| self.outages.probing(account));
        let lease = SharedLease::new(leased.lease);
        let (inner, held) = (self.clone(), lease.clone());
        let task = tokio::spawn(async move {
            let _hand = hand;
            let listed = Listed { inner, delivery };
            listed.inner.handle(leased, held, probe).await;
        });
        let task = task.abort_handle();
        in_hand.insert(delivery, InHand { lease, task });
    }

    /// How long nothing is due of what there are hands for.
    async fn until_next(&self) -> Duration {
        let targets = self.targets();
        let mut open = Vec::new();
        for group in [Group::Flows, Group::Automations] {
            if self.hands.room(group) == 0 {
                continue;
            }
            let of_group = targets.iter().filter(|target| target.group == group);
            let of_group = of_group.filter(|target| self.gate(target) == Gate::Open);
            let shares = self
                .hands
                .shares(group, of_group.map(|target| target.name.clone()));
            open.extend(shares.into_iter().map(|share| share.target));
        }
        let now = tokio::time::Instant::now();
        let probe = self.outages.next_probe();
        let probe = probe.map_or(LONGEST_SLEEP, |due| match due.saturating_duration_since(now) {
            // Nothing that could show whether the account is back is due now.
            Duration::ZERO => AFTER_AN_ERROR,
            wait => wait,
        });
        let due = match self.host.store.deliveries.next_due(Some(open)).await {
            Ok(Some(due)) => {
                let left = due.duration_since(self.host.clock.now());
                Duration::try_from(left).unwrap_or(SHORTEST_SLEEP)
            }
            Ok(None) | Err(_) => LONGEST_SLEEP,
        };
        due.min(probe).clamp(SHORTEST_SLEEP, LONGEST_SLEEP)
    }

    /// An account is back: what was put off because it was out is due now. The hands and the budget spread it.
    pub(super) async fn welcome(&self, back: &Back) {
        let waits_for = format!("erp {}", back.account);
        let now = self.host.clock.now();
        if let Err(error) = self.host.store.deliveries.hasten(Some(&waits_for), now).await {
            self.trouble.met(&error);
        }
        let (account, put_off, seconds) = (&back.account, back.put_off, back.after.as_secs());
        tracing::info!(
            account,
            put_off,
            seconds,
            "the ERP is back; what waited for it goes on"
        );
        self.wake.notify_one();
    }

    /// What is in hand.
    pub(super) fn in_hand(&self) -> MutexGuard<'_, BTreeMap<DeliveryId, InHand>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The extensions that some delivery waits for.
    pub(super) fn absent(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.absent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
