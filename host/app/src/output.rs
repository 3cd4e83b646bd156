//! What commands print: lines, JSON and tables on standard output.

use comfy_table::{Cell, ContentArrangement, Table, TableComponent, presets};
use console::Term;
use jiff::Timestamp;
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, Write};

/// Columns narrower than this cannot be read.
const NARROWEST_COLUMN: usize = 14;
/// Assumed where the output is no terminal.
const WIDTH: u16 = 120;

/// Prints a line. A reader that went away (`| head`) ends the process in silence, as is usual for command-line tools.
pub fn line(text: impl Display) {
    let mut output = io::stdout().lock();
    if writeln!(output, "{text}").and_then(|()| output.flush()).is_err() {
        std::process::exit(0);
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
