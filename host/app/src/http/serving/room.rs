//! Places for connections, and who gives one up when all are taken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// A connection that has been quiet for this long may have to make room: its answer has long been written.
const QUIET: Duration = Duration::from_secs(2);
/// How often it is looked for one while none has been quiet long enough.
const LOOK: Duration = Duration::from_millis(100);

/// All places.
pub struct Room {
    free: Arc<Semaphore>,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    last: u64,
    guests: BTreeMap<u64, Guest>,
}

struct Guest {
    /// Requests that are being handled.
    asked: usize,
    /// When the last one was answered, or the connection came.
    since: Instant,
    leave: CancellationToken,
}

/// A connection's place, until it is dropped.
pub struct Place {
    room: Arc<Room>,
    number: u64,
    leave: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

impl Room {
    /// Room for so many.
    pub fn new(places: usize) -> Self {
        Room {
            free: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            taken: Mutex::default(),
        }
    }

    /// A place, as soon as there is one: while there is none, whoever has been quiet the longest is sent away for it.
    pub async fn place(self: &Arc<Self>) -> Place {
        loop {
            if self.free.available_permits() == 0 {
                self.send_one_away();
            }
            let free = self.free.clone();
            let permit = tokio::select! {
                Ok(permit) = free.acquire_owned() => permit,
                () = tokio::time::sleep(LOOK) => continue,
            };
            let mut taken = self.taken();
            taken.last += 1;
            let (number, leave) = (taken.last, CancellationToken::new());
            taken.guests.insert(
                number,
                Guest {
                    asked: 0,
                    since: Instant::now(),
                    leave: leave.clone(),
                },
            );
            drop(taken);
            return Place {
                room: self.clone(),
                number,
                leave,
                _permit: permit,
            };
        }
    }

    fn send_one_away(&self) {
        let taken = self.taken();
        let quiet = taken
            .guests
            .values()
            .filter(|guest| guest.asked == 0 && guest.since.elapsed() >= QUIET);
        if let Some(guest) = quiet
            .filter(|guest| !guest.leave.is_cancelled())
            .min_by_key(|guest| guest.since)
        {
            guest.leave.cancel();
        }
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// A connection has come to it.
    pub fn is_taken_now(&self) {
        self.change(|guest| guest.since = Instant::now());
    }

    /// A request is being handled until the answer is dropped.
    pub fn asked(&self) -> Asked {
        self.change(|guest| guest.asked += 1);
        Asked {
            room: self.room.clone(),
            number: self.number,
        }
    }

    /// Whether a request is being handled.
    pub fn is_asked(&self) -> bool {
        self.room
            .taken()
            .guests
            .get(&self.number)
            .is_some_and(|guest| guest.asked > 0)
    }

    /// Returns once someone else needs the place.
    pub async fn is_needed(&self) {
        self.leave.cancelled().await;
    }

    fn change(&self, change: impl FnOnce(&mut Guest)) {
        if let Some(guest) = self.room.taken().guests.get_mut(&self.number) {
            change(guest);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.room.taken().guests.remove(&self.number);
    }
}

/// A request under way.
pub struct Asked {
    room: Arc<Room>,
    number: u64,
}

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(guest) = self.room.taken().guests.get_mut(&self.number) {
            guest.asked -= 1;
            guest.since = Instant::now();
        }
    }
}
