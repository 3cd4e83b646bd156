//! The circuit breaker: an ERP that has failed several times in a row is left alone for a while, then asked once.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long the ERP is left alone at first, and at most.
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(15);

/// Whether the ERP is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It is.
    Asked,
    /// It has failed again and again, or asked to be left alone for longer than calls wait: it is, until then. One call
    /// then shows whether it is back.
    LeftAlone(Instant),
}

/// Counts failures, and says whether to ask.
#[derive(Debug)]
pub(crate) struct Breaker {
    /// Failures in a row that open it; zero leaves it closed for ever.
    limit: u32,
    state: Mutex<State>,
    /// Told of under the lock, so that a later state is never overtaken by an earlier one.
    reach: watch::Sender<Reach>,
}

#[derive(Debug)]
struct State {
    stage: Stage,
    /// Until when the ERP asked to be left alone. Calls that were under way may be answered meanwhile.
    rests_until: Option<Instant>,
    /// How long the ERP is left alone, time after time.
    pauses: ExponentialBackoff,
}

#[derive(Debug)]
enum Stage {
    /// Calls go out; so many have failed since the last one that did not.
    Closed(u32),
    /// None goes out before then.
    Open(Instant),
    /// One call is out to see whether the ERP is back.
    Probing,
}

/// The leave to send one call. What became of it has to be told; dropped untold, it counts as nothing.
#[derive(Debug)]
pub(crate) struct Leave<'a> {
    breaker: &'a Breaker,
    is_probe: bool,
    told: bool,
}

impl Breaker {
    pub(crate) fn new(limit: u32) -> Self {
        Breaker {
            limit,
            state: Mutex::new(State::closed()),
            reach: watch::Sender::new(Reach::Asked),
        }
    }

    /// Whether a call may go out.
    ///
    /// # Errors
    /// How long the ERP is left alone yet.
    pub(crate) fn ask(&self) -> Result<Leave<'_>, Duration> {
        let mut state = self.state();
        let is_probe = match state.stage {
            Stage::Closed(_) => false,
            Stage::Open(until) => {
                let left = until.saturating_duration_since(Instant::now());
                if !left.is_zero() {
                    return Err(left);
                }
                state.stage = Stage::Probing;
                true
            }
            Stage::Probing => return Err(SHORTEST),
        };
        Ok(Leave {
            breaker: self,
            is_probe,
            told: false,
        })
    }

    /// Whether the ERP is asked, now and whenever that changes.
    pub(crate) fn reach(&self) -> watch::Receiver<Reach> {
        self.reach.subscribe()
    }

    /// The ERP asked to be left alone until then.
    pub(crate) fn rest(&self, until: Instant) {
        let mut state = self.state();
        state.rests_until = Some(state.rests_until.map_or(until, |known| known.max(until)));
        self.reach.send_replace(Reach::LeftAlone(until));
    }

    fn open(&self, state: &mut State) {
        let until = state.open();
        self.reach.send_replace(Reach::LeftAlone(until));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Leave<'_> {
    /// The ERP answered, whatever it said.
    pub(crate) fn answered(mut self) {
        self.told = true;
        let mut state = self.breaker.state();
        let now = Instant::now();
        let rests_until = state.rests_until.filter(|until| *until > now);
        if !matches!(state.stage, Stage::Closed(0)) {
            *state = State::closed();
        }
        state.rests_until = rests_until;
        if rests_until.is_none() {
            self.breaker.reach.send_if_modified(|reach| {
                let was_left_alone = *reach != Reach::Asked;
                *reach = Reach::Asked;
                was_left_alone
            });
        }
    }

    /// The ERP could not be reached, did not answer, or answered nonsense.
    pub(crate) fn failed(mut self) {
        self.told = true;
        let mut state = self.breaker.state();
        match &mut state.stage {
            Stage::Closed(failures) => {
                *failures += 1;
                if self.breaker.limit > 0 && *failures >= self.breaker.limit {
                    self.breaker.open(&mut state);
                    tracing::debug!(failures = self.breaker.limit, "the ERP is left alone for a while");
                }
            }
            Stage::Probing if self.is_probe => self.breaker.open(&mut state),
            // Calls that were under way when it opened.
            Stage::Open(_) | Stage::Probing => {}
        }
    }
}

impl Drop for Leave<'_> {
    /// A probe nobody waited for leaves room for the next.
    fn drop(&mut self) {
        if self.told || !self.is_probe {
            return;
        }
        let mut state = self.breaker.state();
        if matches!(state.stage, Stage::Probing) {
            state.stage = Stage::Open(Instant::now());
        }
    }
}

impl State {
    fn closed() -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(SHORTEST)
            .with_max_delay(LONGEST)
            .without_max_times()
            .with_jitter();
        State {
            stage: Stage::Closed(0),
            rests_until: None,
            pauses: pauses.build(),
        }
    }

    /// Returns until when.
    fn open(&mut self) -> Instant {
        let pause = self.pauses.next().unwrap_or(LONGEST).min(LONGEST);
        let until = Instant::now() + pause;
        self.stage = Stage::Open(until);
        until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(breaker: &Breaker) {
        for _ in 0..3 {
            breaker.ask().unwrap().failed();
        }
    }

    /// As if the time were up.
    fn wait(breaker: &Breaker) {
        let mut state = breaker.state();
        if let Stage::Open(until) = &mut state.stage {
            *until = Instant::now();
        }
    }

    #[tokio::test]
    async fn failures_in_a_row_open_it_and_one_probe_closes_it() {
        let breaker = Breaker::new(3);
        breaker.ask().unwrap().failed();
        breaker.ask().unwrap().failed();
        breaker.ask().unwrap().answered();
        open(&breaker);
        let left = breaker.ask().unwrap_err();
        assert!(left <= SHORTEST * 2 && !left.is_zero(), "{left:?}");
        wait(&breaker);
        let probe = breaker.ask().unwrap();
        assert!(breaker.ask().is_err(), "one probe at a time");
        probe.answered();
        assert!(breaker.ask().is_ok());
    }

    #[tokio::test]
    async fn whoever_watches_is_told_when_it_opens_and_when_it_closes() {
        let breaker = Breaker::new(3);
        let mut reach = breaker.reach();
        breaker.ask().unwrap().answered();
        assert!(!reach.has_changed().unwrap(), "as before");
        open(&breaker);
        let left_alone = *reach.borrow_and_update();
        assert!(matches!(left_alone, Reach::LeftAlone(until) if until > Instant::now()));
        wait(&breaker);
        breaker.ask().unwrap().failed();
        assert!(reach.has_changed().unwrap(), "for longer");
        assert_ne!(*reach.borrow_and_update(), left_alone);
        wait(&breaker);
        breaker.ask().unwrap().answered();
        assert_eq!(*reach.borrow_and_update(), Reach::Asked);
    }

    #[tokio::test]
    async fn an_erp_that_asked_to_be_left_alone_is_although_it_answers_what_was_under_way() {
        let breaker = Breaker::new(3);
        let mut reach = breaker.reach();
        let under_way = breaker.ask().unwrap();
        let until = Instant::now() + LONGEST;
        breaker.rest(until);
        under_way.answered();
        assert_eq!(*reach.borrow_and_update(), Reach::LeftAlone(until));
        breaker.state().rests_until = Some(Instant::now());
        breaker.ask().unwrap().answered();
        assert_eq!(*reach.borrow_and_update(), Reach::Asked);
    }

    #[tokio::test]
    async fn it_is_never_open_for_so_long_that_an_erp_that_is_back_waits_in_vain() {
        let breaker = Breaker::new(1);
        for _ in 0..20 {
            wait(&breaker);
            breaker.ask().unwrap().failed();
        }
        assert!(breaker.ask().unwrap_err() <= LONGEST);
    }

    #[tokio::test]
    async fn a_probe_that_fails_opens_it_for_longer() {
        let breaker = Breaker::new(3);
        open(&breaker);
        for _ in 0..3 {
            wait(&breaker);
            breaker.ask().unwrap().failed();
        }
        assert!(breaker.ask().unwrap_err() > SHORTEST * 4);
    }

    #[tokio::test]
    async fn a_probe_nobody_waits_for_makes_room_for_the_next() {
        let breaker = Breaker::new(3);
        open(&breaker);
        wait(&breaker);
        drop(breaker.ask().unwrap());
        assert!(breaker.ask().is_ok());
    }

    #[tokio::test]
    async fn none_is_left_alone_where_the_limit_is_zero() {
        let breaker = Breaker::new(0);
        open(&breaker);
        assert!(breaker.ask().is_ok());
    }
}
