//! A cell as a value of a member: what people write (full-width digits, `¥1,234.50`, 1.2万, 2026年3月5日, 是) becomes what the
//! kind's check takes. What cannot be understood stays as it is written, for that check to refuse.

use crate::Cell;
use crate::cell::decimal;
use crate::columns::is_nested;
use rust_decimal::Decimal;
use rust_decimal::prelude::{One, ToPrimitive};
use sunmao_catalogue::coerce::{self, Moment};
use sunmao_catalogue::{Field, FieldType, IdentityForm, Value};

/// What stands before or behind an amount.
const CURRENCIES: [&str; 8] = ["人民币", "RMB", "CNY", "rmb", "cny", "¥", "￥", "元"];
/// What Chinese numbers are counted in.
const UNITS: [(char, i64); 4] = [('亿', 100_000_000), ('万', 10_000), ('千', 1_000), ('百', 100)];
const YES: [&str; 7] = ["有", "对", "y", "t", "√", "✓", "已"];
const NO: [&str; 6] = ["无", "没有", "n", "f", "×", "未"];

/// Why a cell is no value, where no check would see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// A long number in a numeric cell: the program has thrown its last digits away.
    Digits,
    /// A formula that could not be worked out.
    Formula,
}

/// The value in a cell; null in an empty one.
///
/// # Errors
/// What stood there is lost.
pub(crate) fn value(field: &Field, cell: &Cell) -> Result<Value, Lost> {
    if let Cell::Broken(_) = cell {
        return Err(Lost::Formula);
    }
    if cell.is_blank() {
        return Ok(Value::Null);
    }
    let text = cell.text();
    let text = text.trim();
    let as_written = || Value::from(text);
    if is_nested(field) {
        return Ok(serde_json::from_str(text).unwrap_or_else(|_| as_written()));
    }
    if cell.has_lost_digits() && !matches!(field.kind, FieldType::Int | FieldType::Decimal | FieldType::Bool)
    {
        return Err(Lost::Digits);
    }
    let read = match field.kind {
        FieldType::String if !field.values.is_empty() => choice(field, text),
        FieldType::String => Some(Value::from(words(field, text))),
        FieldType::Int | FieldType::Decimal => number(field, cell, text),
        FieldType::Bool => truth(cell, text).map(Value::Bool),
        FieldType::Date => day(text),
        FieldType::Time => instant(text),
        FieldType::Datetime | FieldType::List | FieldType::Object => None,
    };
    Ok(read.unwrap_or_else(as_written))
}

/// Text, with what identifies a record in its usual spelling, and numbers in plain digits.
fn words(field: &Field, text: &str) -> String {
    let normal = match field.identity {
        Some(IdentityForm::Name) | None => String::new(),
        Some(form) => form.normal(text),
    };
    if !normal.is_empty() {
        return normal;
    }
    coerce::plain_number(text).unwrap_or_else(|| text.to_owned())
}

/// Letters and digits of one width.
fn wide_to_plain(text: &str) -> String {
    IdentityForm::Text.normal(text)
}

/// A choice by its name or its label, in whatever spelling only one of them has.
fn choice(field: &Field, text: &str) -> Option<Value> {
    let is_exact = |text: &str| {
        field
            .values
            .iter()
            .any(|known| known.code == text || known.label == text)
    };
    if is_exact(text) {
        return Some(Value::from(text));
    }
    let plain = IdentityForm::Name.normal(text);
    let is_it = |name: &str| IdentityForm::Name.normal(name) == plain;
    let mut meant = field
        .values
        .iter()
        .filter(|known| is_it(&known.code) || is_it(&known.label));
    match (meant.next(), meant.next()) {
        (Some(known), None) => Some(Value::from(known.code.as_str())),
        _ => None,
    }
}

fn number(field: &Field, cell: &Cell, text: &str) -> Option<Value> {
    let number = match cell {
        Cell::Number(number) => decimal(*number)?,
        Cell::Bool(_) | Cell::Moment(_) => return None,
        _ => amount(field, text)?,
    };
    let whole = || number.is_integer().then(|| number.to_i64()).flatten();
    match field.kind {
        FieldType::Int => whole().map(Value::Integer).or(Some(Value::Decimal(number))),
        _ => Some(Value::Decimal(number)),
    }
}

/// An amount as people write it.
fn amount(field: &Field, text: &str) -> Option<Decimal> {
    let plain = wide_to_plain(text).replace('，', ",").replace(' ', "");
    let mut text = plain.as_str();
    let is_owed = text.starts_with('(') && text.ends_with(')');
    if is_owed {
        text = text.strip_prefix('(')?.strip_suffix(')')?;
    }
    let sign = text.strip_prefix('-');
    text = sign.unwrap_or(text);
    for currency in CURRENCIES {
        text = text.strip_prefix(currency).unwrap_or(text);
        text = text.strip_suffix(currency).unwrap_or(text);
    }
    let (text, hundredth) = match text.strip_suffix('%') {
        Some(text) => (text, share(field)?),
        None => (text, Decimal::ONE),
    };
    let (text, unit) = counted(text);
    let number = coerce::decimal(&Value::from(text))?;
    let factor = unit * hundredth;
    let number = match factor.is_one() {
        true => number,
        false => number.checked_mul(factor)?.normalize(),
    };
    let is_negative = is_owed != sign.is_some();
    Some(if is_negative { -number } else { number })
}

/// What a per cent of a member is: one where it counts them, a hundredth where one is the whole.
fn share(field: &Field) -> Option<Decimal> {
    match field.maximum {
        Some(1) => Some(Decimal::new(1, 2)),
        Some(100) => Some(Decimal::ONE),
        _ => None,
    }
}

/// A number without its units, and what they multiply it by: 万, 亿, 千万.
fn counted(mut text: &str) -> (&str, Decimal) {
    let mut factor = Decimal::ONE;
    while let Some((rest, unit)) = UNITS
        .iter()
        .find_map(|(name, unit)| Some((text.strip_suffix(*name)?, *unit)))
    {
        text = rest;
        factor = factor.saturating_mul(Decimal::from(unit));
    }
    (text, factor)
}

fn truth(cell: &Cell, text: &str) -> Option<bool> {
    if let Cell::Bool(truth) = cell {
        return Some(*truth);
    }
    let plain = wide_to_plain(text).to_lowercase();
    if YES.contains(&plain.as_str()) {
        return Some(true);
    }
    if NO.contains(&plain.as_str()) {
        return Some(false);
    }
    coerce::truth(&Value::from(plain))
}

/// A day, also where a program has written midnight behind it.
fn day(text: &str) -> Option<Value> {
    match coerce::moment(&wide_to_plain(text))? {
        Moment::Day(day) => Some(Value::from(day.to_string())),
        Moment::Time(time) if time.time() == jiff::civil::Time::midnight() => {
            Some(Value::from(time.date().to_string()))
        }
        Moment::Time(_) => None,
    }
}

/// An instant; without an offset it is China's time, and a day is its beginning.
fn instant(text: &str) -> Option<Value> {
    let plain = wide_to_plain(text);
    if let Ok(instant) = plain.parse::<jiff::Timestamp>() {
        return Some(Value::from(instant.to_string()));
    }
    let moment = match coerce::moment(&plain)? {
        Moment::Day(day) => Moment::Time(day.to_datetime(jiff::civil::Time::midnight())),
        time @ Moment::Time(_) => time,
    };
    Some(Value::from(moment.instant()?.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sunmao_catalogue::{Catalogue, Kinds};

    fn read(member: &str, cell: &Cell) -> String {
        let (kind, member) = member.split_once('.').unwrap();
        let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
        let kind = kinds.find(kind).unwrap();
        let typed = value(kind.field(member).unwrap(), cell).unwrap();
        // As the host's own check takes it; what it refuses, in brackets.
        let patch = serde_json::json!({ member: typed });
        match kind.read("x", patch) {
            Ok(record) => record
                .get(member)
                .map(|value| value.to_text().unwrap())
                .unwrap_or_default(),
            Err(faults) if faults.iter().all(|fault| fault.field != member) => typed.to_text().unwrap(),
            Err(_) => format!("[{}]", typed.to_text().unwrap()),
        }
    }

    fn text(member: &str, text: &str) -> String {
        read(member, &Cell::Text(text.to_owned()))
    }

    #[test]
    fn phones_are_one_in_every_spelling() {
        for written in [
            "+86 177-0000-0001",
            "１７７０００００００１",
            " 177 0000 0001",
            "0086 17700000001",
            "(+86)17700000001",
        ] {
            assert_eq!(text("contact.phone", written), "17700000001", "{written}");
        }
        assert_eq!(
            read("contact.phone", &Cell::Number(17_700_000_001.0)),
            "17700000001"
        );
        assert_eq!(text("ticket.phone", "０１０－８８８８"), "010-8888");
        assert_eq!(text("contact.address", "幸福路１２号"), "幸福路１２号");
        assert_eq!(text("contract.number", " ＨＴ－００１ "), "HT-001");
    }

    #[test]
    fn days_and_times_are_read_as_people_write_them() {
        for written in [
            "2026/3/5",
            "2026年3月5日",
            "2026-03-05",
            "2026.3.5",
            "20260305",
            "２０２６年３月５日",
            "2026/3/5 0:00:00",
        ] {
            assert_eq!(text("contract.signed_on", written), "2026-03-05", "{written}");
        }
        assert_eq!(
            read("contract.signed_on", &Cell::Moment("2026-03-05".into())),
            "2026-03-05"
        );
        assert_eq!(text("contract.signed_on", "3月5日"), "[3月5日]");
        assert_eq!(
            text("contract.signed_on", "2026-03-05 10:00"),
            "[2026-03-05 10:00]"
        );
        for written in [
            "2026/3/5 18:00",
            "2026-03-05T10:00:00Z",
            "2026年3月5日 18时00分",
            "2026-03-05 18:00:00",
        ] {
            assert_eq!(
                text("contact.updated_at", written),
                "2026-03-05T10:00:00Z",
                "{written}"
            );
        }
        assert_eq!(
            read("contact.updated_at", &Cell::Moment("2026-03-05T18:00:00".into())),
            "2026-03-05T10:00:00Z"
        );
        assert_eq!(text("contact.updated_at", "2026-03-05"), "2026-03-04T16:00:00Z");
    }

    #[test]
    fn amounts_are_exact_however_they_are_dressed() {
        for (written, amount) in [
            ("¥1,234.50", "1234.50"),
            ("￥１，２３４．５０", "1234.50"),
            ("1,234.50元", "1234.50"),
            ("人民币 1234.5 元", "1234.5"),
            ("1.2万", "12000"),
            ("1.2万元", "12000"),
            ("3千万", "30000000"),
            ("0.5亿", "50000000"),
            ("RMB 5", "5"),
            ("1,23", "[1,23]"),
            ("一万", "[一万]"),
            ("面议", "[面议]"),
            ("12%", "[12%]"),
        ] {
            assert_eq!(text("contract.total", written), amount, "{written}");
        }
        assert_eq!(text("invoice.amount", "(1,200.50)"), "-1200.50");
        assert_eq!(text("invoice.amount", "-¥3"), "-3");
        assert_eq!(text("invoice.tax_rate", "13%"), "13");
        assert_eq!(read("contract.total", &Cell::Number(0.1 + 0.2)), "0.3");
        assert_eq!(text("contact.score", "８０"), "80");
        assert_eq!(text("contact.score", "80.0"), "80");
        assert_eq!(text("contact.score", "80.5"), "[80.5]");
        assert_eq!(text("contact.score", "高"), "[高]");
    }

    #[test]
    fn truth_and_choices_go_by_many_names() {
        for yes in ["是", "有", "Y", "yes", "1", "TRUE", "√", "Ｙ"] {
            assert_eq!(text("contact.has_order", yes), "true", "{yes}");
        }
        for no in ["否", "无", "N", "no", "0", "false", "没有"] {
            assert_eq!(text("contact.has_order", no), "false", "{no}");
        }
        assert_eq!(read("contact.has_order", &Cell::Bool(true)), "true");
        assert_eq!(read("contact.has_order", &Cell::Number(1.0)), "true");
        assert_eq!(text("contact.has_order", "也许"), "[也许]");
        for written in ["客户", "customer", " Customer ", "ＣＵＳＴＯＭＥＲ"] {
            assert_eq!(text("contact.type", written), "customer", "{written}");
        }
        assert_eq!(text("contact.type", "老客户"), "[老客户]");
    }

    #[test]
    fn what_a_program_lost_is_not_taken_for_what_was_typed() {
        let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
        let account = kinds
            .find("invoice")
            .unwrap()
            .field("bank_account")
            .unwrap()
            .clone();
        assert_eq!(
            value(&account, &Cell::Number(6.222_021_234_567_89e18)),
            Err(Lost::Digits)
        );
        assert_eq!(value(&account, &Cell::Broken("#N/A".into())), Err(Lost::Formula));
        assert_eq!(
            value(&account, &Cell::Number(622_202.0)),
            Ok(Value::from("622202"))
        );
        assert_eq!(value(&account, &Cell::Text(" \u{3000}".into())), Ok(Value::Null));
    }
}
