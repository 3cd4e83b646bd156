//! Days in scripts: texts such as `2026-03-01`, which compare as days do.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rhai::{EvalAltResult, FuncRegistration, INT, Module};

type Raised = Box<EvalAltResult>;

/// Adds `day_of(moment, time_zone)` and `days_after(day, days)`.
pub fn add(module: &mut Module) {
    FuncRegistration::new("day_of")
        .in_global_namespace()
        .set_into_module(module, |moment: &str, time_zone: &str| day_of(moment, time_zone));
    FuncRegistration::new("days_after")
        .in_global_namespace()
        .set_into_module(module, |day: &str, days: INT| days_after(day, days));
}

/// The day on which a moment falls by the clock of a time zone: `day_of(clock::now(), "Asia/Shanghai")`.
fn day_of(moment: &str, time_zone: &str) -> Result<String, Raised> {
    let at: Timestamp = moment
        .parse()
        .map_err(|_| format!("{moment} is no moment, such as 2026-03-01T08:00:00Z"))?;
    let zone = TimeZone::get(time_zone)
        .map_err(|_| format!("{time_zone} is no time zone, such as Asia/Shanghai"))?;
    Ok(at.to_zoned_datetime(zone).date().to_string())
}

/// The day so many days behind a day; before it, where they are negative.
fn days_after(day: &str, days: INT) -> Result<String, Raised> {
    let date: Date = day
        .parse()
        .map_err(|_| format!("{day} is no day, such as 2026-03-01"))?;
    let other = Span::new().try_days(days).and_then(|span| date.checked_add(span));
    let other = other.map_err(|_| format!("{days} days after {day} is no day of any calendar"))?;
    Ok(other.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_on_the_day_of_whoever_looks() {
        let moment = "2026-02-28T16:30:00.000Z";
        assert_eq!(
            day_of(moment, "Asia/Shanghai").ok().as_deref(),
            Some("2026-03-01")
        );
        assert_eq!(day_of(moment, "UTC").ok().as_deref(), Some("2026-02-28"));
        assert!(day_of("yesterday", "UTC").is_err());
        assert!(day_of(moment, "Shanghai").is_err());
    }

    #[test]
    fn days_are_counted_over_months_and_years_and_not_beyond_them() {
        assert_eq!(days_after("2024-02-28", 2).ok().as_deref(), Some("2024-03-01"));
        assert_eq!(days_after("2026-01-01", -1).ok().as_deref(), Some("2025-12-31"));
        assert!(days_after("2026-13-01", 1).is_err());
        assert!(days_after("2026-01-01", i64::MAX).is_err());
        assert!(days_after("9999-12-31", 1).is_err());
    }
}
