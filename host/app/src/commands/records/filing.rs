//! Filing the lines of a file, portion by portion.

use super::segment;
use super::writing::Writing;
use crate::api::errors::MemberFault;
use crate::api::filing::{FilingSummary, RejectedLine};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::http::{LARGEST_BODY, is_array};
use crate::lines::unicode::unicode;
use crate::lines::{Line, Lines};
use crate::output::bar::bar;
use crate::output::{self, Style};
use crate::remote::Remote;
use indicatif::ProgressBar;
use serde::Serialize;
use std::path::Path;
use sunmao_runtime::text::TextFault;
use tokio::fs::File;
use tokio::io::{AsyncBufRead, AsyncRead, BufReader};
use tokio_util::io::{ReaderStream, StreamReader};

/// The name that stands for standard input.
const STANDARD_INPUT: &str = "-";
/// Most lines sent in one request.
const PORTION: usize = 500;
/// Once a request has this many bytes it takes no more lines: far less than the host accepts in one.
const PORTION_BYTES: usize = 8 * 1024 * 1024;

/// Files the records of a file, one on each line.
pub(super) async fn file(remote: &Remote, kind: &str, file: &Path, style: Style) -> Result<(), Failure> {
    let mut filing = Filing::open(remote, kind, file).await?;
    let sent = filing.all().await;
    filing.bar.finish_and_clear();
    filing.tally.print(style);
    sent?;
    match filing.tally.rejected.len() {
        0 => Ok(()),
        unsound => Err(Failure::new(
            Exit::Failed,
            file.display().to_string(),
            "",
            format!("{unsound} lines were rejected"),
        )
        .with_hint("correct them and file it again: what is on disk already costs nothing")),
    }
}

/// What became of the lines so far.
#[derive(Default, Serialize)]
struct Tally {
    lines: u64,
    accepted: u64,
    changed: u64,
    rejected: Vec<RejectedLine>,
}

struct Filing<'a> {
    remote: &'a Remote,
    kind: &'a str,
    file: &'a Path,
    lines: Lines<Box<dyn AsyncBufRead + Send + Unpin>>,
    writing: Writing,
    /// Lines that hold something.
    filed_lines: u64,
    bar: ProgressBar,
    tally: Tally,
}

impl<'a> Filing<'a> {
    async fn open(remote: &'a Remote, kind: &'a str, file: &'a Path) -> Result<Self, Failure> {
        let unread = |error: std::io::Error| unread(file, &error);
        let (source, length): (Box<dyn AsyncRead + Send + Unpin>, u64) =
            match file == Path::new(STANDARD_INPUT) {
                true => (Box::new(tokio::io::stdin()), 0),
                false => {
                    let opened = File::open(file).await.map_err(unread)?;
                    let length = opened.metadata().await.map_err(unread)?.len();
                    (Box::new(opened), length)
                }
            };
        let text: Box<dyn AsyncBufRead + Send + Unpin> = Box::new(BufReader::new(StreamReader::new(
            unicode(ReaderStream::new(source)),
        )));
        Ok(Filing {
            remote,
            kind,
            file,
            lines: Lines::new(text, LARGEST_BODY),
            writing: Writing::Plain,
            filed_lines: 0,
            bar: bar(length),
            tally: Tally::default(),
        })
    }

    async fn all(&mut self) -> Result<(), Failure> {
        while let Some(portion) = self.portion().await? {
            if portion.lines > 0 {
                self.send(portion).await?;
            }
            self.bar.set_position(self.lines.position());
            self.bar.set_message(format!("{} records", self.tally.accepted));
        }
        Ok(())
    }

    async fn send(&mut self, portion: Portion) -> Result<(), Failure> {
        let sent = self.remote.file(&segment(self.kind), portion.text).await;
        let summary = sent.map_err(|failure| self.broken_off(&failure))?;
        let lines = summary.lines;
        let error = summary.error.clone();
        self.tally.add(summary, portion.first_line - 1);
        match error {
            Some(error) if lines != portion.lines => {
                let failure = Failure::new(Exit::Failed, "", "filing", error.message);
                Err(self.broken_off(&failure))
            }
            _ => Ok(()),
        }
    }

    /// The next lines of the file; none at its end.
    async fn portion(&mut self) -> Result<Option<Portion>, Failure> {
        let mut portion = Portion {
            first_line: self.tally.lines + 1,
            lines: 0,
            text: Vec::new(),
        };
        let mut read = 0;
        while read < PORTION && portion.text.len() < PORTION_BYTES {
            let line = self.lines.next().await;
            match line.map_err(|error| unread(self.file, &error))? {
                None => break,
                Some(Line::Whole(line)) => {
                    let number = portion.first_line + read as u64;
                    let line = match self.writing.read(line) {
                        Ok(line) => line,
                        Err(fault) => {
                            self.tally.reject(number, unreadable(&fault));
                            Vec::new()
                        }
                    };
                    if self.filed_lines == 0 && is_array(&line) {
                        return Err(self.an_array());
                    }
                    self.filed_lines += u64::from(!line.trim_ascii().is_empty());
                    portion.lines += u64::from(!line.trim_ascii().is_empty());
                    portion.text.extend(line);
                }
                // An empty line in its place keeps the numbers of the others right.
                Some(Line::TooLong) => self.tally.reject(portion.first_line + read as u64, too_long()),
            }
            portion.text.push(b'\n');
            read += 1;
        }
        self.tally.lines += read as u64;
        Ok((read > 0).then_some(portion))
    }

    /// Its last element alone would look like a line.
    fn an_array(&self) -> Failure {
        let message = "the file is one JSON array; wanted is one object a line. Nothing was filed";
        Failure::new(Exit::Failed, self.file.display().to_string(), "reading", message)
            .with_hint("take the array apart: jq -c '.[]' FILE > records.ndjson")
    }

    /// The same failure with how far the file came: records on disk stay there, and nothing goes on by itself.
    fn broken_off(&self, failure: &Failure) -> Failure {
        let message = format!(
            "broken off after {} records: {}",
            self.tally.accepted,
            failure.message()
        );
        Failure::new(failure.exit(), self.file.display().to_string(), "filing", message)
            .with_kind(failure.kind())
            .with_hint("file it again: what is on disk already costs nothing")
    }
}

struct Portion {
    first_line: u64,
    /// Lines that hold something.
    lines: u64,
    text: Vec<u8>,
}

impl Tally {
    /// Adds a request's summary; its line numbers count from the request's first line.
    fn add(&mut self, summary: FilingSummary, lines_before: u64) {
        self.accepted += summary.accepted;
        self.changed += summary.changed;
        let rejected = summary.rejected.into_iter();
        self.rejected.extend(rejected.map(|rejected| RejectedLine {
            line: rejected.line + lines_before,
            ..rejected
        }));
    }

    /// Adds a line that the host would not read either.
    fn reject(&mut self, line: u64, message: String) {
        let field = String::new();
        self.rejected.push(RejectedLine {
            line,
            id: None,
            faults: vec![MemberFault {
                field,
                message,
                hint: String::new(),
            }],
        });
    }

    fn print(&mut self, style: Style) {
        self.rejected.sort_by_key(|rejected| rejected.line);
        if style == Style::Json {
            return output::json(self);
        }
        for rejected in &self.rejected {
            for fault in &rejected.faults {
                output::line(describe(rejected, fault));
            }
        }
        output::line(format!(
            "{} records filed, {} of them new or changed; {} lines rejected",
            self.accepted,
            self.changed,
            self.rejected.len()
        ));
    }
}

fn describe(rejected: &RejectedLine, fault: &MemberFault) -> String {
    let id = rejected.id.as_ref().map(|id| format!(" ({id})"));
    let field = match fault.field.as_str() {
        "" => String::new(),
        field => format!("{field}: "),
    };
    let (line, id) = (rejected.line, id.unwrap_or_default());
    let hint = match fault.hint.as_str() {
        "" => String::new(),
        hint => format!("; {hint}"),
    };
    format!("line {line}{id}: {field}{}{hint}", fault.message)
}

fn too_long() -> String {
    format!("the line is longer than the {LARGEST_BODY} bytes that a record may have")
}

fn unreadable(fault: &TextFault) -> String {
    let suspected = fault.suspected;
    format!(
        "the line is no UTF-8 text: it looks like {suspected}; {}",
        TextFault::HINT
    )
}

fn unread(file: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        file.display().to_string(),
        "reading",
        error.to_string(),
    )
}
