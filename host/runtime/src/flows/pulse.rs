//! The regular beat of a host: once a second it is looked whether the clock ticks and the store can be written to.

use super::worker::Inner;
use crate::host::Host;
use crate::vitals::Heartbeat;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How often is looked.
const INTERVAL: Duration = Duration::from_secs(1);
/// The clock's tick is late by no more than this, however busy the machine is.
pub(super) const CLOCK_PATIENCE: Duration = Duration::from_secs(15);
/// A commit on a disk that is being backed up may take this long.
pub(super) const WRITER_PATIENCE: Duration = Duration::from_secs(15);
/// The worker looks at the queue every few seconds, whatever its hands do.
pub(super) const WORKER_PATIENCE: Duration = Duration::from_secs(30);
/// The timer looks at the clock every few seconds.
pub(super) const TIMER_PATIENCE: Duration = Duration::from_secs(30);

/// Beats once a second, and looks whether the clock was set.
pub(super) async fn clock(inner: &Inner, heartbeat: &Heartbeat) {
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = inner.clock.look(&inner.host).await {
            inner.trouble.met(&error);
        }
        heartbeat.beat();
    }
}

/// Beats as long as the store can be written to.
pub(super) async fn writer(host: &Host, heartbeat: &Heartbeat) {
    let mut ticks = interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Ok(Ok(())) = timeout(WRITER_PATIENCE, host.store.check()).await {
            heartbeat.beat();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Clock, Gateway};
    use std::time::Instant;
    use sunmao_catalogue::{Catalogue, Kinds};
    use sunmao_erp_client::{ErpClient, Settings};
    use sunmao_store::Store;

    #[tokio::test]
    async fn a_store_that_cannot_be_written_to_does_not_beat() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(&folder.path().join("sunmao.db"))
            .await
            .expect("store");
        let base_url = "http://127.0.0.1/".parse().expect("URL");
        let settings = Settings::new(base_url, "sunmao", "secret".to_owned().into(), "SUNMAO01");
        let erp = ErpClient::new(settings).expect("client");
        let gateway = Gateway::new(erp, store.clone(), Clock::system());
        let host = Host::new(
            Catalogue::shared(),
            Kinds::shipped(&Catalogue::shared()).unwrap(),
            gateway,
            store.clone(),
            Clock::system(),
        );
        let heartbeat = Heartbeat::new();
        let begun = Instant::now();
        let beaten = async {
            while heartbeat.age() >= begun.elapsed() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            () = writer(&host, &heartbeat) => {}
            () = beaten => {}
        }
        store.close().await.expect("closed");
        let closed = Instant::now();
        let watched = timeout(INTERVAL * 2, writer(&host, &heartbeat)).await;
        assert!(watched.is_err(), "it goes on looking");
        assert!(heartbeat.age() >= closed.elapsed(), "nothing has beaten since");
    }
}
