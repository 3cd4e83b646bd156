//! Reading loose values: numbers with thousands separators, dates in many forms, truth values as digits. Callers and
//! the ERP are equally loose, so arguments and answers share these readers.

use crate::Value;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    fmt::strtime::BrokenDownTime,
    tz::Offset,
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// Dates as people and the ERP write them, the ERP's own form first.
const DATE_FORMATS: [&str; 4] = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"];
/// Times of day, the longer form first because the shorter one is its beginning.
const TIME_FORMATS: [&str; 4] = ["%H:%M:%S%.f", "%H:%M", "%H时%M分%S秒", "%H时%M分"];
/// Offsets: `+02:00`, `+0200`, `+02`.
const OFFSET_FORMATS: [&str; 3] = ["%:z", "%z", "%:::z"];
/// The ERP keeps China's local time, which has one zone and no summer time.
const ERP_OFFSET: Offset = Offset::constant(8);

/// A date, with or without a time of day, in the ERP's local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A day alone.
    Day(Date),
    /// A time on a day.
    Time(DateTime),
}

impl Moment {
    /// The instant, in UTC; none of a day alone.
    pub fn instant(self) -> Option<Timestamp> {
        match self {
            Moment::Day(_) => None,
            Moment::Time(time) => ERP_OFFSET.to_timestamp(time).ok(),
        }
    }

    /// The moment that an instant is.
    pub fn of(instant: Timestamp) -> Self {
        Moment::Time(ERP_OFFSET.to_datetime(instant))
    }

    /// ISO 8601: `2025-03-07` or `2025-03-07T10:00:00`.
    pub fn iso(self) -> String {
        match self {
            Moment::Day(date) => date.to_string(),
            Moment::Time(time) => time.to_string(),
        }
    }

    /// The day, whatever the time of day.
    pub(crate) fn day(self) -> Date {
        match self {
            Moment::Day(day) => day,
            Moment::Time(time) => time.date(),
        }
    }

    /// As the ERP writes it: `2025-03-07` or `2025-03-07 10:00:00`, to the second. Its older half does not read ISO's `T`.
    pub(crate) fn wire(self) -> String {
        match self {
            Moment::Day(date) => date.to_string(),
            Moment::Time(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        }
    }
}

/// A date in any of the usual forms. A time with an offset (`Z`, `+02:00`) is moved to the ERP's local time.
pub fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if let Some(moment) = plain(text) {
        return Some(moment);
    }
    let (date, rest) = day(text)?;
    let rest = rest.trim_start_matches([' ', 'T', 't']);
    if rest.is_empty() {
        return Some(Moment::Day(date));
    }
    let (time, rest) = TIME_FORMATS.iter().find_map(|format| prefix(format, rest))?;
    let time = date.to_datetime(time.to_time().ok()?);
    let Some(offset) = offset(rest.trim())? else {
        return Some(Moment::Time(time));
    };
    let instant = offset.to_timestamp(time).ok()?;
    Some(Moment::Time(ERP_OFFSET.to_datetime(instant)))
}

/// A whole number, also as text or as a decimal without a fraction.
pub fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(value) => Some(*value),
        Value::Bool(value) => Some(i64::from(*value)),
        Value::Decimal(value) => whole(*value),
        Value::Text(text) => text.trim().parse().ok().or_else(|| whole(number(text)?)),
        _ => None,
    }
}

/// An exact decimal, also as text or as a whole number.
pub fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Integer(value) => Some(Decimal::from(*value)),
        Value::Decimal(value) => Some(*value),
        Value::Text(text) => number(text),
        _ => None,
    }
}

/// A truth value, also as a digit or a word.
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Integer(0) => Some(false),
        Value::Integer(1) => Some(true),
        Value::Decimal(value) => truth(&Value::Integer(whole(*value)?)),
        Value::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" | "是" => Some(true),
            "false" | "0" | "no" | "否" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A text that is nothing but a number of some sort (a phone, an account, an amount) in plain digits and marks, whatever
/// width it was typed in; none where it is anything else.
pub fn plain_number(text: &str) -> Option<String> {
    let plain: String = text.trim().nfkc().collect();
    let is_part = |letter: char| letter.is_ascii_digit() || " +-()/.,#".contains(letter);
    (plain.chars().all(is_part) && plain.contains(|letter: char| letter.is_ascii_digit())).then_some(plain)
}

/// Any value as text: scalars as a person writes them, null as nothing, lists and records as JSON.
pub(crate) fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Text(text) => Cow::Borrowed(text),
        _ => Cow::Owned(
            value
                .to_text()
                .or_else(|| serde_json::to_string(value).ok())
                .unwrap_or_default(),
        ),
    }
}

/// An exact decimal, or the digits of a number that is too long to be one.
pub(crate) fn exact(value: &Value) -> Option<Value> {
    if let Some(number) = decimal(value) {
        return Some(Value::Decimal(number));
    }
    let text = unseparated(value.as_text()?)?;
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = is_digits(whole.trim_start_matches(['-', '+'])) && is_digits(fraction);
    is_number.then(|| Value::from(text.as_ref()))
}

/// The number in `1,200.50` or `-3`.
fn number(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(&unseparated(text)?).ok()
}

/// A number's text without its separators. They must stand between groups of three digits, so that a list of codes
/// (`1,2`) is never taken for a number.
fn unseparated(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    let legal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'-' | b'+');
    if !text.bytes().all(legal) {
        return None;
    }
    if !text.contains(',') {
        return Some(Cow::Borrowed(text));
    }
    let whole = text.split('.').next()?.trim_start_matches(['-', '+']);
    let mut groups = whole.split(',');
    let first = groups.next()?;
    if !(1..=3).contains(&first.len()) || !groups.all(|group| group.len() == 3) {
        return None;
    }
    Some(Cow::Owned(text.replace(',', "")))
}

fn whole(number: Decimal) -> Option<i64> {
    if number.is_integer() {
        number.to_i64()
    } else {
        None
    }
}

/// The two forms that nearly every date has, without trying formats. A time with an offset can be as long as one
/// without (`2025-03-07T10:00-04`), and reading it as a civil time would drop the offset.
fn plain(text: &str) -> Option<Moment> {
    let shape = |at: usize, expected: u8| text.as_bytes().get(at) == Some(&expected);
    if !shape(4, b'-') || !shape(7, b'-') || text.len() == 19 && !shape(16, b':') {
        return None;
    }
    match text.len() {
        10 => text.parse().ok().map(Moment::Day),
        19 => text.parse().ok().map(Moment::Time),
        _ => None,
    }
}

fn day(text: &str) -> Option<(Date, &str)> {
    let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (parsed, rest) = if compact {
        prefix("%Y%m%d", text)?
    } else {
        DATE_FORMATS.iter().find_map(|format| prefix(format, text))?
    };
    let date = parsed.to_date().ok()?;
    (1000..=9999).contains(&date.year()).then_some((date, rest))
}

/// No offset at all, or the one that the text is; none at all when it is something else.
fn offset(text: &str) -> Option<Option<Offset>> {
    if text.is_empty() {
        return Some(None);
    }
    if text.eq_ignore_ascii_case("z") {
        return Some(Some(Offset::UTC));
    }
    OFFSET_FORMATS
        .iter()
        .filter_map(|format| prefix(format, text))
        .find(|(_, rest)| rest.is_empty())
        .map(|(parsed, _)| parsed.offset())
}

/// What a format reads from the beginning of a text, and what it leaves.
fn prefix<'a>(format: &str, text: &'a str) -> Option<(BrokenDownTime, &'a str)> {
    let (parsed, end) = BrokenDownTime::parse_prefix(format, text).ok()?;
    Some((parsed, text.get(end..)?))
}

#[cfg(test)]
mod tests;
