//! What became of the rows, counted and told.

use super::filing::Purpose;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Style};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Most rows of a sort that a person reads.
const SHOWN: usize = 20;
/// Most of them that a program is told of; the others are counted.
const TOLD: usize = 1_000;

/// What became of the rows so far.
#[derive(Serialize)]
pub struct Tally {
    /// What was read.
    form: String,
    dry: bool,
    pub rows: u64,
    pub new: u64,
    pub changed: u64,
    pub unchanged: u64,
    unsound: u64,
    /// What would change of records that are there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<Change>,
    unsound_rows: Vec<Unsound>,
    /// Where the unsound rows are.
    pub returned: Option<PathBuf>,
}

/// A row that would change a record.
#[derive(Serialize)]
pub struct Change {
    pub row: u64,
    pub id: String,
    pub members: Vec<String>,
}

/// An unsound row.
#[derive(Serialize)]
pub struct Unsound {
    pub row: u64,
    pub id: Option<String>,
    pub faults: Vec<String>,
}

impl Tally {
    pub fn new(form: String, purpose: Purpose) -> Self {
        Tally {
            form,
            dry: purpose == Purpose::Try,
            rows: 0,
            new: 0,
            changed: 0,
            unchanged: 0,
            unsound: 0,
            changes: Vec::new(),
            unsound_rows: Vec::new(),
            returned: None,
        }
    }

    pub fn note(&mut self, change: Change) {
        if self.changes.len() < SHOWN {
            self.changes.push(change);
        }
    }

    pub fn reject(&mut self, unsound: Unsound) {
        self.unsound += 1;
        if self.unsound_rows.len() < TOLD {
            self.unsound_rows.push(unsound);
        }
    }

    pub fn print(&self, style: Style) {
        if style == Style::Json {
            return output::json(self);
        }
        for change in &self.changes {
            output::line(format!(
                "row {} ({}): {} would change",
                change.row,
                change.id,
                change.members.join(", ")
            ));
        }
        for unsound in self.unsound_rows.iter().take(SHOWN) {
            for fault in &unsound.faults {
                output::line(format!("row {}: {fault}", unsound.row));
            }
        }
        let more = self.unsound.saturating_sub(SHOWN as u64);
        if more > 0 {
            output::line(format!("… and {more} more unsound rows"));
        }
        let Tally {
            rows,
            new,
            changed,
            unchanged,
            unsound,
            ..
        } = self;
        let form = &self.form;
        let would = if self.dry { " would be" } else { "" };
        output::line(format!(
            "{rows} rows ({form}):{would} {new} new, {changed} changed, {unchanged} unchanged, {unsound} unsound"
        ));
    }

    /// Whether all rows were sound.
    pub fn ended(&self, file: &Path) -> Result<(), Failure> {
        if self.unsound == 0 {
            return Ok(());
        }
        let message = format!("{} rows are unsound", self.unsound);
        let hint = match &self.returned {
            Some(returned) => format!(
                "they are in {} with what is wrong; mend them there, and import that file",
                returned.display()
            ),
            None => "mend them, or import the file and mend those that come back".to_owned(),
        };
        Err(Failure::new(Exit::Failed, file.display().to_string(), "", message).with_hint(hint))
    }
}
