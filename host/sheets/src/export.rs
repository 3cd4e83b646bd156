//! Records written into a file: CSV that spreadsheets tell as UTF-8, a workbook, or a JSON object a line.

use crate::SheetError;
use crate::columns::written;
use crate::encoding::{Encoded, Written};
use crate::neutral::neutralised;
use crate::shown::{Shown, shown};
use csv::{Terminator, Writer, WriterBuilder};
use rust_xlsxwriter::{ExcelDateTime, Format as CellFormat, Workbook, Worksheet, XlsxError};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use sunmao_catalogue::{Record, RecordKind, Value};
use tempfile::NamedTempFile;

const WIDTH: f64 = 16.0;

/// The sorts of file that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with a byte order mark, commas, CRLF.
    Csv,
    /// A workbook of one sheet.
    Xlsx,
    /// A JSON object a line.
    Ndjson,
}

impl Format {
    /// The format that a file's name says.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "csv" => Some(Format::Csv),
            "xlsx" => Some(Format::Xlsx),
            "ndjson" | "jsonl" => Some(Format::Ndjson),
            _ => None,
        }
    }
}

/// Records on their way into a file. It takes its place when it is finished, whole.
pub struct Export {
    path: PathBuf,
    kind: Arc<RecordKind>,
    file: NamedTempFile,
    into: Into,
}

enum Into {
    Csv(Box<Writer<Encoded<BufWriter<File>>>>),
    Xlsx(Box<Sheet>),
    Ndjson(BufWriter<File>),
}

struct Sheet {
    workbook: Workbook,
    row: u32,
    text: CellFormat,
    day: CellFormat,
    moment: CellFormat,
}

impl Export {
    /// A file for records of a kind.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(path: &Path, format: Format, kind: Arc<RecordKind>) -> Result<Self, SheetError> {
        let failed = |error: std::io::Error| SheetError::writing(path, error);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        let buffered = || Ok(BufWriter::new(file.reopen().map_err(failed)?));
        let headings = written(&kind);
        let into = match format {
            Format::Ndjson => Into::Ndjson(buffered()?),
            Format::Csv => {
                let encoded = Encoded::new(buffered()?, Written::MARKED_UTF_8).map_err(failed)?;
                let mut writer = WriterBuilder::new()
                    .terminator(Terminator::CRLF)
                    .from_writer(encoded);
                let written = writer.write_record(&headings);
                written.map_err(|error| SheetError::writing(path, error))?;
                Into::Csv(Box::new(writer))
            }
            Format::Xlsx => {
                let sheet = Sheet::new(&kind, &headings);
                Into::Xlsx(Box::new(sheet.map_err(|error| SheetError::writing(path, error))?))
            }
        };
        Ok(Export {
            path: path.to_owned(),
            kind,
            file,
            into,
        })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// It cannot be written, or does not fit into a cell or a sheet.
    pub fn push(&mut self, id: &str, body: &Record) -> Result<(), SheetError> {
        let failed = |error: &dyn ToString| SheetError::writing(&self.path, error.to_string());
        match &mut self.into {
            Into::Ndjson(file) => {
                let line = line(id, body).map_err(|error| failed(&error))?;
                file.write_all(line.as_bytes()).map_err(|error| failed(&error))
            }
            Into::Csv(writer) => {
                let cells = cells(&self.kind, id, body).map(|shown| match shown {
                    Shown::Text(text) => neutralised(&text),
                    other => other.text(),
                });
                writer.write_record(cells).map_err(|error| failed(&error))
            }
            Into::Xlsx(sheet) => sheet.push(cells(&self.kind, id, body)).map_err(|error| {
                let hint = match error {
                    XlsxError::MaxStringLengthExceeded => {
                        "a cell holds 32,767 characters: export to CSV or NDJSON"
                    }
                    XlsxError::RowColumnLimitError => {
                        "a sheet has 1,048,576 rows: export to CSV or NDJSON, or in parts"
                    }
                    _ => "",
                };
                SheetError::new(&self.path, "writing", format!("{} {id}: {error}", self.kind.name))
                    .with_hint(hint)
            }),
        }
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> Result<(), SheetError> {
        let failed = |error: &dyn ToString| SheetError::writing(&self.path, error.to_string());
        match self.into {
            Into::Ndjson(mut file) => file.flush().map_err(|error| failed(&error))?,
            Into::Csv(writer) => {
                let encoded = writer.into_inner().map_err(|error| failed(&error.error()))?;
                encoded.into_inner().flush().map_err(|error| failed(&error))?;
            }
            Into::Xlsx(mut sheet) => {
                let file = BufWriter::new(self.file.reopen().map_err(|error| failed(&error))?);
                sheet
                    .workbook
                    .save_to_writer(file)
                    .map_err(|error| failed(&error))?;
            }
        }
        // It tells of people: whoever exports it alone may read it, and hands it on.
        let file = self.file.persist(&self.path);
        file.map(drop).map_err(|error| failed(&error.error))
    }
}

/// A record as a line of JSON, as it is filed.
pub(crate) fn line(id: &str, body: &Record) -> serde_json::Result<String> {
    let mut whole = Record::from_iter([("id".to_owned(), Value::from(id))]);
    whole.extend(body.iter().map(|(name, value)| (name.clone(), value.clone())));
    serde_json::to_string(&whole).map(|line| line + "\n")
}

fn cells<'a>(kind: &'a RecordKind, id: &str, body: &'a Record) -> impl Iterator<Item = Shown> + 'a {
    let members = kind.fields.iter().map(|field| {
        let value = body.get(&field.snake_name());
        value.map_or(Shown::Nothing, |value| shown(field, value))
    });
    std::iter::once(Shown::Text(id.to_owned())).chain(members)
}

impl Sheet {
    fn new(kind: &RecordKind, headings: &[String]) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let bold = CellFormat::new().set_bold();
        let worksheet = workbook.add_worksheet_with_constant_memory()?;
        // A label may hold what a sheet's name may not.
        if worksheet.set_name(&kind.label).is_err() {
            worksheet.set_name("Sheet1")?;
        }
        worksheet.set_freeze_panes(1, 1)?;
        for (column, heading) in (0_u16..).zip(headings) {
            worksheet.set_column_width(column, WIDTH)?;
            worksheet.write_string_with_format(0, column, heading, &bold)?;
        }
        Ok(Sheet {
            workbook,
            row: 0,
            text: CellFormat::new().set_num_format("@"),
            day: CellFormat::new().set_num_format("yyyy-mm-dd"),
            moment: CellFormat::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        })
    }

    fn push(&mut self, cells: impl Iterator<Item = Shown>) -> Result<(), XlsxError> {
        self.row += 1;
        let worksheet = self.workbook.worksheet_from_index(0)?;
        for (column, cell) in (0_u16..).zip(cells) {
            let at = (self.row, column);
            match cell {
                Shown::Nothing => {}
                Shown::Text(text) => put_text(worksheet, at, &text, &self.text)?,
                Shown::Number(number, _) => drop(worksheet.write_number(at.0, at.1, number)?),
                Shown::Day(_) => put_moment(worksheet, at, &cell, &self.day)?,
                Shown::Moment(_) => put_moment(worksheet, at, &cell, &self.moment)?,
            }
        }
        Ok(())
    }
}

/// Text stays text, whatever it looks like: a number of many digits, a formula.
fn put_text(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    text: &str,
    format: &CellFormat,
) -> Result<(), XlsxError> {
    worksheet
        .write_string_with_format(row, column, text, format)
        .map(drop)
}

fn put_moment(
    worksheet: &mut Worksheet,
    (row, column): (u32, u16),
    shown: &Shown,
    format: &CellFormat,
) -> Result<(), XlsxError> {
    let moment = ExcelDateTime::parse_from_str(&shown.text())?;
    worksheet
        .write_datetime_with_format(row, column, moment, format)
        .map(drop)
}
