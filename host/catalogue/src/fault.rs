//! The error that guests, scripts, the command line and HTTP all see: one kind, the ERP's own words, and a hint.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What went wrong, by what the caller can do about it. Mirrors `kind` in `wit/deps/zhibang-erp/types.wit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The operator did not grant the operation to the caller.
    NotGranted,
    /// The arguments are unsound; nothing was sent.
    Invalid,
    /// The ERP understood and said no.
    Refused,
    /// The record or the path does not exist.
    NotFound,
    /// No session could be had: wrong credentials, a captcha, or a dropped session that could not be renewed.
    Session,
    /// The ERP could not be reached or answered nonsense, and nothing was written.
    Unavailable,
    /// A write went out and nobody saw its outcome.
    Unconfirmed,
    /// A limit of ours was reached: rate, time, or size.
    OverBudget,
}

impl Kind {
    /// Every kind, in the order of the WIT enumeration.
    pub const ALL: [Kind; 8] = [
        Kind::NotGranted,
        Kind::Invalid,
        Kind::Refused,
        Kind::NotFound,
        Kind::Session,
        Kind::Unavailable,
        Kind::Unconfirmed,
        Kind::OverBudget,
    ];

    /// The kind's name in the WIT, in scripts and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Kind::NotGranted => "not-granted",
            Kind::Invalid => "invalid",
            Kind::Refused => "refused",
            Kind::NotFound => "not-found",
            Kind::Session => "session",
            Kind::Unavailable => "unavailable",
            Kind::Unconfirmed => "unconfirmed",
            Kind::OverBudget => "over-budget",
        }
    }

    /// What the kind means, in a sentence.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Kind::NotGranted => "The operator did not grant the operation to the caller.",
            Kind::Invalid => "The arguments are unsound; nothing was sent.",
            Kind::Refused => "The ERP understood and said no.",
            Kind::NotFound => "The record or the path does not exist.",
            Kind::Session => "No session could be had.",
            Kind::Unavailable => {
                "The ERP could not be reached or answered nonsense, and nothing was written."
            }
            Kind::Unconfirmed => "A write went out and nobody saw its outcome.",
            Kind::OverBudget => "A limit of the host was reached: rate, time, or size.",
        }
    }
}

/// One failure of one call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What the caller can do about it.
    pub kind: Kind,
    /// The ERP's own code or the HTTP status, where there was one.
    pub code: Option<i32>,
    /// What happened; the ERP's own words where it spoke.
    pub message: String,
    /// What to do next; empty when there is nothing to add.
    pub hint: String,
}

impl Fault {
    /// A fault without code and hint.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Fault {
            kind,
            code: None,
            message: message.into(),
            hint: String::new(),
        }
    }

    /// The same fault with what to do next.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same fault with the ERP's code.
    pub fn with_code(mut self, code: i32) -> Self {
        self.code = Some(code);
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.kind.name(), self.message)?;
        if !self.hint.is_empty() {
            write!(formatter, " (hint: {})", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}
