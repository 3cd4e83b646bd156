//! A record as a workbook of one sheet that prints on A4: numbers as numbers, text as text, whatever it looks like.

use crate::amounts::{cents, number};
use crate::context::Subject;
use crate::error::DocumentError;
use crate::sheet::{self, CellForm, SheetTemplate, line_of};
use crate::templates;
use minijinja::{Environment, Value as Shown};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use std::path::{Path, PathBuf};
use sunmao_catalogue::{Field, Record, Value};
use toml::Spanned;

const A4: u8 = 9;
const WIDTH: f64 = 12.0;
/// A number of more digits than a spreadsheet keeps is written as text.
const DIGITS: usize = 15;
const MOST_COLUMNS: usize = 100;

/// The workbook of a record.
pub(crate) fn workbook(folder: &Path, subject: &Subject<'_>) -> Result<Vec<u8>, DocumentError> {
    let file = templates::sheet_file(folder, &subject.kind.name);
    let (template, source) = sheet::read(&file)?;
    let making = Making {
        environment: templates::environment(folder),
        context: subject.context(),
        record: subject.record(),
        folder: folder.to_owned(),
        file,
        source,
        template,
        subject,
    };
    making.workbook()
}

struct Making<'a> {
    environment: Environment<'static>,
    context: Shown,
    record: Record,
    folder: PathBuf,
    file: PathBuf,
    source: String,
    template: SheetTemplate,
    subject: &'a Subject<'a>,
}

/// How cells look.
struct Looks {
    title: Format,
    row: Format,
    heading: Format,
    text: Format,
    money: Format,
    number: Format,
    percent: Format,
    total: Format,
}

impl Looks {
    fn new() -> Self {
        let framed = || Format::new().set_border(FormatBorder::Thin).set_text_wrap();
        let numbers = |digits: &str| framed().set_num_format(digits);
        Looks {
            title: Format::new()
                .set_bold()
                .set_font_size(16)
                .set_align(FormatAlign::Center),
            row: Format::new().set_text_wrap().set_align(FormatAlign::Left),
            heading: framed().set_bold().set_align(FormatAlign::Center),
            text: framed().set_num_format("@"),
            money: numbers("#,##0.00"),
            number: numbers("General"),
            percent: numbers("0.##%"),
            total: framed().set_bold().set_align(FormatAlign::Right),
        }
    }
}

impl Making<'_> {
    fn workbook(&self) -> Result<Vec<u8>, DocumentError> {
        let list = self.list()?;
        let members = self.members(list)?;
        let title = self.text(&self.template.title)?;
        let head = self.texts(&self.template.head)?;
        let foot = self.texts(&self.template.foot)?;
        let mut totals = Vec::new();
        for total in &self.template.totals {
            let field = self.field(&self.subject.kind.fields, &total.member)?;
            let under = self.column_of(&total.under)?;
            totals.push((total.label.as_str(), self.record.get(&field.snake_name()), under));
        }
        let parts = Parts {
            title,
            head,
            lines: self.lines(list, &members),
            totals,
            foot,
        };
        self.written(&parts)
            .map_err(|error| DocumentError::new(&self.file, None, error.to_string()))
    }

    /// The list whose lines the table has.
    fn list(&self) -> Result<&Field, DocumentError> {
        let list = self.field(&self.subject.kind.fields, &self.template.list)?;
        if list.fields.is_empty() {
            let line = self.line(&self.template.list);
            let message = format!("list: `{}` is no list", list.snake_name());
            return Err(DocumentError::new(&self.file, Some(line), message));
        }
        let columns = self.template.columns.len();
        if columns == 0 || columns > MOST_COLUMNS {
            let message = format!("columns: a table has 1 to {MOST_COLUMNS}");
            return Err(DocumentError::new(&self.file, None, message));
        }
        Ok(list)
    }

    /// The member that each column shows.
    fn members(&self, list: &Field) -> Result<Vec<Option<String>>, DocumentError> {
        let columns = self.template.columns.iter();
        let members = columns.map(|column| match &column.member {
            Some(member) => Ok(Some(self.field(&list.fields, member)?.snake_name())),
            None => Ok(None),
        });
        members.collect()
    }

    fn lines<'b>(&'b self, list: &Field, members: &[Option<String>]) -> Vec<Vec<Cell<'b>>> {
        let items = self.record.get(&list.snake_name()).and_then(Value::as_list);
        let items = items.unwrap_or_default().iter().filter_map(Value::as_record);
        let line = |(position, item): (usize, &'b Record)| -> Vec<Cell<'b>> {
            let cells = members.iter().map(|member| match member {
                Some(member) => Cell::Member(item.get(member)),
                None => Cell::Position(position + 1),
            });
            cells.collect()
        };
        items.enumerate().map(line).collect()
    }

    fn column_of(&self, member: &Spanned<String>) -> Result<usize, DocumentError> {
        let wanted = member.get_ref();
        let mut columns = self.template.columns.iter();
        let at = columns.position(|column| column.member.as_ref().is_some_and(|own| own.get_ref() == wanted));
        at.filter(|at| *at > 0).ok_or_else(|| {
            let message = format!("under: no column behind the first one shows `{wanted}`");
            DocumentError::new(&self.file, Some(self.line(member)), message)
        })
    }

    fn field<'b>(&self, fields: &'b [Field], member: &Spanned<String>) -> Result<&'b Field, DocumentError> {
        let name = member.get_ref();
        let found = fields.iter().find(|field| field.has_english_name(name));
        found.ok_or_else(|| {
            let names: Vec<String> = fields.iter().map(Field::snake_name).collect();
            let near = sunmao_catalogue::nearest(name, names.iter().map(String::as_str));
            let message = format!("`{name}` is no member of {}", self.subject.kind.name);
            let error = DocumentError::new(&self.file, Some(self.line(member)), message);
            match near {
                Some(near) => error.with_hint(&format!("did you mean `{near}`?")),
                None => error,
            }
        })
    }

    fn texts(&self, sources: &[Spanned<String>]) -> Result<Vec<String>, DocumentError> {
        let texts: Result<Vec<String>, DocumentError> =
            sources.iter().map(|source| self.text(source)).collect();
        Ok(texts?
            .into_iter()
            .filter(|text| !text.trim().is_empty())
            .collect())
    }

    fn text(&self, source: &Spanned<String>) -> Result<String, DocumentError> {
        let line = self.line(source);
        let (environment, context) = (&self.environment, &self.context);
        templates::text(
            environment,
            &self.folder,
            &self.file,
            line,
            source.get_ref(),
            context,
        )
    }

    fn line(&self, value: &Spanned<String>) -> usize {
        line_of(&self.source, value.span().start)
    }

    fn written(&self, parts: &Parts<'_>) -> Result<Vec<u8>, XlsxError> {
        let looks = Looks::new();
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name(&self.template.name)?;
        sheet.set_paper_size(A4);
        if self.template.landscape {
            sheet.set_landscape();
        }
        sheet.set_print_fit_to_pages(1, 0);
        sheet.set_footer("&C&P / &N");
        let last = u16::try_from(self.template.columns.len() - 1).unwrap_or_default();
        for (column, own) in (0_u16..).zip(&self.template.columns) {
            sheet.set_column_width(column, own.width.unwrap_or(WIDTH))?;
        }
        let mut row = 0;
        over_all(sheet, &mut row, last, &parts.title, &looks.title)?;
        for text in &parts.head {
            over_all(sheet, &mut row, last, text, &looks.row)?;
        }
        for (column, own) in (0_u16..).zip(&self.template.columns) {
            sheet.write_string_with_format(row, column, &own.label, &looks.heading)?;
        }
        sheet.set_repeat_rows(row, row)?;
        row += 1;
        for line in &parts.lines {
            for ((column, own), cell) in (0_u16..).zip(&self.template.columns).zip(line) {
                put(sheet, (row, column), cell, own.format, &looks)?;
            }
            row += 1;
        }
        for (label, value, under) in &parts.totals {
            let under = u16::try_from(*under).unwrap_or_default();
            across(sheet, row, (0, under - 1), label, &looks.total)?;
            put(
                sheet,
                (row, under),
                &Cell::Member(*value),
                CellForm::Money,
                &looks,
            )?;
            row += 1;
        }
        for text in &parts.foot {
            over_all(sheet, &mut row, last, text, &looks.row)?;
        }
        workbook.save_to_buffer()
    }
}

/// What a sheet holds, from top to bottom.
struct Parts<'a> {
    title: String,
    head: Vec<String>,
    lines: Vec<Vec<Cell<'a>>>,
    totals: Vec<(&'a str, Option<&'a Value>, usize)>,
    foot: Vec<String>,
}

/// What stands in a cell.
enum Cell<'a> {
    Position(usize),
    Member(Option<&'a Value>),
}

/// A text over the whole width, in a row of its own.
fn over_all(
    sheet: &mut Worksheet,
    row: &mut u32,
    last: u16,
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    across(sheet, *row, (0, last), text, format)?;
    *row += 1;
    Ok(())
}

fn across(
    sheet: &mut Worksheet,
    row: u32,
    (first, last): (u16, u16),
    text: &str,
    format: &Format,
) -> Result<(), XlsxError> {
    match first == last {
        true => sheet.write_string_with_format(row, first, text, format).map(drop),
        false => sheet.merge_range(row, first, row, last, text, format).map(drop),
    }
}

fn put(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell<'_>,
    form: CellForm,
    looks: &Looks,
) -> Result<(), XlsxError> {
    let text = match cell {
        Cell::Position(position) => {
            let position = u32::try_from(*position).unwrap_or(u32::MAX);
            return sheet
                .write_number_with_format(row, column, position, &looks.number)
                .map(drop);
        }
        Cell::Member(value) => value.and_then(Value::to_text).unwrap_or_default(),
    };
    let read = number(&text).filter(|_| form != CellForm::Text);
    let (value, look) = match (form, read) {
        (CellForm::Money, Some(number)) => (cents(number), &looks.money),
        (CellForm::Percent, Some(number)) => (number / Decimal::ONE_HUNDRED, &looks.percent),
        (_, Some(number)) => (number, &looks.number),
        (_, None) => {
            return sheet
                .write_string_with_format(row, column, &text, &looks.text)
                .map(drop);
        }
    };
    let digits = value.mantissa().unsigned_abs().to_string().len();
    match value.to_f64().filter(|_| digits <= DIGITS) {
        Some(value) => sheet.write_number_with_format(row, column, value, look).map(drop),
        None => sheet
            .write_string_with_format(row, column, &text, &looks.text)
            .map(drop),
    }
}
