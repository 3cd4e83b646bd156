//! How the process ends: the exit codes, documented here and printed by `sunmao --help`.

use std::process::ExitCode;
use sunmao_catalogue::Kind;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Done = 0,
    /// Something failed on this machine, or part of the work was left undone.
    Failed = 1,
    /// The command line or an argument is unsound; nothing was sent.
    Usage = 2,
    /// The configuration or the environment is unsound; nothing was started.
    Configuration = 3,
    /// The ERP understood and said no.
    Refused = 4,
    /// The ERP could not be reached or gave no session; nothing was written.
    Unavailable = 5,
    /// A write went out and nobody saw its outcome.
    Unconfirmed = 6,
    /// No running host answers at the address.
    NoHost = 7,
}

impl Exit {
    /// Every way to end, by code.
    const ALL: [Exit; 8] = [
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Configuration,
        Exit::Refused,
        Exit::Unavailable,
        Exit::Unconfirmed,
        Exit::NoHost,
    ];

    /// The word that stands for it in JSON errors.
    pub fn word(self) -> &'static str {
        match self {
            Exit::Done => "done",
            Exit::Failed => "failed",
            Exit::Usage => "usage",
            Exit::Configuration => "configuration",
            Exit::Refused => "refused",
            Exit::Unavailable => "unavailable",
            Exit::Unconfirmed => "unconfirmed",
            Exit::NoHost => "no-host",
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done",
            Exit::Failed => "failed, or part of the work was left undone",
            Exit::Usage => "unsound command line or argument; nothing was sent",
            Exit::Configuration => "unsound configuration or environment; nothing was started",
            Exit::Refused => "the ERP said no",
            Exit::Unavailable => "the ERP could not be reached or gave no session",
            Exit::Unconfirmed => "a write went out and nobody saw its outcome",
            Exit::NoHost => "no running host answers at --url",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

impl From<Kind> for Exit {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Invalid => Exit::Usage,
            Kind::NotGranted | Kind::Refused | Kind::NotFound => Exit::Refused,
            Kind::Session | Kind::Unavailable | Kind::OverBudget => Exit::Unavailable,
            Kind::Unconfirmed => Exit::Unconfirmed,
        }
    }
}

/// The table of exit codes for `--help`.
pub fn table() -> String {
    let lines = Exit::ALL.map(|exit| format!("  {}  {}", exit as u8, exit.meaning()));
    format!("Exit codes:\n{}", lines.join("\n"))
}
