//! What can go wrong with a call, by what the caller can do about it.

use std::fmt;
use sunmao_catalogue::{Fault, Kind, Operation};

/// What a failed call was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// The operation's full name, such as `customers.list`.
    pub operation: String,
    /// Its menu id.
    pub id: u32,
}

/// How far a call had come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The arguments were looked at.
    Checking,
    /// The call needed a session.
    SigningIn,
    /// It waited for its turn in the budget.
    Waiting,
    /// A connection was opened.
    Connecting,
    /// The request was out; the answer was not yet there.
    Awaiting,
    /// The answer came in.
    Reading,
    /// The answer was complete and understood.
    Answered,
    /// The record was read back after a write.
    ReadingBack,
    /// The session was ended.
    SigningOut,
}

/// What an answer says beyond its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The installation knows no such path.
    UnknownPath,
    /// Anything else.
    Other,
}

/// A client that could not be made, or a call that failed. Neither ever contains the password or the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A setting is unsound; no client was made.
    #[error("setting {setting} {problem} (hint: {hint})")]
    Setting {
        /// The setting's name.
        setting: &'static str,
        /// What is wrong with it.
        problem: String,
        /// What to do.
        hint: &'static str,
    },
    /// A call failed.
    #[error(transparent)]
    Call(Box<Failure>),
}

/// One failed call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{subject}, {phase}: {}: {words} (hint: {hint})", kind.name())]
pub struct Failure {
    /// What it was about.
    pub subject: Subject,
    /// How far it came.
    pub phase: Phase,
    /// What the caller can do about it.
    pub kind: Kind,
    /// What the answer says beyond that.
    pub cause: Cause,
    /// The ERP's code or the HTTP status, where there was one.
    pub code: Option<i32>,
    /// The ERP's own words where it spoke, else ours.
    pub words: String,
    /// What to do.
    pub hint: &'static str,
}

impl Error {
    /// What the caller can do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Error::Setting { .. } => Kind::Invalid,
            Error::Call(failure) => failure.kind,
        }
    }

    /// Whether the installation knows no such path.
    pub fn is_unknown_path(&self) -> bool {
        matches!(self, Error::Call(failure) if failure.cause == Cause::UnknownPath)
    }

    /// Whether the ERP gave an answer of its own to the call itself, a refusal or a missing record among them.
    pub fn is_answer(&self) -> bool {
        let Error::Call(failure) = self else {
            return false;
        };
        let spoke = matches!(failure.kind, Kind::Refused | Kind::NotFound | Kind::Invalid);
        spoke && failure.phase == Phase::Answered && !self.is_unknown_path()
    }

    /// The same failure as guests, scripts and people see it: the words without the operation's name, since they know
    /// what they called.
    pub fn fault(&self) -> Fault {
        match self {
            Error::Setting {
                setting,
                problem,
                hint,
            } => Fault::new(Kind::Invalid, format!("setting {setting} {problem}")).with_hint(*hint),
            Error::Call(failure) => Fault {
                kind: failure.kind,
                code: failure.code,
                message: failure.words.clone(),
                hint: failure.hint.to_owned(),
            },
        }
    }
}

impl Subject {
    pub(crate) fn of(operation: &Operation) -> Self {
        Subject {
            operation: operation.name.clone(),
            id: operation.id,
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} (menu {})", self.operation, self.id)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Phase::Checking => "before sending",
            Phase::SigningIn => "while signing in",
            Phase::Waiting => "while waiting for its turn",
            Phase::Connecting => "while connecting",
            Phase::Awaiting => "while awaiting the answer",
            Phase::Reading => "while reading the answer",
            Phase::Answered => "when the ERP answered",
            Phase::ReadingBack => "when the record was read back",
            Phase::SigningOut => "while signing out",
        })
    }
}
