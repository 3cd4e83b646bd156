//! One call from end to end: the form that the installation knows, a session, a turn, the request, the answer, and
//! repetitions where nothing can be done twice.

mod codes;

use crate::breaker::{Breaker, Leave};
use crate::budget::{Budget, Exceeded, Priority};
use crate::decode::{self, Reason, Rejection};
use crate::encode::{self, TokenName};
use crate::error::{Phase, Subject};
use crate::failure::Report;
use crate::form_choice::OtherForm;
use crate::labels::Labels;
use crate::learned::Learning;
use crate::session::{NoSession, Session, Sessions};
use crate::transport::{Loss, Reply, Transport};
use crate::{Error, Outgoing, Settings};
use backon::{BackoffBuilder, ExponentialBuilder};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use sunmao_catalogue::{Answer, Arguments, Catalogue, Dialect, Kind, Operation};
use tokio::time::{Instant, sleep};

/// Most renewals in one attempt. The second and third only happen when sessions that had served were dropped meanwhile.
const RENEWALS: u32 = 3;

/// How long the first repetition waits at least; the second waits about twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Longest time the ERP may ask to be left alone; what is beyond is a mistake of the server's.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// From here on it is no use to line up and wait: whoever has work for the ERP is told to keep it.
const LONG_PAUSE: Duration = Duration::from_secs(10);

/// What all calls of one account share.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) sessions: Arc<Sessions>,
    transport: Arc<Transport>,
    budget: Arc<Budget>,
    pub(crate) breaker: Breaker,
    labels: Labels,
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) learning: Learning,
    /// What this installation calls the token in `helper` operations, once one of them was answered.
    token_name: OnceLock<TokenName>,
    /// Operations whose path it does not know, by menu id, where the vendor lists another form.
    unknown_forms: Mutex<HashSet<u32>>,
}

/// One call, as every step of it wants to know it.
pub(crate) struct Call<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) arguments: &'a Arguments,
    pub(crate) priority: Priority,
    pub(crate) deadline: Instant,
    pub(crate) report: &'a Report<'a>,
    pub(crate) outgoing: &'a Outgoing<'a>,
    pub(crate) errand: Errand,
}

/// Whose request it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Of the call that was asked for.
    Asked,
    /// Of a look-up or a read-back that it needs.
    Aside,
}

/// A failed attempt.
pub(crate) struct Failed {
    error: Error,
    next: Next,
}

impl Failed {
    /// Whether the ERP said that there is no such record; an unknown path says nothing of records.
    pub(crate) fn is_missing_record(&self) -> bool {
        self.next == Next::Settled && self.error.kind() == Kind::NotFound
    }

    pub(crate) fn into_error(self) -> Error {
        self.error
    }
}

/// What a failed attempt leaves to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Nothing: the ERP has spoken, or the time is up.
    Settled,
    /// Nothing, and nothing went out, by our own choice.
    HeldBack,
    /// The installation does not know the path.
    OtherForm,
    /// Nothing was sent: the ERP was not reached.
    Unreached,
    /// The ERP turned the call away without looking at it, and may have said for how long.
    TurnedAway(Option<Duration>),
    /// The ERP may have done it. `alive` says whether anything but a broken server spoke.
    Unseen { alive: bool },
}

impl Line {
    pub(crate) fn new(settings: Settings) -> Result<Self, Error> {
        let requests_per_second = settings.check()?;
        if let Some(doubt) = settings.doubt() {
            tracing::warn!("{doubt}");
        }
        let budget = Arc::new(Budget::new(requests_per_second, settings.concurrency));
        let transport = Arc::new(Transport::new(&settings)?);
        Ok(Line {
            breaker: Breaker::new(settings.breaker_failures),
            labels: Labels::new(settings.labels_age),
            sessions: Arc::new(Sessions::new(
                settings,
                Arc::clone(&transport),
                Arc::clone(&budget),
            )),
            transport,
            budget,
            catalogue: Catalogue::shared(),
            learning: Learning::default(),
            token_name: OnceLock::new(),
            unknown_forms: Mutex::default(),
        })
    }

    /// Calls the form of the operation that the installation knows. Its version tells; where it does not, an unknown
    /// path does.
    pub(crate) async fn known_form(&self, call: &Call<'_>) -> Result<Answer, Error> {
        let other = self.catalogue.other_form(call.operation);
        let Some(form) = other.and_then(|other| OtherForm::of(call.operation, other)) else {
            return self.repeated(call).await.map_err(|failed| failed.error);
        };
        let status = self.sessions.status();
        let version = status.application_version.as_deref();
        if !form.is_called_for(version) && !self.is_unknown(call.operation) {
            match self.repeated(call).await {
                Err(failed) if failed.next == Next::OtherForm => self.note_unknown(call.operation),
                outcome => return outcome.map_err(|failed| failed.error),
            }
        }
        let arguments = form.arguments(call.arguments);
        let arguments =
            &arguments.map_err(|lacking| call.report.no_form(form.operation(), version, &lacking))?;
        let call = Call {
            operation: form.operation(),
            arguments,
            ..*call
        };
        let outcome = self.repeated(&call).await;
        outcome
            .map(|answer| form.answer(answer))
            .map_err(|failed| failed.error)
    }

    fn is_unknown(&self, operation: &Operation) -> bool {
        let unknown = self.unknown_forms.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.contains(&operation.id)
    }

    fn note_unknown(&self, operation: &Operation) {
        let mut unknown = self.unknown_forms.lock().unwrap_or_else(PoisonError::into_inner);
        unknown.insert(operation.id);
    }

    /// Attempts a call until it is settled, the repetitions are used up, or the next would come too late.
    pub(crate) async fn repeated(&self, call: &Call<'_>) -> Result<Answer, Failed> {
        let retries = self.sessions.settings().retries;
        let mut pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_times(retries as usize)
            .with_jitter()
            .build();
        let mut earlier = None;
        loop {
            let leave = self.breaker.ask().map_err(|left| Failed {
                error: call.report.left_alone(left),
                next: Next::HeldBack,
            })?;
            let outcome = self.attempt(call).await;
            tell(leave, &outcome);
            let failed = match outcome {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let wanted = match failed.next {
                // Why the login before came to nothing says more than that another is not due yet.
                Next::HeldBack => return Err(earlier.unwrap_or(failed)),
                Next::Settled | Next::OtherForm => return Err(failed),
                Next::Unseen { .. } if !call.operation.is_read() => return Err(failed),
                Next::TurnedAway(wanted) => wanted,
                Next::Unreached | Next::Unseen { .. } => None,
            };
            if let Some(wanted) = wanted {
                let until = Instant::now() + wanted.min(LONGEST_PAUSE);
                self.budget.pause(until);
                if wanted >= LONG_PAUSE {
                    self.breaker.rest(until);
                }
            }
            let Some(pause) = pauses.next() else {
                return Err(failed);
            };
            let pause = pause.max(wanted.unwrap_or_default());
            if Instant::now() + pause >= call.deadline {
                return Err(failed);
            }
            tracing::debug!(operation = call.operation.name, ?pause, error = %failed.error, "to be repeated");
            earlier = Some(failed);
            sleep(pause).await;
        }
    }

    /// One attempt. A call that the ERP turned down for want of a session is sent again with a new one, writes too, since
    /// nothing was done.
    async fn attempt(&self, call: &Call<'_>) -> Result<Answer, Failed> {
        let mut renewals = 0;
        let mut tried = TokenName::Token;
        loop {
            let name = self.token_name.get().copied().unwrap_or(tried);
            let (session, reply) = self.exchange(call, name).await?;
            let settings = self.sessions.settings();
            let outcome = decode::answer(
                &settings.installation,
                call.operation,
                call.arguments,
                reply.status,
                &reply.body,
            );
            let reason = outcome.as_ref().err().map(|rejection| rejection.reason);
            if matches!(reason, None | Some(Reason::Refused | Reason::MissingRecord)) {
                session.mark_served();
            }
            if reason.is_none() && call.operation.dialect == Dialect::Helper {
                self.token_name.get_or_init(|| name);
            }
            let rejected = |rejection: Rejection| Failed {
                next: after(&rejection, &reply),
                error: call
                    .report
                    .rejected(rejection, &[session.token(), &settings.password]),
            };
            let rejection = match outcome {
                Ok(answer) => return Ok(answer),
                Err(rejection) if rejection.reason == Reason::Expired => rejection,
                Err(rejection) => return Err(rejected(rejection)),
            };
            if self.may_be_misnamed(call.operation, tried) {
                tried = TokenName::Session;
                continue;
            }
            // A new session that is turned down at its first use will not get better by another login.
            if renewals == RENEWALS || (renewals > 0 && !session.has_served()) {
                return Err(rejected(rejection));
            }
            tracing::info!(operation = call.operation.name, "the ERP dropped the session");
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
    async fn exchange(&self, call: &Call<'_>, name: TokenName) -> Result<(Arc<Session>, Reply), Failed> {
        let settled = |error: Error| Failed {
            error,
            next: Next::Settled,
        };
        let held_back = |error: Error| Failed {
            error,
            next: Next::HeldBack,
        };
        let late = |Exceeded| held_back(call.report.turn_did_not_come());
        loop {
            let seat = self.budget.seat(call.priority, call.deadline).await;
            let seat = seat.map_err(late)?;
            if self.sessions.current().is_none() {
                drop(seat);
                let signed_in = self.sessions.sign_in(call.deadline).await;
                signed_in.map_err(|failure| not_signed_in(call.operation, failure))?;
                continue;
            }
            self.budget.pace(call.deadline).await.map_err(late)?;
            let Some(session) = self.sessions.current() else {
                continue;
            };
            let installation = &self.sessions.settings().installation;
            let request = encode::request(installation, call.operation, call.arguments, &session, name)
                .map_err(|unwritable| settled(call.report.unwritable(unwritable)))?;
            if call.errand == Errand::Asked {
                let let_out = call.outgoing.let_out().await;
                let_out.map_err(|why| held_back(call.report.held_back(why)))?;
            }
            if Instant::now() >= call.deadline {
                return Err(late(Exceeded));
            }
            call.outgoing.sending();
            let posted = self.transport.post(request, call.deadline).await;
            if matches!(posted, Err(Loss::Unsent { .. })) {
                call.outgoing.unsent();
            }
            return posted.map(|reply| (session, reply)).map_err(|loss| Failed {
                next: match loss {
                    Loss::Unsent { .. } => Next::Unreached,
                    Loss::TooLarge(_) => Next::Settled,
                    Loss::NoAnswer(_) | Loss::Late | Loss::Torn(_) => Next::Unseen { alive: false },
                },
                error: call.report.lost(loss),
            });
        }
    }
}

fn not_signed_in(operation: &Operation, failure: NoSession) -> Failed {
    Failed {
        next: match (failure.asked, failure.kind) {
            (false, _) => Next::HeldBack,
            (true, Kind::Unavailable) => Next::Unreached,
            (true, _) => Next::Settled,
        },
        error: failure.into_error(Subject::of(operation), Phase::SigningIn),
    }
}

/// What an answer that is none leaves to do.
fn after(rejection: &Rejection, reply: &Reply) -> Next {
    match rejection.reason {
        Reason::TurnedAway => Next::TurnedAway(reply.retry_after),
        Reason::UnknownPath => Next::OtherForm,
        // A web server or a gateway that speaks for an ERP which does not.
        Reason::Broken => Next::Unseen {
            alive: !matches!(reply.status.as_u16(), 502..=504),
        },
        Reason::Expired | Reason::Refused | Reason::MissingRecord | Reason::Misdeclared(_) => Next::Settled,
    }
}

/// Tells the breaker what became of an attempt. One that never went out says nothing of the ERP.
fn tell(leave: Leave<'_>, outcome: &Result<Answer, Failed>) {
    let Err(failed) = outcome else {
        return leave.answered();
    };
    match failed.next {
        Next::Unreached | Next::Unseen { alive: false } => leave.failed(),
        Next::HeldBack => drop(leave),
        Next::Settled if failed.error.kind() == Kind::OverBudget => drop(leave),
        Next::Settled | Next::OtherForm | Next::TurnedAway(_) | Next::Unseen { alive: true } => {
            leave.answered();
        }
    }
}
