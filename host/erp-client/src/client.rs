//! The client that callers hold: cheap to clone, one account behind all clones.

use crate::breaker::Reach;
use crate::budget::Priority;
use crate::calling::{Call, Errand, Line};
use crate::confirm::{Before, Sent};
use crate::error::{Phase, Subject};
use crate::failure::Report;
use crate::learned::Learned;
use crate::session::{SessionEvent, SessionStatus};
use crate::{Error, LoginTally, Outgoing, Settings};
use std::sync::Arc;
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, CustomFields, Operation, Value};
use tokio::sync::{broadcast, watch};
use tokio::time::Instant;

/// Talks to one ERP under one account. Clones are cheap and share the session, the connections and the budget.
#[derive(Debug, Clone)]
pub struct ErpClient {
    line: Arc<Line>,
    timeout: Duration,
    priority: Priority,
}

impl ErpClient {
    /// Checks the settings; signs in with the first call, not before.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first unsound setting.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Ok(ErpClient {
            timeout: settings.timeout,
            priority: Priority::default(),
            line: Arc::new(Line::new(settings)?),
        })
    }

    /// Keeps which fields this account never shows as they were written in that place, for all clones, from now on; until
    /// then the client remembers it itself.
    pub fn keep_learned(&self, place: Arc<dyn Learned>) {
        self.line.learning.keep_in(place);
    }

    /// The same client for calls of this priority. The further pages of a list are bulk in any case.
    pub fn with_priority(&self, priority: Priority) -> Self {
        ErpClient {
            priority,
            ..self.clone()
        }
    }

    /// Calls an operation. Where nothing can be done twice, a call that failed is repeated within its time, with growing
    /// pauses: reads, and writes that never reached the ERP or that it turned away unseen (no session, too many calls).
    /// Any other write is sent once. Of the operations that the vendor lists in an older and a newer form, the one that
    /// the installation knows goes out, whichever is asked for, and its answer has the columns of the one asked for.
    ///
    /// A write is read back and compared, as far as the catalogue knows a way: where the record does not show what was
    /// sent, or its answer was lost, it is sent again if that does the same, at most three times in all.
    ///
    /// A page whose list does not say how long it is has a `count` and `total` of zero. A caller that drops the future
    /// of a write must look up what became of it.
    ///
    /// # Errors
    /// Every [`Kind`](sunmao_catalogue::Kind) but `NotGranted`. `Unconfirmed` is only for writes: the request may have
    /// arrived, and no sound answer came back, or the ERP said yes and the record shows otherwise.
    pub async fn call(&self, operation: &Operation, arguments: &Arguments) -> Result<Answer, Error> {
        self.call_within(operation, arguments, self.timeout).await
    }

    /// The same with a limit of the caller's, which can only shorten the client's own. What had not gone out when the
    /// time was up is `OverBudget` or `Unavailable`, for writes too: nothing was sent.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn call_within(
        &self,
        operation: &Operation,
        arguments: &Arguments,
        limit: Duration,
    ) -> Result<Answer, Error> {
        let outgoing = Outgoing::default();
        let sent = self.send(operation, arguments, limit, Before::Unread, &outgoing);
        sent.await.map(|sent| sent.answer)
    }

    /// The same for a caller that knows the record or wants to know what was seen of it; how many requests went out, also
    /// of a call that it gave up; and perhaps has something to do before the first.
    ///
    /// # Errors
    /// As [`call`](Self::call); `Unavailable` where the caller held the call back.
    pub async fn send(
        &self,
        operation: &Operation,
        arguments: &Arguments,
        limit: Duration,
        before: Before<'_>,
        outgoing: &Outgoing<'_>,
    ) -> Result<Sent, Error> {
        let started = Instant::now();
        let limit = limit.min(self.timeout);
        let report = Report::of(operation, limit);
        let outcome = match operation.is_business() {
            true => {
                let call = Call {
                    operation,
                    arguments,
                    priority: self.priority_of(operation, arguments),
                    deadline: started + limit,
                    report: &report,
                    outgoing,
                    errand: Errand::Asked,
                };
                self.line.confirmed(&call, before).await
            }
            false => Err(report.not_for_callers()),
        };
        tracing::debug!(
            operation = operation.name,
            id = operation.id,
            milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            failure = outcome.as_ref().err().map(|error| error.kind().name()),
            "called the ERP"
        );
        outcome
    }

    /// Whether the ERP is asked at all, now and whenever that changes.
    pub fn reach(&self) -> watch::Receiver<Reach> {
        self.line.breaker.reach()
    }

    /// Whether there is no session, and the last login did not bring one about: each call fails until one does.
    pub fn cannot_sign_in(&self) -> bool {
        self.line.sessions.cannot_sign_in()
    }

    /// The fields that this installation added itself.
    pub fn custom_fields(&self) -> &CustomFields {
        &self.line.sessions.settings().custom_fields
    }

    /// How many calls may be under way at once.
    pub fn concurrency(&self) -> usize {
        self.line.sessions.settings().concurrency
    }

    /// What in the settings the ERP may not take, although most do: a person is told, and nothing is held back for it.
    pub fn doubt(&self) -> Option<String> {
        self.line.sessions.settings().doubt()
    }

    /// What is known of the session.
    pub fn session_status(&self) -> SessionStatus {
        self.line.sessions.status()
    }

    /// What is counted of the account's logins.
    pub fn login_tally(&self) -> LoginTally {
        self.line.sessions.login_tally()
    }

    /// Forgets what was counted of the account's logins, so that the next one may go out: a person has put the account
    /// right, or knows that the password is.
    ///
    /// # Errors
    /// The file cannot be removed, or another process was signing in for as long as a call may take.
    pub async fn unlock_logins(&self) -> std::io::Result<()> {
        self.line.sessions.unlock(Instant::now() + self.timeout).await
    }

    /// Sign-ins and sign-outs from now on, for the audit log.
    pub fn session_events(&self) -> broadcast::Receiver<SessionEvent> {
        self.line.sessions.events()
    }

    /// Ends the session for good, for a shutdown: a call that is still under way does not sign in again.
    ///
    /// # Errors
    /// As [`logout`](Self::logout).
    pub async fn close(&self) -> Result<(), Error> {
        self.line.sessions.close();
        self.logout().await
    }

    /// Ends the session; nothing to do when signed out. A later call signs in again.
    ///
    /// # Errors
    /// The session is forgotten in any case; the error says why the ERP may still hold it.
    pub async fn logout(&self) -> Result<(), Error> {
        let subject = Subject {
            operation: "session.logout".to_owned(),
            id: 12,
        };
        self.line
            .sessions
            .log_out(Instant::now() + self.timeout)
            .await
            .map_err(|failure| failure.into_error(subject, Phase::SigningOut))
    }

    fn priority_of(&self, operation: &Operation, arguments: &Arguments) -> Priority {
        let index = operation
            .paging
            .as_ref()
            .and_then(|paging| arguments.get(&paging.index));
        match index.and_then(Value::as_integer) {
            Some(index) if index > 1 => Priority::Bulk,
            _ => self.priority,
        }
    }
}
