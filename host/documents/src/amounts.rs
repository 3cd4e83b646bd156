//! Numbers as documents show them: with their cents, grouped, without needless zeros, and in capital Chinese words.

use jiff::civil::Date;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, RoundingStrategy};

const CENTS: u32 = 2;

/// The number in a text, written with or without separators.
pub(crate) fn number(text: &str) -> Option<Decimal> {
    text.trim().replace(',', "").parse().ok()
}

/// An amount rounded to the cent, half a cent upwards.
pub(crate) fn cents(amount: Decimal) -> Decimal {
    let mut cents = amount.round_dp_with_strategy(CENTS, RoundingStrategy::MidpointAwayFromZero);
    cents.rescale(CENTS);
    cents
}

/// `1,234,567.80`.
pub(crate) fn money(amount: Decimal) -> String {
    let text = cents(amount).abs().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if cents(amount).is_sign_negative() && !cents(amount).is_zero() {
        "-"
    } else {
        ""
    };
    format!("{sign}{grouped}.{fraction}")
}

/// A quantity or a rate without needless zeros.
pub(crate) fn plain(number: Decimal) -> String {
    number.normalize().to_string()
}

/// An amount in capital words: 壹仟贰佰叁拾肆元伍角陆分. None of one that no such words are made for.
pub(crate) fn capital(amount: Decimal) -> Option<String> {
    let all = cents(amount).checked_mul(Decimal::ONE_HUNDRED)?.to_i64()?;
    let (whole, rest) = (all.unsigned_abs() / 100, all.unsigned_abs() % 100);
    let (tenths, hundredths) = (rest / 10, rest % 10);
    let mut words = String::new();
    if all < 0 {
        words.push('负');
    }
    if whole > 0 || rest == 0 {
        words.push_str(&upper(whole));
        words.push('元');
    }
    match (tenths, hundredths) {
        (0, 0) => words.push('整'),
        (tenths, 0) => words.push_str(&format!("{}角整", upper(tenths))),
        (0, hundredths) if whole > 0 => words.push_str(&format!("零{}分", upper(hundredths))),
        (0, hundredths) => words.push_str(&format!("{}分", upper(hundredths))),
        (tenths, hundredths) => {
            words.push_str(&format!("{}角{}分", upper(tenths), upper(hundredths)));
        }
    }
    Some(words)
}

/// 2026年3月1日.
pub(crate) fn day(text: &str) -> Option<String> {
    let day: Date = text.get(..10).unwrap_or(text).parse().ok()?;
    Some(format!("{}年{}月{}日", day.year(), day.month(), day.day()))
}

/// A whole number in capital words: groups of four digits, a 零 for each gap within.
fn upper(number: u64) -> String {
    const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
    const PLACES: [&str; 4] = ["", "拾", "佰", "仟"];
    const GROUPS: [&str; 5] = ["", "万", "亿", "万亿", "亿亿"];
    let digits: Vec<usize> = number
        .to_string()
        .bytes()
        .map(|digit| usize::from(digit - b'0'))
        .collect();
    let (mut words, mut has_gap, mut is_group_empty) = (String::new(), false, true);
    for (position, digit) in digits.iter().enumerate() {
        let behind = digits.len() - position - 1;
        let (group, place) = (behind / 4, behind % 4);
        if *digit == 0 {
            has_gap = true;
        } else {
            if has_gap && !words.is_empty() {
                words.push('零');
            }
            words.extend(DIGITS.get(*digit));
            words.push_str(PLACES.get(place).copied().unwrap_or_default());
            (has_gap, is_group_empty) = (false, false);
        }
        if place == 0 {
            if !is_group_empty {
                words.push_str(GROUPS.get(group).copied().unwrap_or_default());
            }
            is_group_empty = true;
        }
    }
    match words.is_empty() {
        true => DIGITS[0].to_string(),
        false => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        number(text).unwrap()
    }

    #[test]
    fn amounts_in_words_are_those_of_a_cheque() {
        for (amount, words) in [
            ("0", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角整"),
            ("10", "壹拾元整"),
            ("10.05", "壹拾元零伍分"),
            ("15.2", "壹拾伍元贰角整"),
            ("105.00", "壹佰零伍元整"),
            ("1,001.10", "壹仟零壹元壹角整"),
            ("1234.56", "壹仟贰佰叁拾肆元伍角陆分"),
            ("100000", "壹拾万元整"),
            ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
            ("107000.53", "壹拾万零柒仟元伍角叁分"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("100010000", "壹亿零壹万元整"),
            ("100015", "壹拾万零壹拾伍元整"),
            ("20300045.07", "贰仟零叁拾万零肆拾伍元零柒分"),
            ("1000000000000", "壹万亿元整"),
            ("10203", "壹万零贰佰零叁元整"),
            ("500000001", "伍亿零壹元整"),
            ("-3.5", "负叁元伍角整"),
            ("2.675", "贰元陆角捌分"),
        ] {
            assert_eq!(capital(decimal(amount)).unwrap(), words, "{amount}");
        }
        assert_eq!(capital(Decimal::MAX), None);
    }

    #[test]
    fn amounts_are_grouped_and_have_their_cents() {
        for (amount, shown) in [
            ("0", "0.00"),
            ("999.9", "999.90"),
            ("1000", "1,000.00"),
            ("-1234567.895", "-1,234,567.90"),
            ("123456.005", "123,456.01"),
            ("-0.001", "0.00"),
        ] {
            assert_eq!(money(decimal(amount)), shown);
        }
        assert_eq!(plain(decimal("13.00")), "13");
        assert_eq!(plain(decimal("0.90")), "0.9");
        assert_eq!(day("2026-03-01").unwrap(), "2026年3月1日");
        assert_eq!(day("soon"), None);
    }
}
