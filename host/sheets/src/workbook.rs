//! The rows of a workbook, read cell by cell in a thread of their own: its reader lends what it reads, and no row waits for
//! the whole sheet.

use crate::cell::decimal;
use crate::{Cell, Row, SheetError};
use calamine::{DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Style, Xlsx};
use rust_decimal::Decimal;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Rows that are read ahead.
const AHEAD: usize = 256;
/// The most columns a sheet has.
const COLUMNS: usize = 16_384;

/// The rows of one sheet.
pub(crate) struct WorkbookRows {
    path: PathBuf,
    rows: Receiver<Result<Row, String>>,
    read: u64,
    /// As many as the sheet says that it has.
    length: u64,
}

/// What is known before the first row.
struct Opened {
    sheet: String,
    length: u64,
}

impl WorkbookRows {
    pub(crate) fn open(path: &Path, sheet: Option<&str>) -> Result<(Self, String), SheetError> {
        let failed = |message: String| SheetError::new(path, "reading", message);
        let (opened, told) = sync_channel(1);
        let (sender, rows) = sync_channel(AHEAD);
        let (file, wanted) = (path.to_owned(), sheet.map(str::to_owned));
        std::thread::Builder::new()
            .name("sheet".to_owned())
            .spawn(move || read(&file, wanted.as_deref(), &opened, &sender))
            .map_err(|error| SheetError::reading(path, &error))?;
        // Nothing is told where the thread panicked.
        let told = told
            .recv()
            .unwrap_or_else(|_| Err("it cannot be read".to_owned()));
        let Opened { sheet, length } = told.map_err(|message| {
            failed(message).with_hint("is it an Excel workbook? Save it again as .xlsx, or as CSV UTF-8")
        })?;
        let rows = WorkbookRows {
            path: path.to_owned(),
            rows,
            read: 0,
            length,
        };
        Ok((rows, sheet))
    }

    pub(crate) fn next(&mut self) -> Result<Option<Row>, SheetError> {
        match self.rows.recv() {
            Err(_) => Ok(None),
            Ok(Ok(row)) => {
                self.read = row.number;
                Ok(Some(row))
            }
            Ok(Err(message)) => {
                let message = format!("behind row {}: {message}", self.read);
                Err(SheetError::new(&self.path, "reading", message))
            }
        }
    }

    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.read, self.length)
    }
}

type Sender<T> = SyncSender<Result<T, String>>;

fn read(path: &Path, wanted: Option<&str>, opened: &Sender<Opened>, rows: &Sender<Row>) {
    // Whoever opened it waits for this answer.
    let (mut workbook, sheet) = match open(path, wanted) {
        Ok(found) => found,
        Err(message) => return drop(opened.send(Err(message))),
    };
    let mut cells = match workbook.worksheet_cells_reader(&sheet) {
        Ok(cells) => cells,
        Err(error) => return drop(opened.send(Err(error.to_string()))),
    };
    let length = u64::from(cells.dimensions().end.0) + 1;
    let _ = opened.send(Ok(Opened { sheet, length }));
    let looks: Vec<Look> = cells.styles().iter().map(Look::of).collect();
    let mut row = Row {
        number: 0,
        cells: Vec::new(),
    };
    loop {
        let (cell, look) = match cells.next_cell_with_style_id() {
            Ok(Some((cell, style))) => (cell, looks.get(style).copied().unwrap_or(Look::Plain)),
            Ok(None) => break,
            Err(error) => return drop(rows.send(Err(error.to_string()))),
        };
        let (line, column) = cell.get_position();
        let (number, column) = (u64::from(line) + 1, column as usize);
        if number != row.number {
            let whole = std::mem::replace(
                &mut row,
                Row {
                    number,
                    cells: Vec::new(),
                },
            );
            // Nobody reads on.
            if !whole.is_blank() && rows.send(Ok(whole)).is_err() {
                return;
            }
        }
        let cell = look.applied(held(cell.get_value()));
        if cell != Cell::Empty && column < COLUMNS {
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cell::Empty);
            }
            if let Some(place) = row.cells.get_mut(column) {
                *place = cell;
            }
        }
    }
    if !row.is_blank() {
        let _ = rows.send(Ok(row));
    }
}

fn open(path: &Path, wanted: Option<&str>) -> Result<(Xlsx<BufReader<File>>, String), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let workbook = Xlsx::new(BufReader::new(file)).map_err(|error| error.to_string())?;
    let sheets = workbook.sheets_metadata().iter();
    let sheets = sheets.filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<&str> = sheets.clone().map(|sheet| sheet.name.as_str()).collect();
    let found = match wanted {
        Some(wanted) => names.iter().find(|name| **name == wanted).copied(),
        None => sheets
            .clone()
            .find(|sheet| sheet.visible == SheetVisible::Visible)
            .map(|sheet| sheet.name.as_str()),
    };
    match found {
        Some(found) => {
            let found = found.to_owned();
            Ok((workbook, found))
        }
        None => Err(format!(
            "it has no sheet {}; there are {}",
            wanted.unwrap_or("that is not hidden"),
            names.join(", ")
        )),
    }
}

/// What a format makes of a number that is more than digits apart: 0.13 that looks like 13%, 7 that looks like 000007.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Percent,
    /// With zeros in front, so many digits in all.
    Padded(usize),
}

impl Look {
    fn of(style: &Style) -> Self {
        let code = style
            .number_format
            .as_ref()
            .map_or("", |format| format.format_code.as_str());
        if code.contains('%') {
            return Look::Percent;
        }
        match code.len() {
            2.. if code.bytes().all(|byte| byte == b'0') => Look::Padded(code.len()),
            _ => Look::Plain,
        }
    }

    fn applied(self, cell: Cell) -> Cell {
        let Cell::Number(number) = cell else {
            return cell;
        };
        let looks = decimal(number).and_then(|number| match self {
            Look::Plain => None,
            Look::Percent => Some(format!(
                "{}%",
                number.checked_mul(Decimal::ONE_HUNDRED)?.normalize()
            )),
            Look::Padded(digits) if number.is_integer() && !number.is_sign_negative() => {
                Some(format!("{:0>digits$}", number.to_string()))
            }
            Look::Padded(_) => None,
        });
        looks.map_or(cell, Cell::Text)
    }
}

fn held(value: &DataRef<'_>) -> Cell {
    let text = |text: &str| match text {
        "" => Cell::Empty,
        text => Cell::Text(text.to_owned()),
    };
    match value {
        DataRef::Empty => Cell::Empty,
        // Beyond 15 digits a float is the same as what a spreadsheet keeps.
        #[allow(clippy::cast_precision_loss)]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(string) => text(string),
        DataRef::SharedString(string) => text(string),
        DataRef::Bool(truth) => Cell::Bool(*truth),
        DataRef::DateTime(time) => moment(time),
        DataRef::DateTimeIso(iso) => Cell::Moment(iso.clone()),
        DataRef::DurationIso(iso) => text(iso),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
    }
}

/// A day where no time of day is said, a time of day where no day is.
fn moment(time: &ExcelDateTime) -> Cell {
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let clock = match milli {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        milli => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    };
    let date = format!("{year:04}-{month:02}-{day:02}");
    if time.is_duration() || time.as_f64() < 1.0 {
        return Cell::Text(clock);
    }
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => Cell::Moment(date),
        _ => Cell::Moment(format!("{date}T{clock}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_xlsxwriter::{Format, Workbook};

    #[test]
    fn numbers_are_read_as_they_look() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("numbers.xlsx");
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        let looks = [
            (0.13, "0%"),
            (0.075, "0.00%"),
            (7.0, "000000"),
            (7.5, "000000"),
            (-7.0, "000"),
            (7.0, "0"),
            (7.0, "#,##0.00"),
        ];
        for (column, (number, look)) in (0..).zip(looks) {
            let look = Format::new().set_num_format(look);
            sheet.write_number_with_format(0, column, number, &look).unwrap();
        }
        workbook.save(&path).unwrap();
        let (mut rows, _) = WorkbookRows::open(&path, None).unwrap();
        let row = rows.next().unwrap().unwrap();
        let texts: Vec<String> = row.cells.iter().map(Cell::text).collect();
        assert_eq!(texts, ["13%", "7.5%", "000007", "7.5", "-7", "7", "7"]);
        assert!(WorkbookRows::open(&path, Some("nowhere")).is_err());
    }
}
