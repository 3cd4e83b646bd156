//! A table of records, read row by row.

use crate::columns::{Columns, Known, Mapping, Role};
use crate::explain::{self, RowFault};
use crate::headings::{self, TITLES};
use crate::identity::{self, Seen};
use crate::rows::{Form, Opening, Rows};
use crate::{Row, SheetError, typing};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use sunmao_catalogue::{Record, RecordKind, Value};

/// How a table is read.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How its file is opened.
    pub opening: Opening,
    /// Which column is which member, where the headings do not say it.
    pub mapping: Mapping,
    /// The columns whose cells are a record's id together.
    pub id: Vec<String>,
}

/// A table of records of one kind, in a file.
pub struct Table {
    path: PathBuf,
    kind: Arc<RecordKind>,
    form: Form,
    rows: Rows,
    pub(crate) columns: Columns,
    /// Rows that were looked at for headings.
    waiting: VecDeque<Row>,
    seen: Seen,
}

/// A row as a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The row as it stands in the file.
    pub row: Row,
    /// The record's id, if anything says it.
    pub id: Option<String>,
    /// Its members, those that the table has columns for; null where a cell is empty.
    pub record: Record,
    /// What is wrong with it that nobody could tell from the record.
    pub faults: Vec<RowFault>,
}

/// How far the reading came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What was read, in a measure of the file's own.
    pub read: u64,
    /// What there is.
    pub length: u64,
}

impl Table {
    /// Opens a table: its headings are read, and no row yet.
    ///
    /// # Errors
    /// The file is no table of records of the kind; everything that is wrong with its columns is named.
    pub fn open(path: &Path, kind: Arc<RecordKind>, settings: &Settings) -> Result<Self, SheetError> {
        let (mut rows, form) = Rows::open(path, &settings.opening)?;
        let mut waiting = VecDeque::new();
        while waiting.len() <= TITLES
            && let Some(row) = rows.next()?
        {
            waiting.push_back(row);
        }
        let known = Known::new(&kind, &settings.mapping, &settings.id);
        let first: Vec<String> = waiting.front().map(cells).unwrap_or_default();
        let found = headings::found(&mut waiting, |heading| known.knows(heading));
        let headings = found.ok_or_else(|| without_headings(path, &kind, &first))?;
        let columns = known.columns(headings).map_err(|faults| {
            let message = "its columns are not those of the kind; nothing was filed";
            SheetError::new(path, "reading the headings", message)
                .with_faults(faults)
                .with_hint(format!(
                    "rename the columns, or say what they are in a mapping file (--columns FILE): [columns], \
                     \"heading\" = \"member\", or \"\" for one to be left out; `sunmao kinds show {}` lists the members",
                    kind.name
                ))
        })?;
        Ok(Table {
            path: path.to_owned(),
            kind,
            form,
            rows,
            columns,
            waiting,
            seen: Seen::default(),
        })
    }

    /// What sort of file it is.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How far the reading came.
    pub fn progress(&self) -> Progress {
        let (read, length) = self.rows.progress();
        Progress { read, length }
    }

    /// The next row; none at the end. Blank rows are passed over.
    ///
    /// # Errors
    /// The file cannot be read on.
    pub fn next_line(&mut self) -> Result<Option<Line>, SheetError> {
        let row = match self.waiting.pop_front() {
            Some(row) => Some(row),
            None => self.rows.next()?,
        };
        Ok(row.map(|row| self.line(row)))
    }

    fn line(&mut self, row: Row) -> Line {
        let mut faults = Vec::new();
        let mut record = Record::default();
        for (position, field) in self.kind.fields.iter().enumerate() {
            let Some(index) = self.columns.of_member(position) else {
                continue;
            };
            let cell = row.cell(index);
            let value = typing::value(field, cell).unwrap_or_else(|lost| {
                faults.push(explain::lost(field, lost, cell));
                Value::Null
            });
            record.insert(field.snake_name(), value);
        }
        faults.extend(
            self.columns
                .nameless(&row)
                .map(|index| explain::nameless(index, &row)),
        );
        let id = identity::id(&self.kind, &self.columns, &row, &record).ok();
        match &id {
            None => faults.push(explain::without_id(&self.kind, &self.columns)),
            Some(id) => {
                let earlier = self.seen.note(id, &record, row.number);
                faults.extend(earlier.map(explain::twice));
            }
        }
        Line {
            row,
            id,
            record,
            faults,
        }
    }

    /// The headings that a file of rows given back has, and the columns below them: all but what was wrong before.
    pub(crate) fn returned_columns(&self) -> Vec<usize> {
        let roles = self.columns.roles.iter().enumerate();
        roles
            .filter(|(_, role)| **role != Role::Faults)
            .map(|(index, _)| index)
            .collect()
    }
}

fn cells(row: &Row) -> Vec<String> {
    row.cells
        .iter()
        .map(|cell| cell.text().trim().to_owned())
        .collect()
}

fn without_headings(path: &Path, kind: &RecordKind, first: &[String]) -> SheetError {
    let message = match first.is_empty() {
        true => "it holds nothing".to_owned(),
        false => format!(
            "none of its first {TITLES} rows has a heading that says what a column is; the first row has {}",
            first.join(", ")
        ),
    };
    let labels: Vec<String> = kind
        .fields
        .iter()
        .map(|field| format!("{} ({})", field.label, field.snake_name()))
        .collect();
    SheetError::new(path, "reading the headings", message).with_hint(format!(
        "headings of {} are {}; others are named in a mapping file (--columns FILE)",
        kind.name,
        labels.join(", ")
    ))
}
