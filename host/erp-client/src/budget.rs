//! One budget for rate and concurrency, shared by all callers in the order they came.

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use std::num::NonZeroU32;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout_at};

/// What the ERP may be asked at once and a second.
#[derive(Debug)]
pub(crate) struct Budget {
    seats: Semaphore,
    rate: DefaultDirectRateLimiter,
}

/// The turn did not come before the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exceeded;

impl Budget {
    pub(crate) fn new(requests_per_second: NonZeroU32, concurrency: usize) -> Self {
        Budget {
            seats: Semaphore::new(concurrency),
            rate: RateLimiter::direct(Quota::per_second(requests_per_second)),
        }
    }

    /// A seat, held for as long as the request takes; handed out first come, first served.
    pub(crate) async fn seat(&self, deadline: Instant) -> Result<SemaphorePermit<'_>, Exceeded> {
        match timeout_at(deadline, self.seats.acquire()).await {
            Ok(Ok(seat)) => Ok(seat),
            Ok(Err(_)) | Err(_) => Err(Exceeded),
        }
    }

    /// Waits until the rate lets one more request go. Only holders of a seat ask, so nobody is overtaken.
    pub(crate) async fn pace(&self, deadline: Instant) -> Result<(), Exceeded> {
        timeout_at(deadline, self.rate.until_ready())
            .await
            .map_err(|_| Exceeded)
    }
}
