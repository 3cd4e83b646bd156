//! A store that cannot be written to: said once when it begins and once when it is over, however often it is tried.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use sunmao_store::StoreError;

/// Whether there is trouble with the store.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    since: Mutex<Option<Instant>>,
}

impl Trouble {
    /// The store failed.
    pub fn met(&self, error: &StoreError) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if since.is_none() {
            *since = Some(Instant::now());
            tracing::error!(%error, hint = error.hint(), "the store fails; work waits until it does not");
        }
    }

    /// The store took a write.
    pub fn over(&self) {
        let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(since) = since.take() {
            let seconds = since.elapsed().as_secs();
            tracing::info!(seconds, "the store can be written to again; work goes on");
        }
    }
}
