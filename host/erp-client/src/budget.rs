//! One budget for rate and concurrency, shared by all callers: interactive calls before bulk, each lane in the order it
//! came.

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout_at};

/// After this many interactive calls in a row one bulk call goes, so that a long list ends some day.
const IN_A_ROW: u32 = 8;

/// Who is served first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Priority {
    /// Somebody waits for the answer, or an event does.
    #[default]
    Interactive,
    /// Nobody does: sweeps, the further pages of long lists.
    Bulk,
}

/// What the ERP may be asked at once and a second.
#[derive(Debug)]
pub(crate) struct Budget {
    line: Mutex<Line>,
    rate: DefaultDirectRateLimiter,
    /// The ERP asked to be left alone until then.
    paused: Mutex<Option<Instant>>,
}

/// Who waits for a seat.
#[derive(Debug)]
struct Line {
    free: usize,
    interactive: VecDeque<oneshot::Sender<Seat>>,
    bulk: VecDeque<oneshot::Sender<Seat>>,
    /// Interactive calls that went since the last bulk call while one waited.
    in_a_row: u32,
}

/// The right to one request at a time; whoever waits next gets it when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    budget: Option<Arc<Budget>>,
}

/// The turn did not come before the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded;

impl Budget {
    pub(crate) fn new(requests_per_second: NonZeroU32, concurrency: usize) -> Self {
        Budget {
            line: Mutex::new(Line {
                free: concurrency,
                interactive: VecDeque::new(),
                bulk: VecDeque::new(),
                in_a_row: 0,
            }),
            rate: RateLimiter::direct(Quota::per_second(requests_per_second)),
            paused: Mutex::default(),
        }
    }

    /// A seat, held for as long as the request takes.
    pub(crate) async fn seat(
        self: &Arc<Self>,
        priority: Priority,
        deadline: Instant,
    ) -> Result<Seat, Exceeded> {
        let turn = {
            let mut line = self.line();
            if line.free > 0 {
                line.free -= 1;
                return Ok(Seat {
                    budget: Some(Arc::clone(self)),
                });
            }
            let (sender, turn) = oneshot::channel();
            match priority {
                Priority::Interactive => line.interactive.push_back(sender),
                Priority::Bulk => line.bulk.push_back(sender),
            }
            turn
        };
        match timeout_at(deadline, turn).await {
            Ok(Ok(seat)) => Ok(seat),
            Ok(Err(_)) | Err(_) => Err(Exceeded),
        }
    }

    /// Waits until the rate lets one more request go. Only holders of a seat ask, so nobody is overtaken.
    pub(crate) async fn pace(&self, deadline: Instant) -> Result<(), Exceeded> {
        while let Some(until) = self.paused_until() {
            if until >= deadline {
                return Err(Exceeded);
            }
            sleep_until(until).await;
        }
        timeout_at(deadline, self.rate.until_ready())
            .await
            .map_err(|_| Exceeded)
    }

    /// Lets no request go until then: the ERP said that it has too much to do.
    pub(crate) fn pause(&self, until: Instant) {
        let mut paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = Some(paused.map_or(until, |earlier| earlier.max(until)));
    }

    fn paused_until(&self) -> Option<Instant> {
        let mut paused = self.paused.lock().unwrap_or_else(PoisonError::into_inner);
        *paused = paused.filter(|until| *until > Instant::now());
        *paused
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Line {
    fn next(&mut self) -> Option<oneshot::Sender<Seat>> {
        let is_bulks_turn = self.in_a_row >= IN_A_ROW || self.interactive.is_empty();
        if is_bulks_turn && let Some(next) = self.bulk.pop_front() {
            self.in_a_row = 0;
            return Some(next);
        }
        self.in_a_row = if self.bulk.is_empty() {
            0
        } else {
            self.in_a_row + 1
        };
        self.interactive.pop_front()
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(budget) = self.budget.take() else {
            return;
        };
        let mut line = budget.line();
        while let Some(next) = line.next() {
            let seat = Seat {
                budget: Some(Arc::clone(&budget)),
            };
            match next.send(seat) {
                Ok(()) => return,
                // Whoever no longer waits gives the seat back without its being counted as free.
                Err(mut back) => drop(back.budget.take()),
            }
        }
        line.free += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::{Context, Poll, Waker};
    use std::time::Duration;

    fn budget(seats: usize) -> Arc<Budget> {
        Arc::new(Budget::new(NonZeroU32::MAX, seats))
    }

    /// Polls a future that never needs to be woken by a timer.
    fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn interactive_calls_go_first_and_bulk_calls_go_too() {
        let budget = budget(1);
        let deadline = Instant::now() + Duration::from_secs(60);
        let taken = budget.seat(Priority::Interactive, deadline).await.unwrap();
        let mut bulk = Box::pin(budget.seat(Priority::Bulk, deadline));
        assert!(poll(bulk.as_mut()).is_pending());
        let mut waiting: Vec<_> = (0..=IN_A_ROW)
            .map(|_| Box::pin(budget.seat(Priority::Interactive, deadline)))
            .collect();
        for seat in &mut waiting {
            assert!(poll(seat.as_mut()).is_pending());
        }
        drop(taken);
        for seat in waiting.iter_mut().take(IN_A_ROW as usize) {
            assert!(poll(bulk.as_mut()).is_pending(), "bulk goes behind");
            let Poll::Ready(Ok(seat)) = poll(seat.as_mut()) else {
                panic!("its turn has come");
            };
            drop(seat);
        }
        assert!(poll(waiting[IN_A_ROW as usize].as_mut()).is_pending());
        let Poll::Ready(Ok(seat)) = poll(bulk.as_mut()) else {
            panic!("bulk was passed over for ever");
        };
        drop(seat);
        assert!(poll(waiting[IN_A_ROW as usize].as_mut()).is_ready());
    }

    #[tokio::test]
    async fn a_seat_nobody_waits_for_any_more_is_free_again() {
        let budget = budget(1);
        let deadline = Instant::now() + Duration::from_secs(60);
        let taken = budget.seat(Priority::Interactive, deadline).await.unwrap();
        let mut gone = Box::pin(budget.seat(Priority::Interactive, deadline));
        assert!(poll(gone.as_mut()).is_pending());
        let mut given_unseen = Box::pin(budget.seat(Priority::Interactive, deadline));
        assert!(poll(given_unseen.as_mut()).is_pending());
        drop(gone);
        drop(taken);
        // The second has its seat and never looks at it.
        drop(given_unseen);
        assert!(poll(Box::pin(budget.seat(Priority::Bulk, deadline)).as_mut()).is_ready());
        assert_eq!(budget.line().free, 1);
    }

    #[tokio::test]
    async fn a_pause_that_outlasts_the_deadline_is_told_at_once() {
        let budget = budget(1);
        budget.pause(Instant::now() + Duration::from_secs(60));
        let deadline = Instant::now() + Duration::from_secs(30);
        assert_eq!(budget.pace(deadline).await, Err(Exceeded));
    }
}
