//! The clock of one invocation: it runs while the guest computes and stands still while the guest waits for the host,
//! which in turn has a deadline. It also counts the host calls, and knows when all of it has to end.

use super::turns::{SHORT, Turn, Turns};
use super::{Exceeded, Limits};
use crate::problem::Problem;
use std::future::Future;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use sunmao_catalogue::{Fault, Kind, Operation};

/// What the gateway may take for its own part of a call: the intent before it, the audit row after it.
const GATEWAY: Duration = Duration::from_secs(30);
const RAISE: &str = "raise host_call_milliseconds under [limits], or look why the host is slow";
const ENDS: &str = "the invocation ends here; do less in one, or raise the limit";

/// How long a guest has computed (the time since it began, less what it waited), and what it asked of the host.
#[derive(Debug)]
pub(crate) struct ComputingTime {
    begun: Instant,
    /// Nanoseconds.
    waited: AtomicU64,
    host_calls: AtomicU32,
    /// The first limit that was run into.
    exceeded: OnceLock<Exceeded>,
    /// Held while a guest that computes for long does so.
    turn: Mutex<Option<Turn>>,
}

impl ComputingTime {
    /// Begins now.
    pub fn begin() -> Self {
        ComputingTime {
            begun: Instant::now(),
            waited: AtomicU64::new(0),
            host_calls: AtomicU32::new(0),
            exceeded: OnceLock::new(),
            turn: Mutex::new(None),
        }
    }

    /// What was computed so far.
    pub fn spent(&self) -> Duration {
        let waited = Duration::from_nanos(self.waited.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(waited)
    }

    /// When all of the invocation has to end.
    pub fn deadline(&self, limits: &Limits) -> Option<Instant> {
        self.begun.checked_add(limits.invocation())
    }

    /// Looks at the clock: the limit that this invocation has run into, if any.
    pub fn look(&self, limits: &Limits) -> Option<Exceeded> {
        if self.spent() > limits.wall_time() {
            self.note(Exceeded::ComputingTime);
        } else if self.begun.elapsed() > limits.invocation() {
            self.note(Exceeded::InvocationTime);
        }
        self.exceeded()
    }

    /// The limit that this invocation was found to have run into: once it has, it has for good.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded.get().copied()
    }

    /// The invocation has run into a limit. Only the first one counts.
    pub fn note(&self, exceeded: Exceeded) {
        let _ = self.exceeded.set(exceeded);
    }

    /// Between two slices of computing: lets others go first. A guest that computes for long waits for its turn.
    pub async fn yield_to_others(&self) {
        let is_long = self.spent() > SHORT;
        self.wait(tokio::task::yield_now()).await;
        if is_long {
            let turn = self.wait(Turns::shared().next()).await;
            *self.turn() = turn;
        }
    }

    /// The guest computes no more for now.
    pub fn rest(&self) {
        drop(self.turn().take());
    }

    /// Waits for what is not the guest's computing. Whoever waits needs no turn.
    pub async fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        self.rest();
        let outcome = work.await;
        let nanoseconds = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.waited.fetch_add(nanoseconds, Ordering::Relaxed);
        outcome
    }

    /// Waits for a service of the host, no longer than a host call may take.
    pub async fn service<T>(
        &self,
        limits: &Limits,
        name: &str,
        work: impl Future<Output = Result<T, Problem>>,
    ) -> Result<T, Problem> {
        self.count_call(limits).map_err(|exceeded| Problem {
            message: format!("{name}: beyond the {}", exceeded.limit(limits)),
            hint: ENDS.to_owned(),
        })?;
        let limit = limits.host_call().min(self.left(limits));
        let outcome = self.wait(tokio::time::timeout(limit, work)).await;
        self.look(limits);
        outcome.unwrap_or_else(|_| {
            Err(Problem {
                message: format!(
                    "{name}: no answer within {} ms; a write may have taken effect",
                    limit.as_millis()
                ),
                hint: RAISE.to_owned(),
            })
        })
    }

    /// Waits for the gateway. The ERP's part of the call has the limit of a host call to itself, and the gateway notes on
    /// disk how that ended; so this one comes well after it.
    pub async fn operation<T>(
        &self,
        limits: &Limits,
        operation: &Operation,
        work: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        self.count_call(limits).map_err(|exceeded| {
            let message = format!("{}: beyond the {}", operation.name, exceeded.limit(limits));
            Fault::new(Kind::OverBudget, message).with_hint(ENDS)
        })?;
        let limit = limits.host_call().saturating_add(GATEWAY);
        let outcome = self.wait(within(limit, operation, work)).await;
        self.look(limits);
        outcome
    }

    /// One more host call; none once the invocation has run into a limit.
    fn count_call(&self, limits: &Limits) -> Result<(), Exceeded> {
        if self.host_calls.fetch_add(1, Ordering::Relaxed) >= limits.host_calls {
            self.note(Exceeded::HostCalls);
        }
        self.look(limits).map_or(Ok(()), Err)
    }

    fn left(&self, limits: &Limits) -> Duration {
        limits.invocation().saturating_sub(self.begun.elapsed())
    }

    fn turn(&self) -> std::sync::MutexGuard<'_, Option<Turn>> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn within<T>(
    limit: Duration,
    operation: &Operation,
    work: impl Future<Output = Result<T, Fault>>,
) -> Result<T, Fault> {
    let outcome = tokio::time::timeout(limit, work).await;
    outcome.unwrap_or_else(|_| {
        let kind = if operation.is_read() {
            Kind::OverBudget
        } else {
            Kind::Unconfirmed
        };
        let message = format!(
            "{} (menu id {}): not finished within {} ms",
            operation.name,
            operation.id,
            limit.as_millis()
        );
        Err(Fault::new(kind, message).with_hint("look why the host's store is slow"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use sunmao_catalogue::Catalogue;

    /// A deadline that every wait here runs into.
    fn short() -> Limits {
        Limits {
            host_call_milliseconds: 1,
            ..Limits::default()
        }
    }

    #[tokio::test]
    async fn waiting_is_not_computing() {
        let (begun, pause) = (Instant::now(), Duration::from_millis(20));
        let time = ComputingTime::begin();
        time.wait(tokio::time::sleep(pause)).await;
        // However long all this took, the pause is not part of it.
        assert!(time.spent() <= begun.elapsed().saturating_sub(pause));
    }

    #[tokio::test]
    async fn a_service_that_never_answers_is_given_up_and_named() {
        let problem = ComputingTime::begin()
            .service(&short(), "state", pending::<Result<(), Problem>>())
            .await
            .expect_err("too late");
        assert!(
            problem.message.starts_with("state: no answer within 1 ms"),
            "{problem}"
        );
    }

    #[tokio::test]
    async fn a_gateway_that_never_answers_leaves_a_write_unconfirmed() {
        let catalogue = Catalogue::shared();
        for (name, kind) in [
            ("customers.list", Kind::OverBudget),
            ("customers.save-company", Kind::Unconfirmed),
        ] {
            let operation = catalogue.find(name).expect("an operation");
            let limit = Duration::from_millis(1);
            let fault = within(limit, operation, pending::<Result<(), Fault>>())
                .await
                .expect_err("too late");
            assert_eq!(fault.kind, kind, "{name}");
        }
    }
}
