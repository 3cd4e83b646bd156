//! The tally as people and programs look at it.

use super::Tally;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// What is counted of the logins under an account's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LoginTally {
    /// Logins in a row that the ERP turned down by its own words. After two, none is sent.
    pub wrong: u32,
    /// Logins in a row whose outcome nobody saw: cut short, or without an answer that says anything.
    pub unseen: u32,
    /// Whether the ERP asked for a captcha, after which none is sent.
    pub captcha: bool,
    /// When the next login may go out: a time that is past or none at all means at once. Of no use where `stopped`.
    pub next: Option<Timestamp>,
    /// Whether no login is sent until the credentials change or a person lets it.
    pub stopped: bool,
    /// Where it is counted; none where only this process counts.
    pub file: Option<PathBuf>,
    /// Why it is not counted there.
    pub problem: Option<String>,
}

impl LoginTally {
    pub(super) fn of(tally: Tally, now: Timestamp, file: Option<PathBuf>, problem: Option<String>) -> Self {
        use super::Withheld::{Captcha, WrongCredentials};
        LoginTally {
            wrong: tally.wrong,
            unseen: tally.unseen,
            captcha: tally.captcha,
            next: tally.next().filter(|next| *next > now),
            stopped: matches!(tally.allow(now), Err(Captcha | WrongCredentials)),
            file,
            problem,
        }
    }
}

impl fmt::Display for LoginTally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} wrong, {} unseen", self.wrong, self.unseen)?;
        match (self.captcha, self.stopped, self.next) {
            (true, ..) => formatter.write_str(", a captcha is asked for: none is sent")?,
            (false, true, _) => formatter.write_str(", none is sent any more")?,
            (false, false, Some(next)) => write!(formatter, ", the next one not before {next:.0}")?,
            (false, false, None) => formatter.write_str(", the next one may go at once")?,
        }
        match &self.problem {
            Some(problem) => write!(formatter, "; counted in this process alone: {problem}"),
            None => Ok(()),
        }
    }
}
