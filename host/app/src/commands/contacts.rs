//! `sunmao contacts push`: many contacts from a file into a running host.

use super::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use crate::remote::{Remote, Target};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Lines sent in one request.
const PORTION: usize = 500;

/// File contacts in a running host
#[derive(Debug, Args)]
pub struct Contacts {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// File the contacts of a file, one JSON object with an `id` on each line
    Push {
        /// The file
        file: PathBuf,
    },
}

/// What became of the lines so far.
#[derive(Default)]
struct Tally {
    lines: u64,
    accepted: u64,
    changed: u64,
    rejected: Vec<Value>,
}

impl Contacts {
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let remote = self.target.connect(context)?;
        let Action::Push { file } = self.action;
        let mut push = Push::open(&remote, &file)?;
        let sent = push.all().await;
        push.bar.finish_and_clear();
        let outcome = sent.map_err(|failure| push.broken_off(&failure));
        push.tally.print(context.style());
        outcome?;
        match push.tally.rejected.len() {
            0 => Ok(()),
            unsound => Err(Failure::new(
                Exit::Failed,
                file.display().to_string(),
                "",
                format!("{unsound} lines were rejected"),
            )
            .with_hint("correct them and push the file again: what is on disk already costs nothing")),
        }
    }
}

struct Push<'a> {
    remote: &'a Remote,
    file: &'a Path,
    lines: BufReader<File>,
    bar: ProgressBar,
    tally: Tally,
}

impl<'a> Push<'a> {
    fn open(remote: &'a Remote, file: &'a Path) -> Result<Self, Failure> {
        let unread = |error: std::io::Error| unread(file, &error);
        let opened = File::open(file).map_err(unread)?;
        let length = opened.metadata().map_err(unread)?.len();
        Ok(Push {
            remote,
            file,
            lines: BufReader::new(opened),
            bar: bar(length),
            tally: Tally::default(),
        })
    }

    async fn all(&mut self) -> Result<(), Failure> {
        while let Some(portion) = self.portion()? {
            let summary = self.remote.file_contacts(portion.text.clone()).await?;
            self.tally.add(&summary, portion.first_line - 1);
            self.bar.inc(portion.text.len() as u64);
            self.bar.set_message(format!("{} contacts", self.tally.accepted));
            if let (Some(error), true) = (summary.get("error"), summary["lines"] != portion.lines) {
                let message = error["message"].as_str().unwrap_or_default();
                return Err(Failure::new(
                    Exit::Failed,
                    self.file.display().to_string(),
                    "filing",
                    message,
                ));
            }
        }
        Ok(())
    }

    /// The next lines of the file; none at its end.
    fn portion(&mut self) -> Result<Option<Portion>, Failure> {
        let mut portion = Portion {
            first_line: self.tally.lines + 1,
            lines: 0,
            text: String::new(),
        };
        let mut read = 0;
        while read < PORTION {
            let before = portion.text.len();
            if self
                .lines
                .read_line(&mut portion.text)
                .map_err(|error| unread(self.file, &error))?
                == 0
            {
                break;
            }
            read += 1;
            portion.lines += u64::from(!portion.text[before..].trim().is_empty());
        }
        self.tally.lines += read as u64;
        Ok((read > 0).then_some(portion))
    }

    /// The same failure with how far the file came: contacts on disk stay there, and nothing goes on by itself.
    fn broken_off(&self, failure: &Failure) -> Failure {
        let message = format!(
            "broken off after {} contacts: {}",
            self.tally.accepted,
            failure.message()
        );
        Failure::new(failure.exit(), self.file.display().to_string(), "filing", message)
            .with_kind(failure.kind())
            .with_hint("push the file again: what is on disk already costs nothing")
    }
}

struct Portion {
    first_line: u64,
    /// Lines that hold something.
    lines: u64,
    text: String,
}

impl Tally {
    /// Adds a request's summary; its line numbers count from the request's first line.
    fn add(&mut self, summary: &Value, lines_before: u64) {
        self.accepted += summary["accepted"].as_u64().unwrap_or_default();
        self.changed += summary["changed"].as_u64().unwrap_or_default();
        for rejected in summary["rejected"].as_array().into_iter().flatten() {
            let mut rejected = rejected.clone();
            rejected["line"] = json!(rejected["line"].as_u64().unwrap_or_default() + lines_before);
            self.rejected.push(rejected);
        }
    }

    fn print(&self, style: Style) {
        if style == Style::Json {
            return output::json(&json!({
                "lines": self.lines,
                "accepted": self.accepted,
                "changed": self.changed,
                "rejected": self.rejected,
            }));
        }
        for rejected in &self.rejected {
            for fault in rejected["faults"].as_array().into_iter().flatten() {
                output::line(describe(rejected, fault));
            }
        }
        output::line(format!(
            "{} contacts filed, {} of them new or changed; {} lines rejected",
            self.accepted,
            self.changed,
            self.rejected.len()
        ));
    }
}

fn describe(rejected: &Value, fault: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = rejected["id"]
        .as_str()
        .map(|id| format!(" ({id})"))
        .unwrap_or_default();
    let field = match text(&fault["field"]) {
        field if field.is_empty() => field,
        field => format!("{field}: "),
    };
    format!(
        "line {}{id}: {field}{}",
        rejected["line"],
        text(&fault["message"])
    )
}

fn bar(length: u64) -> ProgressBar {
    let bar = ProgressBar::new(length);
    // The template is a constant; should a later indicatif refuse it, its own look serves as well.
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent}%  {msg}  {elapsed}") {
        bar.set_style(style);
    }
    bar
}

fn unread(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        file.display().to_string(),
        "reading",
        error.to_string(),
    )
}
