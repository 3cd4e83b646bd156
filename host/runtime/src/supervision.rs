//! Tasks that outlive a panic: what was at work is told, counted, and begun anew.

use crate::vitals::Vitals;
use futures::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// The wait before a task that panicked is begun anew: one that panics at once must not turn in circles.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs a task that goes on for as long as the host does: each time it panics, it is begun anew. Returns when it ends by
/// itself.
pub async fn supervised<T: Future<Output = ()>>(vitals: &Vitals, task: &str, mut begin: impl FnMut() -> T) {
    while let Err(words) = caught(begin()).await {
        vitals.note_panic(task, &words);
        tokio::time::sleep(PAUSE).await;
    }
}

/// What a future makes of itself, or the words of its panic. Whatever it shares with others has to bear that it broke off
/// in the middle, as it has to when it is cancelled.
pub(crate) async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let caught = AssertUnwindSafe(work).catch_unwind().await;
    caught.map_err(|panic| words(&*panic))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic without words".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    #[allow(clippy::panic, reason = "panics are what it is about")]
    async fn a_task_that_panics_is_begun_anew_until_it_ends_by_itself() {
        let (vitals, begun) = (Vitals::default(), AtomicU32::new(0));
        let task = || async {
            match begun.fetch_add(1, Ordering::Relaxed) {
                0 => panic!("first"),
                1 => panic!("{}", "second".to_owned()),
                _ => {}
            }
        };
        supervised(&vitals, "upkeep", task).await;
        assert_eq!(begun.load(Ordering::Relaxed), 3);
        let panics = vitals.panics();
        assert_eq!(panics.count, 2);
        assert_eq!(panics.last, Some(("upkeep".to_owned(), "second".to_owned())));
    }
}
