//! Turns at computing. A guest that is soon done computes at once; one that computes for long does so only in its turn,
//! so that however many of them there are, the host and its other guests keep a core.

use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What a guest computes before it has to take turns: far more than an honest mapping needs.
pub(crate) const SHORT: Duration = Duration::from_millis(20);

/// The turns of the process: they share out its cores.
static TURNS: LazyLock<Turns> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Turns::new((cores / 2).max(1))
});

/// Permissions to compute for long. Whoever waited longest is next.
#[derive(Debug, Clone)]
pub(crate) struct Turns(Arc<Semaphore>);

/// A guest's turn, until this is dropped.
pub(crate) type Turn = OwnedSemaphorePermit;

impl Turns {
    /// The turns of this process.
    pub fn shared() -> &'static Turns {
        &TURNS
    }

    fn new(at_once: usize) -> Self {
        Turns(Arc::new(Semaphore::new(at_once)))
    }

    /// Waits for a turn; none only if there are no turns to be had any more.
    pub async fn next(&self) -> Option<Turn> {
        self.0.clone().acquire_owned().await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[tokio::test]
    async fn one_turn_follows_another_in_the_order_of_asking() {
        let turns = Turns::new(1);
        let first = turns.next().await;
        let (mut second, mut third) = (Box::pin(turns.next()), Box::pin(turns.next()));
        assert!((&mut second).now_or_never().is_none());
        assert!((&mut third).now_or_never().is_none());
        drop(first);
        assert!((&mut third).now_or_never().is_none(), "the second asked before");
        let second = second.await;
        assert!((&mut third).now_or_never().is_none());
        drop(second);
        assert!(third.await.is_some());
    }
}
