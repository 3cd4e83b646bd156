//! A value of a member as a table shows it, so that reading the table gives the same value again.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::Offset};
use sunmao_catalogue::coerce::{self, Moment};
use sunmao_catalogue::{Field, FieldType, Value};

/// As long is a day that has no time behind it.
const DAY: usize = "2026-03-05".len();
/// Digits of a number that spreadsheets keep.
const DIGITS: usize = 15;
/// The first whole year that a spreadsheet's calendar has right.
const FIRST_YEAR: i16 = 1901;
/// The first year that is read from a table.
const FIRST_READ: i16 = 1000;

/// What is shown in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shown {
    Nothing,
    Text(String),
    /// A number that a spreadsheet keeps as it is, and its digits.
    Number(f64, String),
    Day(Date),
    /// China's time, to the second.
    Moment(DateTime),
}

impl Shown {
    /// As it stands in plain text; whether it was a text of somebody's is told apart.
    pub(crate) fn text(&self) -> String {
        match self {
            Shown::Nothing => String::new(),
            Shown::Text(text) | Shown::Number(_, text) => text.clone(),
            Shown::Day(day) => day.to_string(),
            Shown::Moment(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }
}

/// A member's value.
pub(crate) fn shown(field: &Field, value: &Value) -> Shown {
    let text = match value {
        Value::Null => return Shown::Nothing,
        Value::List(_) | Value::Record(_) => {
            return Shown::Text(serde_json::to_string(value).unwrap_or_default());
        }
        Value::Bool(truth) => return Shown::Text(if *truth { "是" } else { "否" }.to_owned()),
        scalar => scalar.to_text().unwrap_or_default(),
    };
    let shown = match field.kind {
        FieldType::String => Some(Shown::Text(label(field, &text))),
        FieldType::Int | FieldType::Decimal => number(value, &text),
        FieldType::Date if text.len() == DAY => text
            .parse()
            .ok()
            .filter(|day: &Date| day.year() >= FIRST_YEAR)
            .map(Shown::Day),
        FieldType::Time => text.parse().ok().map(moment),
        _ => None,
    };
    shown.unwrap_or(Shown::Text(text))
}

/// The label of a choice, where no other choice could be meant by it.
fn label(field: &Field, code: &str) -> String {
    let known = field.values.iter().find(|known| known.code == code);
    let is_clear = |label: &str| {
        let alike = field
            .values
            .iter()
            .filter(|known| known.label == label || known.code == label);
        alike.count() == 1 && label.trim() == label && !label.is_empty()
    };
    match known {
        Some(known) if is_clear(&known.label) => known.label.clone(),
        _ => code.to_owned(),
    }
}

fn number(value: &Value, text: &str) -> Option<Shown> {
    let number = coerce::decimal(value)?;
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits > DIGITS {
        return None;
    }
    let float: f64 = number.to_string().parse().ok()?;
    Some(Shown::Number(float, text.to_owned()))
}

fn moment(instant: Timestamp) -> Shown {
    let Moment::Time(time) = Moment::of(instant) else {
        return Shown::Text(instant.to_string());
    };
    let is_whole = time.subsec_nanosecond() == 0;
    match time.year() {
        FIRST_YEAR.. if is_whole => Shown::Moment(time),
        FIRST_READ.. => Shown::Text(time.to_string().replace('T', " ")),
        _ => Shown::Text(Offset::UTC.to_datetime(instant).to_string() + "Z"),
    }
}
