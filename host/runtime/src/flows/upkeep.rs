//! What goes on for as long as the host does: the worker, its signs of life, and what keeps the queue small and told of
//! changes. Each part outlives a panic.

use super::pulse::{self, CLOCK_PATIENCE, TIMER_PATIENCE, WORKER_PATIENCE, WRITER_PATIENCE};
use super::timer;
use super::worker::Inner;
use crate::supervision::supervised;
use crate::vitals::Heartbeat;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long the store keeps what has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Deliveries that ended, and times for which flows were due. Of each record and target the last one is kept.
    pub ended: SignedDuration,
    /// Rows of the audit log; none for ever.
    pub audit: Option<SignedDuration>,
}

/// What has ended is forgotten in this interval.
const PRUNE_INTERVAL: Duration = Duration::from_secs(3600);
/// What waits for a file that is not there is looked for this often even when no file came or went.
const TELL_INTERVAL: Duration = Duration::from_secs(60);

impl Inner {
    /// Starts it all.
    pub(super) fn begin(self: &Arc<Self>) {
        let [worker, clock, writer, timer] = [
            ("worker", WORKER_PATIENCE),
            ("clock", CLOCK_PATIENCE),
            ("writer", WRITER_PATIENCE),
            ("timer", TIMER_PATIENCE),
        ]
        .map(|(part, patience)| {
            let heartbeat = Heartbeat::new();
            self.host.vitals.add(part, heartbeat.clone(), patience);
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
            supervised(&inner.host.vitals, "clock", || pulse::clock(&inner, &clock)).await;
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
            supervised(&inner.host.vitals, "timer", || timer::keep_time(&inner, &timer)).await;
        });
        let inner = self.clone();
        upkeep.spawn(async move {
            supervised(&inner.host.vitals, "upkeep", || inner.keep_small()).await;
        });
        let inner = self.clone();
        upkeep.spawn(async move {
            let task = "the follower of what serves";
            supervised(&inner.host.vitals, task, || inner.follow_extensions()).await;
        });
        for (_, client) in self.host.gateway.accounts().iter() {
            let (wake, mut reach) = (self.wake.clone(), client.reach());
            upkeep.spawn(async move {
                while reach.changed().await.is_ok() {
                    wake.notify_one();
                }
            });
        }
    }

    /// Forgets what ended long ago, once it is known how long ago that is.
    async fn keep_small(&self) {
        let mut retention = self.retention.subscribe();
        loop {
            let known = *retention.borrow_and_update();
            if let Some(known) = known {
                self.forget(known).await;
            }
            // Whether it was time or is another now: either way it is looked at again.
            let _ = timeout(PRUNE_INTERVAL, retention.changed()).await;
        }
    }

    async fn forget(&self, retention: Retention) {
        let now = self.host.clock.now();
        let before = |kept: SignedDuration| now.checked_sub(kept).unwrap_or(Timestamp::MIN);
        let ended_before = before(retention.ended);
        if let Err(error) = self.host.store.deliveries.prune(ended_before).await {
            tracing::warn!(%error, hint = error.hint(), "finished deliveries not pruned");
        }
        if let Err(error) = self.host.store.schedules.prune_fires(ended_before).await {
            tracing::warn!(%error, hint = error.hint(), "old fires not pruned");
        }
        let Some(begun_before) = retention.audit.map(before) else {
            return;
        };
        loop {
            match self.host.store.audit.prune(begun_before).await {
                Ok(0) => return,
                Ok(_) => {}
                Err(error) => {
                    return tracing::warn!(%error, hint = error.hint(), "old audit rows not pruned");
                }
            }
        }
    }

    /// Lets what waited for an extension go on when that serves, and says what waits for one that is gone.
    async fn follow_extensions(&self) {
        let mut changes = self.extensions.changes();
        let mut told = BTreeSet::new();
        // What waited when the host went down may be there by now.
        self.hasten(None).await;
        loop {
            self.tell_of_the_missing(&mut told).await;
            match timeout(TELL_INTERVAL, changes.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) => continue,
            }
            let serving = self.extensions.serving();
            let serving = serving.iter().map(|extension| extension.identity().to_string());
            for back in serving {
                if self.absent().remove(&back) {
                    self.hasten(Some(&back)).await;
                }
            }
            self.wake.notify_one();
        }
    }

    async fn hasten(&self, waits_for: Option<&str>) {
        let now = self.host.clock.now();
        if let Err(error) = self.host.store.deliveries.hasten(waits_for, now).await {
            self.trouble.met(&error);
        }
    }

    /// Once of each target, until nothing is missing again.
    async fn tell_of_the_missing(&self, told: &mut BTreeSet<String>) {
        let waiting = match self.host.store.deliveries.waiting().await {
            Ok(waiting) => waiting,
            Err(error) => return self.trouble.met(&error),
        };
        told.retain(|target| self.missing(target).is_some());
        for (target, deliveries) in waiting {
            if let Some(missing) = self.missing(&target)
                && told.insert(target.clone())
            {
                tracing::warn!(target, deliveries, missing = %missing.message, hint = missing.hint, "deliveries wait for a file");
            }
        }
    }
}
