//! Stopping within bounds: what is in hand may come to its end for a few seconds, then it is given back.

use super::handling::InHand;
use super::worker::{Flows, Inner};
use std::time::Duration;
use sunmao_store::{Cause, PutOff};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

/// How long what is in hand may take to end.
const GRACE: Duration = Duration::from_secs(4);
/// How long giving back may take. What is not given back by then is due again with the next start.
const LAST_WRITES: Duration = Duration::from_secs(2);

impl Flows {
    /// Takes no more work, and returns when what is in hand has ended, or after a few seconds, when it is broken off and
    /// given back.
    pub async fn stop(&self) {
        let inner = &self.inner;
        inner.stop.send_replace(true);
        let until = Instant::now() + GRACE;
        let worker = inner.worker.lock().map(|mut tasks| std::mem::take(&mut *tasks));
        if let Ok(mut worker) = worker
            && timeout_at(until, async { while worker.join_next().await.is_some() {} })
                .await
                .is_err()
        {
            tracing::warn!("the worker does not end; it is broken off");
        }
        while !inner.in_hand().is_empty() && Instant::now() < until {
            tokio::select! {
                () = inner.wake.notified() => {}
                () = sleep_until(until) => {}
            }
        }
        if let Ok(mut upkeep) = inner.upkeep.lock() {
            upkeep.abort_all();
        }
        if timeout(LAST_WRITES, inner.give_back()).await.is_err() {
            tracing::warn!("not all that was in hand was given back; it is due with the next start");
        }
    }
}

impl Inner {
    /// Breaks off what is in hand and gives it back, due at once.
    async fn give_back(&self) {
        let left = std::mem::take(&mut *self.in_hand());
        for (delivery, InHand { lease, task }) in left {
            task.abort();
            let now = self.host.clock.now();
            let put_off = PutOff {
                not_before: now,
                reason: "the host stopped".to_owned(),
                cause: Cause::Interrupted,
            };
            let deliveries = &self.host.store.deliveries;
            match deliveries.release(lease.present(), put_off, now).await {
                Ok(()) => tracing::warn!(%delivery, "broken off and given back"),
                // Its end was being written.
                Err(error) => tracing::debug!(%delivery, %error, "not given back"),
            }
        }
    }
}
