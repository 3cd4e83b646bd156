//! Unsound rows, given back in a file like the one they came in, with a column that says what is wrong: mended, it is
//! imported as it is.

use crate::columns::FAULTS;
use crate::encoding::{Encoded, Written};
use crate::neutral::neutralised;
use crate::rows::Form;
use crate::{Cell, Row, RowFault, SheetError, Table};
use csv::{Terminator, Writer, WriterBuilder};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use std::fs::File;
use std::io::{self, BufWriter, Seek};
use std::path::{Path, PathBuf};

/// As many names are tried until one is free.
const NAMES: usize = 1_000;

/// Rows on their way back. Until it is finished nothing stands in the folder.
pub struct Returned {
    source: PathBuf,
    extension: &'static str,
    /// The columns of the table that come back.
    columns: Vec<usize>,
    headings: Vec<String>,
    into: Into,
    rows: u32,
}

enum Into {
    Csv(Box<Writer<Encoded<BufWriter<File>>>>),
    Xlsx(Box<Workbook>),
}

impl Returned {
    /// A file for rows of a table.
    ///
    /// # Errors
    /// There is no room for it.
    pub fn of(table: &Table) -> Result<Self, SheetError> {
        let source = table.path().to_owned();
        let failed = |error: io::Error| SheetError::writing(&source, error);
        let into = match table.form() {
            Form::Csv { written, delimiter } => {
                Into::Csv(Box::new(csv_writer(*written, *delimiter).map_err(failed)?))
            }
            Form::Xlsx { sheet } => {
                let mut workbook = Workbook::new();
                let worksheet = workbook.add_worksheet_with_constant_memory();
                worksheet
                    .and_then(|worksheet| worksheet.set_name(sheet).map(|_| ()))
                    .map_err(|error| SheetError::writing(&source, error))?;
                Into::Xlsx(Box::new(workbook))
            }
        };
        let columns = table.returned_columns();
        let headings = columns
            .iter()
            .filter_map(|index| table.columns.headings.get(*index));
        let headings: Vec<String> = headings.cloned().chain([FAULTS.to_owned()]).collect();
        let mut returned = Returned {
            extension: table.form().extension(),
            columns,
            headings: Vec::new(),
            into,
            rows: 0,
            source,
        };
        returned.write(headings.iter().cloned().map(Cell::Text).collect())?;
        returned.headings = headings;
        Ok(returned)
    }

    /// Adds a row and what is wrong with it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn push(&mut self, row: &Row, faults: &[RowFault]) -> Result<(), SheetError> {
        let faults: Vec<&str> = faults.iter().map(|fault| fault.chinese.as_str()).collect();
        let mut cells: Vec<Cell> = self
            .columns
            .iter()
            .map(|index| row.cell(*index).clone())
            .collect();
        cells.push(Cell::Text(faults.join("；")));
        // What stands beyond the headings comes back too.
        let beyond = self.columns.iter().max().map_or(0, |last| last + 1);
        cells.extend(row.cells.iter().skip(beyond).cloned());
        self.write(cells)
    }

    /// Puts the file beside the one that the rows came in, under a name that is free; none where all rows were sound.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self) -> Result<Option<PathBuf>, SheetError> {
        let failed = |error: &dyn ToString| SheetError::writing(&self.source, error.to_string());
        if self.rows <= 1 {
            return Ok(None);
        }
        let (path, mut file) = free(&self.source, self.extension).map_err(|error| failed(&error))?;
        match self.into {
            Into::Csv(writer) => {
                let encoded = writer.into_inner().map_err(|error| failed(&error.error()))?;
                let inner = encoded.into_inner().into_inner();
                let mut written = inner.map_err(|error| failed(&error.error()))?;
                written.rewind().map_err(|error| failed(&error))?;
                io::copy(&mut written, &mut file).map_err(|error| failed(&error))?;
            }
            Into::Xlsx(mut workbook) => {
                let saved = workbook.save_to_writer(BufWriter::new(file));
                saved.map_err(|error| failed(&error))?;
            }
        }
        Ok(Some(path))
    }

    fn write(&mut self, cells: Vec<Cell>) -> Result<(), SheetError> {
        let row = self.rows;
        self.rows += 1;
        let written = match &mut self.into {
            Into::Csv(writer) => {
                let cells = cells.iter().map(|cell| match cell {
                    Cell::Text(text) => neutralised(text),
                    other => other.text(),
                });
                writer.write_record(cells).map_err(|error| error.to_string())
            }
            Into::Xlsx(workbook) => put(workbook, row, &cells).map_err(|error| error.to_string()),
        };
        written.map_err(|error| SheetError::writing(&self.source, error))
    }
}

/// Plain text into a file that has no name yet.
fn csv_writer(written: Written, delimiter: u8) -> io::Result<Writer<Encoded<BufWriter<File>>>> {
    let encoded = Encoded::new(BufWriter::new(tempfile::tempfile()?), written)?;
    Ok(WriterBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .terminator(Terminator::CRLF)
        .from_writer(encoded))
}

fn put(workbook: &mut Workbook, row: u32, cells: &[Cell]) -> Result<(), rust_xlsxwriter::XlsxError> {
    let worksheet = workbook.worksheet_from_index(0)?;
    for (column, cell) in (0_u16..).zip(cells) {
        match cell {
            Cell::Empty => {}
            Cell::Number(number) => drop(worksheet.write_number(row, column, *number)?),
            Cell::Bool(truth) => drop(worksheet.write_boolean(row, column, *truth)?),
            Cell::Text(text) | Cell::Broken(text) => drop(worksheet.write_string(row, column, text)?),
            Cell::Moment(iso) => match ExcelDateTime::parse_from_str(iso) {
                Ok(moment) => {
                    let form = if iso.contains('T') {
                        "yyyy-mm-dd hh:mm:ss"
                    } else {
                        "yyyy-mm-dd"
                    };
                    let form = Format::new().set_num_format(form);
                    worksheet.write_datetime_with_format(row, column, moment, &form)?;
                }
                Err(_) => drop(worksheet.write_string(row, column, iso)?),
            },
        }
    }
    Ok(())
}

/// A new file beside another: `contacts.错误.csv`, or the first of `contacts.错误-2.csv` … that is not there. What somebody
/// has begun to mend is not written over.
fn free(source: &Path, extension: &str) -> io::Result<(PathBuf, File)> {
    let stem = source
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 1..=NAMES {
        let name = match number {
            1 => format!("{stem}.{FAULTS}.{extension}"),
            number => format!("{stem}.{FAULTS}-{number}.{extension}"),
        };
        let path = source.with_file_name(name);
        match File::create_new(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}
