//! Calls: a session, a turn, the request, the answer.

use crate::budget::{Budget, Exceeded};
use crate::decode::{self, Reason};
use crate::encode::{self, TokenName};
use crate::error::{Phase, Subject};
use crate::failure::Report;
use crate::session::{NoSession, Session, SessionEvent, SessionStatus, Sessions};
use crate::transport::{Reply, Transport};
use crate::{Error, Settings};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Dialect, Operation};
use tokio::sync::broadcast;
use tokio::time::Instant;

/// Most renewals in one call. The second and third only happen when sessions that had served were dropped meanwhile.
const RENEWALS: u32 = 3;

/// Talks to one ERP under one account. Clones are cheap and share the session, the connections and the budget.
#[derive(Debug, Clone)]
pub struct ErpClient {
    sessions: Arc<Sessions>,
    transport: Arc<Transport>,
    budget: Arc<Budget>,
    timeout: Duration,
    /// What this installation calls the token in `helper` operations, once one of them was answered.
    token_name: Arc<OnceLock<TokenName>>,
}

impl ErpClient {
    /// Checks the settings; signs in with the first call, not before.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first unsound setting.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let requests_per_second = settings.check()?;
        let budget = Arc::new(Budget::new(requests_per_second, settings.concurrency));
        let transport = Arc::new(Transport::new(&settings)?);
        Ok(ErpClient {
            timeout: settings.timeout,
            token_name: Arc::default(),
            sessions: Arc::new(Sessions::new(
                settings,
                Arc::clone(&transport),
                Arc::clone(&budget),
            )),
            transport,
            budget,
        })
    }

    /// Calls an operation once. A call that the ERP turned down for want of a session is sent again with a new one,
    /// writes too, since nothing was done; nothing else is repeated here.
    ///
    /// A page whose list does not say how long it is has a `count` and `total` of zero. A caller that drops the future
    /// of a write must look up what became of it.
    ///
    /// # Errors
    /// Every [`Kind`](sunmao_catalogue::Kind) but `NotGranted`. `Unconfirmed` is only for writes: the request may have
    /// arrived, and no sound answer came back.
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
        let started = Instant::now();
        let limit = limit.min(self.timeout);
        let report = Report::of(operation, limit);
        let outcome = match operation.is_business() {
            true => self.answer(operation, arguments, &report, started + limit).await,
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

    /// What is known of the session.
    pub fn session_status(&self) -> SessionStatus {
        self.sessions.status()
    }

    /// Sign-ins and sign-outs from now on, for the audit log.
    pub fn session_events(&self) -> broadcast::Receiver<SessionEvent> {
        self.sessions.events()
    }

    /// Ends the session for good, for a shutdown: a call that is still under way does not sign in again.
    ///
    /// # Errors
    /// As [`logout`](Self::logout).
    pub async fn close(&self) -> Result<(), Error> {
        self.sessions.close();
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
        self.sessions
            .log_out(Instant::now() + self.timeout)
            .await
            .map_err(|failure| failure.into_error(subject, Phase::SigningOut))
    }

    async fn answer(
        &self,
        operation: &Operation,
        arguments: &Arguments,
        report: &Report<'_>,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let mut renewals = 0;
        let mut tried = TokenName::Token;
        loop {
            let name = self.token_name.get().copied().unwrap_or(tried);
            let (session, reply) = self
                .exchange(operation, arguments, name, report, deadline)
                .await?;
            let secrets = [session.token(), &self.sessions.settings().password];
            let outcome = decode::answer(operation, arguments, reply.status, &reply.body);
            let reason = outcome.as_ref().err().map(|rejection| rejection.reason);
            if matches!(reason, None | Some(Reason::Refused | Reason::MissingRecord)) {
                session.mark_served();
            }
            if reason.is_none() && operation.dialect == Dialect::Helper {
                self.token_name.get_or_init(|| name);
            }
            let rejection = match outcome {
                Ok(answer) => return Ok(answer),
                Err(rejection) if rejection.reason == Reason::Expired => rejection,
                Err(rejection) => return Err(report.rejected(rejection, &secrets)),
            };
            if self.may_be_misnamed(operation, tried) {
                tried = TokenName::Session;
                continue;
            }
            // A new session that is turned down at its first use will not get better by another login.
            if renewals == RENEWALS || (renewals > 0 && !session.has_served()) {
                return Err(report.rejected(rejection, &secrets));
            }
            tracing::info!(operation = operation.name, "the ERP dropped the session");
            self.sessions.forget(&session);
            renewals += 1;
            tried = TokenName::Token;
        }
    }

    /// Whether a `helper` operation that did not take the session may want the token under its other name: asking again
    /// costs a call, where a new login would cost everybody's session.
    fn may_be_misnamed(&self, operation: &Operation, tried: TokenName) -> bool {
        operation.dialect == Dialect::Helper && tried == TokenName::Token && self.token_name.get().is_none()
    }

    /// One request and its answer. Nobody keeps a seat while waiting for a login, which needs one itself.
    async fn exchange(
        &self,
        operation: &Operation,
        arguments: &Arguments,
        name: TokenName,
        report: &Report<'_>,
        deadline: Instant,
    ) -> Result<(Arc<Session>, Reply), Error> {
        let late = |Exceeded| report.turn_did_not_come();
        loop {
            let seat = self.budget.seat(deadline).await.map_err(late)?;
            if self.sessions.current().is_none() {
                drop(seat);
                let no_session =
                    |failure: NoSession| failure.into_error(Subject::of(operation), Phase::SigningIn);
                self.sessions.sign_in(deadline).await.map_err(no_session)?;
                continue;
            }
            self.budget.pace(deadline).await.map_err(late)?;
            let Some(session) = self.sessions.current() else {
                continue;
            };
            let request = encode::request(operation, arguments, &session, name)
                .map_err(|unwritable| report.unwritable(unwritable))?;
            if Instant::now() >= deadline {
                return Err(late(Exceeded));
            }
            let posted = self.transport.post(request, deadline).await;
            return match posted {
                Ok(reply) => Ok((session, reply)),
                Err(loss) => Err(report.lost(loss)),
            };
        }
    }
}
