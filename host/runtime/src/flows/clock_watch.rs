//! Noticing that the machine's clock was set, by comparing it with the one that nobody sets. What is due, and until when a
//! lease holds, is kept by the machine's clock, and moves with it.

use super::ending::LONGEST_PAUSE;
use crate::host::Host;
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};
use sunmao_store::StoreError;
use tokio::sync::Mutex;

/// Both clocks are read one after the other, and the machine's is nudged by its time service: less is no jump.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(2);
/// Times that cannot be are looked for this often even when no jump was noticed.
const INTERVAL: Duration = Duration::from_secs(60);

/// Both clocks, as they were read together.
#[derive(Debug, Clone, Copy)]
struct Reading {
    steady: Instant,
    machine: Timestamp,
}

/// Compares the clocks.
#[derive(Debug, Default)]
pub(super) struct ClockWatch {
    known: Mutex<Option<Known>>,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    last: Reading,
    judged: Instant,
}

impl ClockWatch {
    /// Looks whether the clock was set since the last look; if so, the store's times move with it. Whoever leases looks
    /// first: a lease must not be taken for ended because the clock was set ahead. Until the store has taken it, a jump
    /// is noticed again.
    pub async fn look(&self, host: &Host) -> Result<(), StoreError> {
        let mut known = self.known.lock().await;
        let now = Reading {
            steady: Instant::now(),
            machine: host.clock.now(),
        };
        let jump = known.and_then(|known| jump(known.last, now));
        let is_judged = known.is_some_and(|known| now.steady.duration_since(known.judged) < INTERVAL);
        let judged = match (jump, known.as_ref()) {
            (None, Some(known)) if is_judged => known.judged,
            _ => {
                judge(host, jump.unwrap_or_default(), now.machine).await?;
                now.steady
            }
        };
        *known = Some(Known { last: now, judged });
        Ok(())
    }
}

async fn judge(host: &Host, jump: SignedDuration, now: Timestamp) -> Result<(), StoreError> {
    let longest = SignedDuration::try_from(LONGEST_PAUSE).unwrap_or_default();
    let corrected = host.store.deliveries.judge_anew(jump, now + longest, now).await?;
    if !jump.is_zero() {
        tracing::warn!(
            seconds = jump.as_secs(),
            %now,
            "the machine's clock was set, or the machine slept: what waits moves with it"
        );
    }
    if corrected > 0 {
        tracing::warn!(
            deliveries = corrected,
            "put off for longer than can be, by a clock that was wrong: due now"
        );
    }
    Ok(())
}

/// By how much the machine's clock went another way than the steady one; none if that is nothing.
fn jump(last: Reading, now: Reading) -> Option<SignedDuration> {
    let steady = SignedDuration::try_from(now.steady.duration_since(last.steady)).ok()?;
    let jump = now.machine.duration_since(last.machine).checked_sub(steady)?;
    (jump.abs() >= TOLERANCE).then_some(jump)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_set_is_noticed_both_ways() {
        let (steady, machine) = (Instant::now(), Timestamp::UNIX_EPOCH);
        let last = Reading { steady, machine };
        let after = |steady_seconds: u64, machine_seconds: i64| Reading {
            steady: steady + Duration::from_secs(steady_seconds),
            machine: machine + SignedDuration::from_secs(machine_seconds),
        };
        assert_eq!(jump(last, after(5, 5)), None);
        assert_eq!(jump(last, after(5, 6)), None, "nudged");
        let day = SignedDuration::from_hours(24);
        assert_eq!(jump(last, after(5, 5 + 86_400)), Some(day));
        assert_eq!(jump(last, after(5, 5 - 86_400)), Some(-day));
    }
}
