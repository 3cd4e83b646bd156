//! Things measured in turns, so that what the machine does meanwhile happens to all of them.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Turns that only warm up caches, connections and pools.
const WARM_UP: usize = 500;

/// How long each turn of one of them took.
#[derive(Default)]
pub struct Turns {
    taken: Vec<Duration>,
}

impl Turns {
    /// Does it once. What comes out of it is dropped within the time.
    pub async fn turn<T>(&mut self, work: impl Future<Output = T>) {
        let begun = Instant::now();
        drop(black_box(work.await));
        self.taken.push(begun.elapsed());
    }

    /// The middle one of all turns behind the warm-up.
    pub fn median(&self) -> Duration {
        let mut taken = self.taken.get(WARM_UP..).unwrap_or_default().to_vec();
        taken.sort_unstable();
        taken.get(taken.len() / 2).copied().unwrap_or_default()
    }
}
