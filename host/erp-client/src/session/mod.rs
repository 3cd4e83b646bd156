//! The one session all callers share: signing in, one at a time for any number of them, forgetting a dropped session,
//! and signing out.

mod login;
mod logout;
mod recognition;

use crate::Settings;
use crate::attempts::{Attempts, LoginTally};
use crate::budget::Budget;
use crate::transport::{Loss, Transport};
use jiff::Timestamp;
use secrecy::SecretString;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use sunmao_catalogue::Kind;
use tokio::sync::{Mutex, OwnedMutexGuard, broadcast};
use tokio::time::{Instant, timeout_at};

/// What is known of the session, for people.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct SessionStatus {
    /// Whether a session is at hand; the ERP may have dropped it without a word.
    pub signed_in: bool,
    /// When it began.
    pub since: Option<Timestamp>,
    /// The version the ERP said it has.
    pub application_version: Option<String>,
}

/// A sign-in or a sign-out that the ERP was asked for, as it is to be looked up afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEvent {
    /// `session.login` or `session.logout`.
    pub operation: &'static str,
    /// Its menu id.
    pub id: u32,
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub duration: Duration,
    /// How many requests went out: one, or none where there was no connection.
    pub requests: u32,
    /// Why it failed: the kind and the ERP's own words, free of secrets.
    pub failure: Option<(Kind, String)>,
}

/// Events that a slow listener may be behind.
const EVENTS: usize = 1_024;

const CLOSED: &str = "the host is stopping; what was accepted goes on with the next start";

/// A session of the ERP's. `Debug` does not print the token.
#[derive(Debug)]
pub(crate) struct Session {
    token: SecretString,
    since: Timestamp,
    application_version: Option<String>,
    served: AtomicBool,
}

/// The beginning of an event.
struct Begun {
    operation: &'static str,
    id: u32,
    at: Timestamp,
    since: Instant,
}

impl Begun {
    fn now(operation: &'static str, id: u32) -> Self {
        Begun {
            operation,
            id,
            at: Timestamp::now(),
            since: Instant::now(),
        }
    }
}

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoSession {
    pub(crate) kind: Kind,
    pub(crate) code: Option<i32>,
    pub(crate) words: String,
    pub(crate) hint: &'static str,
    /// Whether the ERP was asked at all.
    pub(crate) asked: bool,
    /// Whether a request may have reached it; meant only where it was asked.
    pub(crate) sent: bool,
}

/// The hint after a login that took too long.
const SLOW: &str = "try again; when it goes on, look at the ERP's load and at the timeout";

/// What a session is made with, and the session itself.
#[derive(Debug)]
pub(crate) struct Sessions {
    settings: Settings,
    transport: Arc<Transport>,
    budget: Arc<Budget>,
    attempts: Attempts,
    current: RwLock<Option<Arc<Session>>>,
    /// Held by whoever signs in; holds how the last login failed, for those who waited for it.
    gate: Arc<Mutex<Option<NoSession>>>,
    logins: AtomicU64,
    /// The last login did not bring about a session.
    fails: AtomicBool,
    closed: AtomicBool,
    /// A login has succeeded, so that the installation is of the kind that was named.
    is_known: AtomicBool,
    events: broadcast::Sender<SessionEvent>,
}

impl Session {
    pub(crate) fn token(&self) -> &SecretString {
        &self.token
    }

    /// The ERP took the token at least once.
    pub(crate) fn has_served(&self) -> bool {
        self.served.load(Ordering::Relaxed)
    }

    pub(crate) fn mark_served(&self) {
        self.served.store(true, Ordering::Relaxed);
    }
}

impl NoSession {
    fn unavailable(words: impl Into<String>, hint: &'static str) -> Self {
        NoSession {
            kind: Kind::Unavailable,
            code: None,
            words: words.into(),
            hint,
            asked: false,
            sent: true,
        }
    }

    /// No answer came.
    fn lost(loss: &Loss, hint: &'static str) -> Self {
        NoSession {
            sent: !matches!(loss, Loss::Unsent { .. }),
            ..NoSession::unavailable(loss.to_string(), hint)
        }
    }

    fn asked(self) -> Self {
        NoSession { asked: true, ..self }
    }
}

impl Sessions {
    pub(crate) fn new(settings: Settings, transport: Arc<Transport>, budget: Arc<Budget>) -> Self {
        Sessions {
            attempts: Attempts::of(&settings),
            settings,
            transport,
            budget,
            current: RwLock::default(),
            gate: Arc::default(),
            logins: AtomicU64::new(0),
            fails: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            is_known: AtomicBool::new(false),
            events: broadcast::Sender::new(EVENTS),
        }
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The session at hand.
    pub(crate) fn current(&self) -> Option<Arc<Session>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Forgets a session that the ERP no longer takes, unless it was replaced meanwhile: however many callers see one
    /// session end, it is renewed once.
    pub(crate) fn forget(&self, ended: &Arc<Session>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current
            .as_ref()
            .is_some_and(|session| Arc::ptr_eq(session, ended))
        {
            *current = None;
        }
    }

    /// Makes sure that there is a session. Whoever comes first signs in; the others wait for the outcome and share it,
    /// a failure too, so that one wrong password costs one attempt.
    pub(crate) async fn sign_in(self: &Arc<Self>, deadline: Instant) -> Result<(), NoSession> {
        let seen = self.logins.load(Ordering::Acquire);
        let late = |_| NoSession::unavailable("signing in took longer than the call may take", SLOW);
        let gate = timeout_at(deadline, Arc::clone(&self.gate).lock_owned())
            .await
            .map_err(late)?;
        if self.current().is_some() {
            return Ok(());
        }
        if let (true, Some(failure)) = (self.logins.load(Ordering::Acquire) > seen, &*gate) {
            return Err(failure.clone());
        }
        // A task of its own, so that a caller who goes away leaves neither a login without a tally nor others waiting.
        let login = tokio::spawn(Arc::clone(self).log_in(gate));
        match timeout_at(deadline, login).await.map_err(late)? {
            Ok(outcome) => outcome,
            Err(_) => Err(NoSession::unavailable("signing in was broken off", SLOW)),
        }
    }

    async fn log_in(self: Arc<Self>, mut gate: OwnedMutexGuard<Option<NoSession>>) -> Result<(), NoSession> {
        if self.closed.load(Ordering::Acquire) {
            return Err(NoSession::unavailable(
                "not signed in: the client was closed",
                CLOSED,
            ));
        }
        let begun = Begun::now("session.login", 11);
        let outcome = self.new_session().await;
        // A login that was held back asked the ERP nothing.
        if outcome.as_ref().err().is_none_or(|failure| failure.asked) {
            self.tell(begun, outcome.as_ref().err());
        }
        self.fails.store(outcome.is_err(), Ordering::Release);
        self.logins.fetch_add(1, Ordering::Release);
        match outcome {
            Ok(session) => {
                *gate = None;
                self.is_known.store(true, Ordering::Relaxed);
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(session));
                Ok(())
            }
            Err(failure) => {
                *gate = Some(failure.clone());
                Err(failure)
            }
        }
    }

    pub(crate) fn login_tally(&self) -> LoginTally {
        self.attempts.report(Timestamp::now())
    }

    pub(crate) async fn unlock(&self, deadline: Instant) -> std::io::Result<()> {
        self.attempts.clear(deadline).await
    }

    pub(crate) fn events(&self) -> broadcast::Receiver<SessionEvent> {
        self.events.subscribe()
    }

    /// Whether there is no session, and the last login did not bring one about.
    pub(crate) fn cannot_sign_in(&self) -> bool {
        self.fails.load(Ordering::Acquire) && self.current().is_none()
    }

    /// No login goes out any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    fn tell(&self, begun: Begun, failure: Option<&NoSession>) {
        // Nobody listening is no fault.
        let _ = self.events.send(SessionEvent {
            operation: begun.operation,
            id: begun.id,
            at: begun.at,
            duration: begun.since.elapsed(),
            requests: u32::from(failure.is_none_or(|failure| failure.sent)),
            failure: failure.map(|failure| (failure.kind, failure.words.clone())),
        });
    }

    pub(crate) fn status(&self) -> SessionStatus {
        self.current()
            .map_or_else(SessionStatus::default, |session| SessionStatus {
                signed_in: true,
                since: Some(session.since),
                application_version: session.application_version.clone(),
            })
    }
}
