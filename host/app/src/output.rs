//! What commands print: lines, JSON and tables on standard output. A command that people wait for waits for whoever reads
//! it; one that works on (`serve`, `demo`, `simulate`) does not.

pub mod bar;
pub mod printable;
pub mod writer;

use crate::exit::Exit;
use crate::failure::Failure;
use comfy_table::{Cell, ContentArrangement, Table, TableComponent, presets};
use console::Term;
use jiff::Timestamp;
use printable::{decorated, printable};
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use writer::{Listener, Writer};

/// Columns narrower than this cannot be read.
const NARROWEST_COLUMN: usize = 14;
/// Assumed where the output is no terminal.
const WIDTH: u16 = 120;
/// Most bytes that wait to be printed by a command that does not wait.
const ROOM: usize = 4 * 1024 * 1024;
/// How long the end of such a command waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(2);

/// Whether what is printed still arrives. One for the process, as standard output is.
static READER: LazyLock<watch::Sender<Reader>> = LazyLock::new(|| watch::Sender::new(Reader::Listening));

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reader {
    Listening,
    /// It closed its end (`| head`), which is nobody's fault.
    Gone,
    /// Why nothing can be written any more.
    Failed(String),
}

/// What a command hands its lines to that does not wait for their reader.
static ASIDE: OnceLock<Writer> = OnceLock::new();

/// From here on no line is waited for, whoever does not read it.
pub fn never_wait() {
    ASIDE.get_or_init(|| Writer::start("output", ROOM, io::stdout(), Reading));
}

/// Tells on standard output what is nobody's result: whether it arrives changes nothing.
pub fn announce(text: impl Display) {
    let writer = ASIDE.get_or_init(|| Writer::start("output", ROOM, io::stdout(), Unheeded));
    writer.hand_over(format!("{}\n", printable(&text.to_string())).into_bytes());
}

/// Gives the last lines that nobody waited for a moment to be printed.
pub fn finish() {
    if let Some(writer) = ASIDE.get() {
        writer.finish(LAST_LINES);
    }
}

/// Prints a line; control characters in it are shown, not sent. Once one did not arrive, nothing more is printed; the
/// command goes on to its orderly end.
pub fn line(text: impl Display) {
    print(format!("{}\n", printable(&text.to_string())));
}

/// Prints a line that was coloured here; what others wrote went through [`printable`] before.
pub fn coloured_line(text: impl Display) {
    print(format!("{}\n", decorated(&text.to_string())));
}

fn print(line: String) {
    if !is_read() {
        return;
    }
    if let Some(writer) = ASIDE.get() {
        return writer.hand_over(line.into_bytes());
    }
    let mut output = io::stdout().lock();
    if let Err(error) = output.write_all(line.as_bytes()).and_then(|()| output.flush()) {
        unwritten(&error);
    }
}

fn unwritten(error: &io::Error) {
    READER.send_replace(match error.kind() {
        io::ErrorKind::BrokenPipe => Reader::Gone,
        _ => Reader::Failed(error.to_string()),
    });
}

struct Unheeded;

impl Listener for Unheeded {
    fn lost(&mut self, _texts: u64) {}
}

struct Reading;

impl Listener for Reading {
    fn lost(&mut self, texts: u64) {
        tracing::warn!(
            dropped = texts,
            "lines were not printed: nobody read them in time"
        );
    }

    fn failed(&mut self, error: &io::Error) {
        unwritten(error);
    }
}

/// Whether what is printed still arrives.
pub fn is_read() -> bool {
    *READER.borrow() == Reader::Listening
}

/// Returns once what is printed no longer arrives: for commands that go on until someone ends them.
pub async fn unread() {
    // The sender lives as long as the process.
    let _ = READER
        .subscribe()
        .wait_for(|reader| *reader != Reader::Listening)
        .await;
}

/// Whether everything that was to be printed was; a reader that went away had all it wanted.
///
/// # Errors
/// Standard output could not be written to.
pub fn check() -> Result<(), Failure> {
    match &*READER.borrow() {
        Reader::Listening | Reader::Gone => Ok(()),
        Reader::Failed(reason) => {
            Err(
                Failure::new(Exit::Failed, "standard output", "writing", reason.as_str()).with_hint(
                    "what was printed so far is not complete; look at where it goes, and run it again",
                ),
            )
        }
    }
}

/// Prints a value as indented JSON.
pub fn json(value: &impl Serialize) {
    // What is printed are maps with text keys, which always have a JSON form.
    line(serde_json::to_string_pretty(value).unwrap_or_default());
}

/// Prints a value as one line of JSON.
pub fn json_line(value: &impl Serialize) {
    line(serde_json::to_string(value).unwrap_or_default());
}

/// A table with a header, as wide as the terminal.
pub fn table<'a>(
    header: impl IntoIterator<Item = &'a str>,
    rows: impl IntoIterator<Item = Vec<String>>,
) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::NOTHING)
        .set_style(TableComponent::HeaderLines, '─')
        .set_style(TableComponent::MiddleHeaderIntersections, '─')
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width())
        .set_header(header);
    for row in rows {
        table.add_row(row.into_iter().map(Cell::new));
    }
    table
}

/// A size as people read it.
pub fn bytes(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}

/// A time as people read it: to the second, in UTC.
pub fn time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// How many columns of a table a person can read.
pub fn readable_columns() -> usize {
    (usize::from(width()) / NARROWEST_COLUMN).max(1)
}

fn width() -> u16 {
    Term::stdout()
        .size_checked()
        .map_or(WIDTH, |(_, columns)| columns)
}

/// Who reads the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// People.
    Text,
    /// Programs.
    Json,
}
