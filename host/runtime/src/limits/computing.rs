//! The clock of one invocation: it runs while the guest computes and stands still while the guest waits for the host,
//! which in turn has a deadline.

use super::Limits;
use crate::services::Problem;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use sunmao_catalogue::{Fault, Kind, Operation};

/// What the gateway may take for its own part of a call: the intent before it, the audit row after it.
const GATEWAY: Duration = Duration::from_secs(30);
const RAISE: &str = "raise host_call_milliseconds under [limits], or look why the host is slow";

/// How long a guest has computed: the time since it began, less what it waited.
#[derive(Debug)]
pub(crate) struct ComputingTime {
    begun: Instant,
    /// Nanoseconds.
    waited: AtomicU64,
}

impl ComputingTime {
    /// Begins now.
    pub fn begin() -> Self {
        ComputingTime {
            begun: Instant::now(),
            waited: AtomicU64::new(0),
        }
    }

    /// What was computed so far.
    pub fn spent(&self) -> Duration {
        let waited = Duration::from_nanos(self.waited.load(Ordering::Relaxed));
        self.begun.elapsed().saturating_sub(waited)
    }

    /// Waits for what is not the guest's computing.
    pub async fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
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
        let limit = limits.host_call();
        let outcome = self.wait(tokio::time::timeout(limit, work)).await;
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
        let limit = limits.host_call().saturating_add(GATEWAY);
        self.wait(within(limit, operation, work)).await
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
