//! Reading the loose numbers and dates that callers send, and writing them as the ERP does.

use jiff::civil::{Date, DateTime};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// The number that a text means, thousands separators or not.
pub(crate) fn number(text: &str) -> Option<Decimal> {
    ungrouped(text.trim())?.parse().ok()
}

/// A whole number without loss: `007` is a text.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let padded = text.len() > 1 && text.starts_with('0');
    let value = ungrouped(text)?.parse().ok()?;
    (!padded).then_some(value)
}

/// A number without its thousands separators. They stand between groups of three digits only, so that several codes
/// (`1,2`) are not taken for one number.
fn ungrouped(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(',') {
        return Some(text.into());
    }
    let whole = text.split('.').next()?.trim_start_matches(['-', '+']);
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    grouped.then(|| text.replace(',', "").into())
}

/// A date, or a date with time, as ISO-like text that sorts: `2025-03-07`, `2025-03-07 10:00:00`. Other text is kept.
pub(crate) fn moment(text: &str) -> String {
    readable_moment(text).unwrap_or_else(|| text.trim().to_owned())
}

/// The same, where the text is a date.
pub(crate) fn readable_moment(text: &str) -> Option<String> {
    let text = text.trim();
    for format in [
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y/%m/%d %H:%M:%S",
    ] {
        if let Ok(moment) = DateTime::strptime(format, text) {
            return Some(moment.strftime("%Y-%m-%d %H:%M:%S").to_string());
        }
    }
    for format in ["%Y-%m-%d", "%Y/%m/%d"] {
        if let Ok(date) = Date::strptime(format, text) {
            return Some(date.strftime("%Y-%m-%d").to_string());
        }
    }
    None
}

/// A day as the ERP's lists write it, without leading zeros: `2025-3-7`. Other text is kept.
pub(crate) fn short_day(text: &str) -> Cow<'_, str> {
    let looks_like_one = text.len() == 10 && text.as_bytes()[4] == b'-';
    if !looks_like_one {
        return text.into();
    }
    match Date::strptime("%Y-%m-%d", text) {
        Ok(date) => format!("{}-{}-{}", date.year(), date.month(), date.day()).into(),
        Err(_) => text.into(),
    }
}

/// A decimal as the ERP's lists write it: `1,200.50`.
pub(crate) fn grouped(value: Decimal) -> String {
    let plain = value.abs().to_string();
    let (whole, fraction) = plain
        .split_once('.')
        .map_or((plain.as_str(), None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    let mut text = String::new();
    if value.is_sign_negative() && !value.is_zero() {
        text.push('-');
    }
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, moment, number, short_day, whole};
    use rust_decimal::Decimal;

    #[test]
    fn loose_dates_become_sortable() {
        assert_eq!(moment("2025-3-7"), "2025-03-07");
        assert_eq!(moment("2025/03/07"), "2025-03-07");
        assert_eq!(moment(" 2025-3-7 9:05:00 "), "2025-03-07 09:05:00");
        assert_eq!(moment("2025-03-07T09:05:00"), "2025-03-07 09:05:00");
        assert_eq!(moment("下周"), "下周");
    }

    #[test]
    fn separators_stand_between_thousands_only() {
        assert_eq!(whole("1,200"), Some(1200));
        assert_eq!(number(" -1,200.50 "), Some(Decimal::new(-120_050, 2)));
        for text in ["1,2", "192,985,", ",", "12,34.5", "1234,567"] {
            assert_eq!((number(text), whole(text)), (None, None), "{text}");
        }
        assert_eq!(whole("007"), None);
    }

    #[test]
    fn days_and_decimals_are_written_as_the_lists_do() {
        assert_eq!(short_day("2025-03-07"), "2025-3-7");
        assert_eq!(short_day("2025-03-07 10:00:00"), "2025-03-07 10:00:00");
        for text in ["0.00", "12.5", "999", "1,200.50", "-1,234,567.8", "100,000"] {
            assert_eq!(number(text).map(grouped).as_deref(), Some(text));
        }
    }
}
