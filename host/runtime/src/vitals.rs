//! Signs of life: which parts of a host still beat, and how often one of its tasks panicked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// When a part last gave a sign of life. Cheap to clone; clones beat as one.
#[derive(Debug, Clone)]
pub struct Heartbeat {
    began: Instant,
    /// Milliseconds since it began.
    last: Arc<AtomicU64>,
}

impl Heartbeat {
    /// One that has just beaten.
    pub fn new() -> Self {
        Heartbeat {
            began: Instant::now(),
            last: Arc::default(),
        }
    }

    /// Gives a sign of life.
    pub fn beat(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.fetch_max(now, Ordering::Relaxed);
    }

    /// How long the last sign of life is ago.
    pub fn age(&self) -> Duration {
        let last = Duration::from_millis(self.last.load(Ordering::Relaxed));
        self.began.elapsed().saturating_sub(last)
    }
}

impl Default for Heartbeat {
    fn default() -> Self {
        Heartbeat::new()
    }
}

/// How one part is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign {
    /// Its name.
    pub part: &'static str,
    /// How long its last sign of life is ago.
    pub age: Duration,
    /// Whether that is no longer than it may be.
    pub is_alive: bool,
}

/// How often tasks panicked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Panics {
    /// How often since the start.
    pub count: u64,
    /// The last one: the task, and the panic's words.
    pub last: Option<(String, String)>,
}

#[derive(Debug)]
struct Part {
    name: &'static str,
    heartbeat: Heartbeat,
    patience: Duration,
}

/// The signs of life of a host's parts.
#[derive(Debug, Default)]
pub struct Vitals {
    parts: Mutex<Vec<Part>>,
    panics: Mutex<Panics>,
}

impl Vitals {
    /// Counts a part among those that have to beat, at least once in so long. A part of that name is replaced.
    pub fn add(&self, part: &'static str, heartbeat: Heartbeat, patience: Duration) {
        let mut parts = lock(&self.parts);
        parts.retain(|known| known.name != part);
        parts.push(Part {
            name: part,
            heartbeat,
            patience,
        });
    }

    /// How each part is.
    pub fn signs(&self) -> Vec<Sign> {
        let parts = lock(&self.parts);
        let sign = |part: &Part| {
            let age = part.heartbeat.age();
            Sign {
                part: part.name,
                age,
                is_alive: age <= part.patience,
            }
        };
        parts.iter().map(sign).collect()
    }

    /// Counts a panic, and says so in the log.
    pub fn note_panic(&self, task: &str, words: &str) {
        let mut panics = lock(&self.panics);
        panics.count += 1;
        panics.last = Some((task.to_owned(), words.to_owned()));
        drop(panics);
        tracing::error!(
            task,
            words,
            "a task panicked; this is a fault of sunmao: report it"
        );
    }

    /// How often tasks panicked.
    pub fn panics(&self) -> Panics {
        lock(&self.panics).clone()
    }
}

/// What is kept here is whole whatever happened to the thread that held it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_beats_no_more_is_named() {
        let vitals = Vitals::default();
        let (patience, endless) = (Duration::from_millis(5), Duration::from_secs(3600));
        let (still, beating) = (Heartbeat::new(), Heartbeat::new());
        vitals.add("worker", still, patience);
        vitals.add("writer", beating.clone(), endless);
        std::thread::sleep(patience * 2);
        let alive = |part: &str| {
            let signs = vitals.signs();
            signs
                .iter()
                .find(|sign| sign.part == part)
                .map(|sign| sign.is_alive)
        };
        assert_eq!((alive("worker"), alive("writer")), (Some(false), Some(true)));
        let age = beating.age();
        beating.beat();
        assert!(beating.age() < age, "the beat counts");
        vitals.add("worker", beating, endless);
        assert_eq!(alive("worker"), Some(true));
        assert_eq!(vitals.signs().len(), 2);
    }

    #[test]
    fn a_panic_is_counted_and_named() {
        let vitals = Vitals::default();
        vitals.note_panic("plugin hello", "index out of bounds");
        let last = Some(("plugin hello".to_owned(), "index out of bounds".to_owned()));
        assert_eq!(vitals.panics(), Panics { count: 1, last });
    }
}
