//! What a failed call is reported as: its kind, by whether it may have written, and what to do next.

use crate::decode::{Reason, Rejection};
use crate::encode::Unwritable;
use crate::error::{Cause, Failure, Phase, Subject};
use crate::session::NoSession;
use crate::transport::Loss;
use crate::{Error, HeldBack, words};
use secrecy::SecretString;
use std::time::Duration;
use sunmao_catalogue::{Field, Kind, Operation};

const NOT_FOR_CALLERS: &str = "leave signing in and out to the client; it does both by itself";

const UNWRITABLE: &str =
    "this is a fault of Sunmao or of the ERP's token; report it with the operation's name";

const OVER_BUDGET: &str = "send fewer calls at once, or raise the rate, the concurrency or the timeout of the ERP \
                           settings if the server can bear it";

const UNREACHABLE: &str =
    "nothing was sent: check the base URL and that the ERP is up and reachable from this machine";

const UNAVAILABLE: &str =
    "nothing was written: try again later; when it goes on, look at the ERP and the network";

const UNCONFIRMED: &str = "look the record up by its key or number before you send it again";

const TOO_LARGE: &str = "ask for fewer rows a page, or filter more narrowly";

const REFUSED: &str = "the ERP's words say what it wants changed; nothing was written";

const TURNED_AWAY: &str = "nothing was done: lower requests_per_second and concurrency of the ERP settings, or ask \
                           again later";

const LEFT_ALONE: &str = "nothing was sent: the last calls failed one after the other, so the ERP is left alone for a \
                          moment; look whether it is up and reachable";

const MISSING_RECORD: &str = "check the key; the record may have been deleted";

const UNKNOWN_PATH: &str = "this installation does not know the path: check its version, its licensed modules, and the \
                            path in front of /webapi in the base URL";

const OTHER_FORM: &str = "call the other form by its own name with the parameters it has; `sunmao operations show` \
                          lists them";

const NO_PAGES: &str = "call it without asking for pages";

const UNSOUND_LIST: &str = "ask for the pages one by one and look at what comes";

const UNKNOWN_LABEL: &str = "write the label exactly as the ERP shows it, or give the code";

const AMBIGUOUS_LABEL: &str = "give one of the codes";

const EXPIRED: &str = "a renewed session was not taken either: see whether another program signs in with the same \
                       account and device name";

/// Reports the failures of one call.
pub(crate) struct Report<'a> {
    operation: &'a Operation,
    limit: Duration,
}

impl<'a> Report<'a> {
    pub(crate) fn of(operation: &'a Operation, limit: Duration) -> Self {
        Report { operation, limit }
    }

    /// Login and logout belong to the client.
    pub(crate) fn not_for_callers(&self) -> Error {
        let words = "the session is the client's own".to_owned();
        self.error(Phase::Checking, Kind::Invalid, None, words, NOT_FOR_CALLERS)
    }

    pub(crate) fn unwritable(&self, unwritable: Unwritable) -> Error {
        self.error(Phase::Checking, Kind::Invalid, None, unwritable.0, UNWRITABLE)
    }

    /// The budget let nobody through before the deadline; nothing was sent.
    pub(crate) fn turn_did_not_come(&self) -> Error {
        let words = format!("its turn did not come within {} ms", self.limit.as_millis());
        self.error(Phase::Waiting, Kind::OverBudget, None, words, OVER_BUDGET)
    }

    /// The breaker is open; nothing was sent.
    pub(crate) fn left_alone(&self, left: Duration) -> Error {
        let words = format!("the ERP is not asked for another {} ms", left.as_millis());
        self.error(Phase::Waiting, Kind::Unavailable, None, words, LEFT_ALONE)
    }

    /// The caller let nothing out; nothing was sent.
    pub(crate) fn held_back(&self, why: HeldBack) -> Error {
        self.error(Phase::Waiting, Kind::Unavailable, None, why.words, why.hint)
    }

    /// The installation does not have the form that was asked for, and the other does not take what was given.
    pub(crate) fn no_form(&self, other: &Operation, version: Option<&str>, lacking: &[String]) -> Error {
        let version = version.map(|version| format!(" ({version})")).unwrap_or_default();
        let words = format!(
            "this installation{version} does not have it, and its other form, {} (menu {}), has no way to say: {}",
            other.name,
            other.id,
            lacking.join(", ")
        );
        self.error(Phase::Checking, Kind::NotFound, None, words, OTHER_FORM)
    }

    /// Not every list comes in pages.
    pub(crate) fn no_pages(&self) -> Error {
        let words = "is no list with pages".to_owned();
        self.error(Phase::Checking, Kind::Invalid, None, words, NO_PAGES)
    }

    /// The pages do not make a list.
    pub(crate) fn unsound_list(&self, words: String) -> Error {
        self.error(Phase::Answered, Kind::Unavailable, None, words, UNSOUND_LIST)
    }

    /// The ERP said yes, or nothing at all, and the record says otherwise.
    pub(crate) fn not_shown(&self, place: &str, why: &str) -> Error {
        let words = format!("not seen in {place}: {why}");
        self.error(Phase::ReadingBack, Kind::Unconfirmed, None, words, UNCONFIRMED)
    }

    /// The ERP said yes, and the record could not be looked at.
    pub(crate) fn not_looked_at(&self, place: &str, why: &Error) -> Error {
        let words = format!("the ERP said yes, and {place} could not be looked at: {why}");
        self.error(Phase::ReadingBack, Kind::Unconfirmed, None, words, UNCONFIRMED)
    }

    /// A label that the look-up does not know.
    pub(crate) fn unknown_label(&self, field: &Field, label: &str, lookup: &Operation) -> Error {
        let words = format!("{}: nothing in {} is called {label:?}", field.name, lookup.name);
        self.error(Phase::Checking, Kind::Invalid, None, words, UNKNOWN_LABEL)
    }

    /// A label of several records.
    pub(crate) fn ambiguous_label(&self, field: &Field, label: &str, codes: &[i64]) -> Error {
        let codes: Vec<String> = codes.iter().map(i64::to_string).collect();
        let words = format!(
            "{}: {label:?} is the label of several codes: {}",
            field.name,
            codes.join(", ")
        );
        self.error(Phase::Checking, Kind::Invalid, None, words, AMBIGUOUS_LABEL)
    }

    /// No answer came.
    pub(crate) fn lost(&self, loss: Loss) -> Error {
        let words = match loss {
            Loss::Late => format!("no answer within {} ms", self.limit.as_millis()),
            ref loss => loss.to_string(),
        };
        let (phase, kind, hint) = match loss {
            Loss::Unsent { hint, .. } => (Phase::Connecting, Kind::Unavailable, hint.unwrap_or(UNREACHABLE)),
            Loss::Late | Loss::NoAnswer(_) => (Phase::Awaiting, self.unseen(), self.unseen_hint()),
            Loss::Torn(_) => (Phase::Reading, self.unseen(), self.unseen_hint()),
            Loss::TooLarge(_) if self.operation.is_read() => (Phase::Reading, Kind::OverBudget, TOO_LARGE),
            Loss::TooLarge(_) => (Phase::Reading, Kind::Unconfirmed, UNCONFIRMED),
        };
        self.error(phase, kind, None, words, hint)
    }

    /// An answer came that is none. A server may echo what it was sent, so the secrets are taken out of its words.
    pub(crate) fn rejected(&self, rejection: Rejection, secrets: &[&SecretString]) -> Error {
        let words = words::shown(&rejection.words, secrets);
        let (kind, hint) = match rejection.reason {
            Reason::Expired => (Kind::Session, EXPIRED),
            Reason::Refused => (Kind::Refused, REFUSED),
            Reason::MissingRecord => (Kind::NotFound, MISSING_RECORD),
            Reason::UnknownPath => (Kind::NotFound, UNKNOWN_PATH),
            Reason::TurnedAway => (Kind::OverBudget, TURNED_AWAY),
            Reason::Misdeclared(hint) => (self.unseen(), hint),
            Reason::Broken => (self.unseen(), self.unseen_hint()),
        };
        let cause = match rejection.reason {
            Reason::UnknownPath => Cause::UnknownPath,
            _ => Cause::Other,
        };
        let failure = self.failure(Phase::Answered, kind, rejection.code, words, hint);
        Error::Call(Box::new(Failure { cause, ..failure }))
    }

    /// The kind of a request that may have arrived and whose outcome nobody saw.
    fn unseen(&self) -> Kind {
        match self.operation.is_read() {
            true => Kind::Unavailable,
            false => Kind::Unconfirmed,
        }
    }

    fn unseen_hint(&self) -> &'static str {
        match self.operation.is_read() {
            true => UNAVAILABLE,
            false => UNCONFIRMED,
        }
    }

    fn error(&self, phase: Phase, kind: Kind, code: Option<i32>, words: String, hint: &'static str) -> Error {
        Error::Call(Box::new(self.failure(phase, kind, code, words, hint)))
    }

    fn failure(
        &self,
        phase: Phase,
        kind: Kind,
        code: Option<i32>,
        words: String,
        hint: &'static str,
    ) -> Failure {
        Failure {
            subject: Subject::of(self.operation),
            phase,
            kind,
            cause: Cause::Other,
            code,
            words,
            hint,
        }
    }
}

impl NoSession {
    pub(crate) fn into_error(self, subject: Subject, phase: Phase) -> Error {
        Error::Call(Box::new(Failure {
            subject,
            phase,
            kind: self.kind,
            cause: Cause::Other,
            code: self.code,
            words: self.words,
            hint: self.hint,
        }))
    }
}
