//! Loads under way. A file that takes long to compile keeps no other from being loaded; one that changes meanwhile is
//! loaded anew, and what was begun with the old content ends first.

use super::registry::ExtensionKey;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// Files loaded at once.
const AT_ONCE: usize = 8;

/// The loads of a host.
#[derive(Debug)]
pub(super) struct UnderWay {
    loads: Mutex<BTreeMap<ExtensionKey, JoinHandle<()>>>,
    turns: Semaphore,
    count: watch::Sender<usize>,
}

/// One load, counted until this is dropped.
struct Counted<'a>(&'a UnderWay);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.count.send_modify(|count| *count -= 1);
    }
}

impl UnderWay {
    /// None yet.
    pub fn new() -> Self {
        UnderWay {
            loads: Mutex::default(),
            turns: Semaphore::new(AT_ONCE),
            count: watch::Sender::new(0),
        }
    }

    /// Begins to load what bears a name, in place of what is being loaded under it. `this` is where the loads are kept.
    pub fn begin<T: Send + Sync + 'static>(
        this: &std::sync::Arc<T>,
        loads: fn(&T) -> &UnderWay,
        key: ExtensionKey,
        work: impl Future<Output = ()> + Send + 'static,
    ) {
        let owner = this.clone();
        let mut all = loads(this).all();
        let earlier = all.remove(&key);
        loads(this).count.send_modify(|count| *count += 1);
        let task = tokio::spawn(async move {
            let own = loads(&owner);
            let _counted = Counted(own);
            ended(earlier).await;
            // The semaphore is never closed.
            let _turn = own.turns.acquire().await;
            work.await;
        });
        all.insert(key, task);
    }

    /// Ends what is being loaded under a name.
    pub async fn end(&self, key: &ExtensionKey) {
        let load = self.all().remove(key);
        ended(load).await;
    }

    /// Ends all.
    pub fn end_all(&self) {
        for (_, load) in std::mem::take(&mut *self.all()) {
            load.abort();
        }
    }

    /// Returns when nothing is being loaded, or after so long. Whether nothing is.
    pub async fn rest(&self, patience: Duration) -> bool {
        let mut count = self.count.subscribe();
        let resting = count.wait_for(|count| *count == 0);
        tokio::time::timeout(patience, resting).await.is_ok()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<ExtensionKey, JoinHandle<()>>> {
        self.loads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a load and returns when it changes nothing any more.
async fn ended(load: Option<JoinHandle<()>>) {
    if let Some(load) = load {
        load.abort();
        // It was aborted, or had ended.
        let _ = load.await;
    }
}
