//! The rows of a file, one after the other, whatever sort of file it is.

use crate::encoding::{Counts, Decoded, Written};
use crate::neutral::restored;
use crate::workbook::WorkbookRows;
use crate::{Cell, Row, SheetError};
use csv::{Reader, ReaderBuilder, StringRecord};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// What a workbook of today begins with, and one of before 2007.
const ZIP: &[u8] = b"PK\x03\x04";
const OLD: &[u8] = b"\xd0\xcf\x11\xe0";
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];
/// As much of a file tells what stands between its cells.
const BEGINNING: usize = 64 * 1024;
/// As many of its rows are looked at for that.
const SAMPLE: usize = 20;

/// How a file is opened.
#[derive(Debug, Clone, Default)]
pub struct Opening {
    /// Its encoding, where somebody knows better.
    pub encoding: Option<String>,
    /// The sheet of a workbook; the first that is not hidden where none is named.
    pub sheet: Option<String>,
}

/// What sort of file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Plain text, its cells apart by a delimiter.
    Csv {
        /// How it is written.
        written: Written,
        /// What stands between cells.
        delimiter: u8,
    },
    /// A workbook.
    Xlsx {
        /// The sheet that is read.
        sheet: String,
    },
}

impl Form {
    /// The form in a few words.
    pub fn describe(&self) -> String {
        match self {
            Form::Csv { written, delimiter } => {
                let apart = match delimiter {
                    b'\t' => "tabs",
                    b';' => "semicolons",
                    _ => "commas",
                };
                format!("CSV in {} with {apart}", written.encoding.name().to_uppercase())
            }
            Form::Xlsx { sheet } => format!("XLSX, sheet {sheet}"),
        }
    }

    /// The extension of files of this form.
    pub(crate) fn extension(&self) -> &'static str {
        match self {
            Form::Csv { .. } => "csv",
            Form::Xlsx { .. } => "xlsx",
        }
    }
}

/// The rows of a file.
pub(crate) enum Rows {
    Csv(Box<CsvRows>),
    Xlsx(WorkbookRows),
}

impl Rows {
    pub(crate) fn open(path: &Path, opening: &Opening) -> Result<(Self, Form), SheetError> {
        let unread = |error: std::io::Error| SheetError::reading(path, &error);
        let mut beginning = Vec::new();
        let file = File::open(path).map_err(unread)?;
        file.take(4).read_to_end(&mut beginning).map_err(unread)?;
        if beginning == OLD {
            return Err(
                SheetError::new(path, "reading", "it is a workbook of before 2007 (.xls)")
                    .with_hint("save it as an Excel workbook (.xlsx) or as CSV UTF-8"),
            );
        }
        if beginning.first() == Some(&b'{') {
            return Err(
                SheetError::new(path, "reading", "it holds JSON, a record a line, and no table")
                    .with_hint("`sunmao records file KIND FILE` files those"),
            );
        }
        if beginning == ZIP {
            let (rows, sheet) = WorkbookRows::open(path, opening.sheet.as_deref())?;
            return Ok((Rows::Xlsx(rows), Form::Xlsx { sheet }));
        }
        let written = Written::of(path, opening.encoding.as_deref())?;
        let delimiter = delimiter(path, written).map_err(unread)?;
        let rows = CsvRows::open(path, written, delimiter)?;
        Ok((Rows::Csv(Box::new(rows)), Form::Csv { written, delimiter }))
    }

    /// The next row that holds anything.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, SheetError> {
        loop {
            let row = match self {
                Rows::Csv(rows) => rows.next()?,
                Rows::Xlsx(rows) => rows.next()?,
            };
            match row {
                Some(row) if row.is_blank() => {}
                row => return Ok(row),
            }
        }
    }

    /// How much was read, of how much, in a measure of the file's own.
    pub(crate) fn progress(&self) -> (u64, u64) {
        match self {
            Rows::Csv(rows) => (rows.counts.bytes.get(), rows.length),
            Rows::Xlsx(rows) => rows.progress(),
        }
    }
}

/// The rows of plain text.
pub(crate) struct CsvRows {
    path: PathBuf,
    reader: Reader<Decoded>,
    counts: Rc<Counts>,
    length: u64,
    record: StringRecord,
    /// The number of the row before.
    number: u64,
    /// The line behind the row before.
    line: u64,
}

impl CsvRows {
    fn open(path: &Path, written: Written, delimiter: u8) -> Result<Self, SheetError> {
        let unread = |error: std::io::Error| SheetError::reading(path, &error);
        let length = std::fs::metadata(path).map_err(unread)?.len();
        let (decoded, counts) = Decoded::open(path, written).map_err(unread)?;
        let reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(decoded);
        Ok(CsvRows {
            path: path.to_owned(),
            reader,
            counts,
            length,
            record: StringRecord::new(),
            number: 0,
            line: 1,
        })
    }

    fn next(&mut self) -> Result<Option<Row>, SheetError> {
        self.counts.since_row.set(0);
        let read = self.reader.read_record(&mut self.record);
        let is_row = read.map_err(|error| {
            let message = format!("behind row {}: {error}", self.number);
            SheetError::new(&self.path, "reading", message)
        })?;
        if !is_row {
            return Ok(None);
        }
        // Blank lines are rows to a spreadsheet, and lines within quotation marks are none.
        let behind = self.reader.position().line();
        let within: u64 = self.record.iter().map(|cell| count(cell, b'\n')).sum();
        let blank = behind.saturating_sub(self.line + within + 1);
        self.number += blank + 1;
        self.line = behind;
        let cell = |text: &str| match text {
            "" => Cell::Empty,
            text => Cell::Text(restored(text).to_owned()),
        };
        Ok(Some(Row {
            number: self.number,
            cells: self.record.iter().map(cell).collect(),
        }))
    }
}

fn count(text: &str, wanted: u8) -> u64 {
    text.bytes().filter(|byte| *byte == wanted).count() as u64
}

/// What stands between cells: that of which most rows have equally many.
fn delimiter(path: &Path, written: Written) -> std::io::Result<u8> {
    let (decoded, _) = Decoded::open(path, written)?;
    let mut beginning = Vec::new();
    decoded.take(BEGINNING as u64).read_to_end(&mut beginning)?;
    let score = |delimiter: u8| {
        let mut counts: Vec<usize> = Vec::new();
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(&*beginning);
        for record in reader.byte_records().take(SAMPLE).flatten() {
            counts.push(record.len().saturating_sub(1));
        }
        let alike = |count: &usize| counts.iter().filter(|other| *other == count).count();
        let best = counts.iter().filter(|count| **count > 0);
        best.map(|count| (alike(count), *count)).max().unwrap_or_default()
    };
    let best = DELIMITERS
        .into_iter()
        .rev()
        .max_by_key(|delimiter| score(*delimiter));
    Ok(best.unwrap_or(b','))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> (Vec<(u64, Vec<String>)>, u8) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let (mut rows, form) = Rows::open(file.path(), &Opening::default()).unwrap();
        let mut all = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            all.push((row.number, row.cells.iter().map(Cell::text).collect()));
        }
        match form {
            Form::Csv { delimiter, .. } => (all, delimiter),
            Form::Xlsx { .. } => panic!("no workbook"),
        }
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts_them() {
        let (rows, _) = rows("\n\na,b\r\n1,\"x\ny\"\r\n\r\n2,z\n,,\n3,q");
        let numbers: Vec<u64> = rows.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [3, 4, 6, 8]);
        assert_eq!(rows[1].1, ["1", "x\ny"]);
    }

    #[test]
    fn what_stands_between_cells_is_seen() {
        for (text, delimiter) in [
            ("姓名,手机\n李,1\n", b','),
            ("姓名;地址\n李;\"甲, 乙\"\n王;丙,丁,戊\n", b';'),
            ("姓名\t备注\n李\ta,b;c\n王\ta,b\n", b'\t'),
            ("联系人名单\n姓名;手机\n李;1\n", b';'),
            ("姓名\n李\n", b','),
            ("", b','),
        ] {
            assert_eq!(rows(text).1, delimiter, "{text}");
        }
    }

    #[test]
    fn a_quotation_mark_that_nobody_closed_does_not_take_the_file_into_memory() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("a,b\n1,\"{}", "x,y\n".repeat(3_000_000))).unwrap();
        let (mut rows, _) = Rows::open(file.path(), &Opening::default()).unwrap();
        rows.next().unwrap();
        let error = rows.next().unwrap_err().to_string();
        assert!(
            error.contains("behind row 1") && error.contains("quotation mark"),
            "{error}"
        );
    }

    #[test]
    fn an_old_workbook_is_told_from_text() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), [OLD, b"rest"].concat()).unwrap();
        let error = Rows::open(file.path(), &Opening::default()).err().unwrap();
        assert!(
            error.to_string().contains(".xls") && error.hint.contains(".xlsx"),
            "{error}"
        );
    }
}
