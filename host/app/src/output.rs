//! What commands print: lines, JSON and tables on standard output.

use crate::exit::Exit;
use crate::failure::Failure;
use comfy_table::{Cell, ContentArrangement, Table, TableComponent, presets};
use console::Term;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::LazyLock;
use tokio::sync::watch;

/// Columns narrower than this cannot be read.
const NARROWEST_COLUMN: usize = 14;
/// Assumed where the output is no terminal.
const WIDTH: u16 = 120;

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

/// Prints a line. Once one did not arrive, nothing more is printed; the command goes on to its orderly end.
pub fn line(text: impl Display) {
    if !is_read() {
        return;
    }
    let mut output = io::stdout().lock();
    if let Err(error) = writeln!(output, "{text}").and_then(|()| output.flush()) {
        READER.send_replace(match error.kind() {
            io::ErrorKind::BrokenPipe => Reader::Gone,
            _ => Reader::Failed(error.to_string()),
        });
    }
}

/// Prints a line on standard error. Where that is closed too, nobody is left to tell.
pub fn complaint(text: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
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

/// A time as people read it: to the second, in UTC. What is no time stays as it is.
pub fn time(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        Err(_) => text.to_owned(),
    }
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
