//! Hearing of changes in a folder. Events only wake the loader, which looks for itself; so a lost event costs time, never
//! a change.

use super::folder;
use notify_debouncer_full::notify::event::{AccessKind, AccessMode};
use notify_debouncer_full::notify::{EventKind, RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, Debouncer, RecommendedCache, new_debouncer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Events are gathered this long before the loader wakes.
const GATHER: Duration = Duration::from_millis(20);

/// Watches a folder until it is dropped. A folder that cannot be watched is looked at in intervals only.
pub(crate) struct Watch {
    folder: PathBuf,
    wake: Arc<Notify>,
    debouncer: Option<Debouncer<RecommendedWatcher, RecommendedCache>>,
    /// The folder that is watched, which may no longer be the one that bears the name.
    watched: Option<(u64, u64)>,
    has_warned: bool,
}

impl Watch {
    /// A watch that has yet to [`keep`](Watch::keep) a folder.
    pub fn new(folder: &Path, wake: Arc<Notify>) -> Self {
        let heard = wake.clone();
        let heard = move |events: DebounceEventResult| {
            if tells_of_change(&events) {
                heard.notify_one();
            }
        };
        let debouncer = new_debouncer(GATHER, None, heard)
            .inspect_err(|error| tracing::warn!(%error, "folders are looked at in intervals only"))
            .ok();
        Watch {
            folder: folder.to_owned(),
            wake,
            debouncer,
            watched: None,
            has_warned: false,
        }
    }

    /// Watches the folder that bears the name now: one that has appeared or taken another's place is watched from here
    /// on, and looked at once more for what came before the watch.
    pub fn keep(&mut self) {
        let present = folder::identity(&self.folder);
        let Some(debouncer) = self.debouncer.as_mut().filter(|_| present != self.watched) else {
            return;
        };
        if self.watched.take().is_some() {
            // The system has already ended the watch of a folder that is gone.
            let _ = debouncer.unwatch(&self.folder);
        }
        if present.is_none() {
            return;
        }
        match debouncer.watch(&self.folder, RecursiveMode::NonRecursive) {
            Ok(()) => {
                self.watched = present;
                self.wake.notify_one();
            }
            Err(error) if !self.has_warned => {
                self.has_warned = true;
                tracing::warn!(folder = %self.folder.display(), %error, "folder is looked at in intervals only");
            }
            Err(_) => {}
        }
    }
}

/// What went wrong may have hidden a change, and so may events that were lost.
fn tells_of_change(events: &DebounceEventResult) -> bool {
    match events {
        Ok(events) => events
            .iter()
            .any(|event| event.need_rescan() || !is_reading(&event.kind)),
        Err(_) => true,
    }
}

/// A look opens the folder, so a watch that woke the loader for that would wake it for ever.
fn is_reading(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => false,
        EventKind::Access(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    async fn hears(wake: &Notify) {
        tokio::time::timeout(PATIENCE, wake.notified())
            .await
            .expect("woken");
    }

    #[tokio::test]
    async fn looking_wakes_nobody_and_writing_does() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("a.rhai");
        std::fs::write(&file, "1").expect("file");
        let wake = Arc::new(Notify::new());
        let mut watch = Watch::new(folder.path(), wake.clone());
        watch.keep();
        hears(&wake).await;
        for _ in 0..10 {
            assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1);
            std::fs::read(&file).expect("file");
            watch.keep();
        }
        tokio::time::timeout(GATHER * 20, wake.notified())
            .await
            .expect_err("nothing has changed");
        std::fs::write(&file, "2").expect("file");
        hears(&wake).await;
    }

    #[tokio::test]
    async fn a_folder_that_appears_or_takes_anothers_place_is_watched() {
        let parent = tempfile::tempdir().expect("folder");
        let folder = parent.path().join("plugins");
        let wake = Arc::new(Notify::new());
        let mut watch = Watch::new(&folder, wake.clone());
        watch.keep();
        for replaced in ["first", "second"] {
            std::fs::create_dir(&folder).expect("folder");
            watch.keep();
            hears(&wake).await;
            std::fs::write(folder.join("a.rhai"), "1").expect("file");
            hears(&wake).await;
            std::fs::rename(&folder, parent.path().join(replaced)).expect("renamed");
        }
    }
}
