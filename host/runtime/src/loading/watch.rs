//! Hearing of changes in the folders. Events only wake the loader, which looks for itself; so a lost event costs time,
//! never a change.

use notify_debouncer_full::notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Events are gathered this long before the loader wakes.
const GATHER: Duration = Duration::from_millis(20);

/// Watches the folders until it is dropped. A folder that cannot be watched is looked at in intervals only.
pub(crate) fn watch(
    folders: &[&Path],
    wake: Arc<Notify>,
) -> Option<Debouncer<RecommendedWatcher, RecommendedCache>> {
    let heard = move |_: DebounceEventResult| wake.notify_one();
    let mut debouncer = match new_debouncer(GATHER, None, heard) {
        Ok(debouncer) => debouncer,
        Err(error) => {
            tracing::warn!(%error, "folders are looked at in intervals only");
            return None;
        }
    };
    for folder in folders {
        if let Err(error) = debouncer.watch(folder, RecursiveMode::NonRecursive) {
            tracing::warn!(folder = %folder.display(), %error, "folder is looked at in intervals only");
        }
    }
    Some(debouncer)
}
