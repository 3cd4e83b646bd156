//! The ERP's clock: the wall time of its office, which runs with the machine's, ahead of it, or not at all.

use jiff::civil::{Date, DateTime};
use jiff::{Span, ZonedDateTime};
use std::sync::{Arc, Mutex, PoisonError};

/// A clock that everything in one simulator reads. Clones are the same clock.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    reading: Arc<Mutex<Reading>>,
}

#[derive(Debug, Clone, Copy)]
enum Reading {
    /// The machine's time and so much more.
    Ahead(Span),
    /// Standing still.
    Still(DateTime),
}

/// The time cannot be told: it would be outside the calendar.
#[derive(Debug, thiserror::Error)]
#[error("the simulated time would leave the calendar")]
pub(crate) struct OutOfCalendar;

impl Clock {
    /// A clock that stands still at a time, or runs with the machine's.
    pub(crate) fn new(now: Option<DateTime>) -> Self {
        let reading = now.map_or_else(|| Reading::Ahead(Span::new()), Reading::Still);
        Clock {
            reading: Arc::new(Mutex::new(reading)),
        }
    }

    pub(crate) fn now(&self) -> DateTime {
        let reading = *self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        reading.now()
    }

    pub(crate) fn today(&self) -> Date {
        self.now().date()
    }

    /// The time as the ERP writes it: `2025-03-07 10:00:00`.
    pub(crate) fn text(&self) -> String {
        self.now().strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// Whether it runs by itself.
    pub(crate) fn runs(&self) -> bool {
        let reading = *self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(reading, Reading::Ahead(_))
    }

    /// Makes it stand still at a time.
    pub(crate) fn set(&self, now: DateTime) {
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = Reading::Still(now);
    }

    /// Moves it; one that runs runs on from there.
    pub(crate) fn advance(&self, by: Span) -> Result<(), OutOfCalendar> {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let then = reading.now().checked_add(by).map_err(|_| OutOfCalendar)?;
        *reading = match *reading {
            Reading::Still(_) => Reading::Still(then),
            Reading::Ahead(_) => {
                let ahead = then.since(ZonedDateTime::now().datetime());
                Reading::Ahead(ahead.map_err(|_| OutOfCalendar)?)
            }
        };
        Ok(())
    }
}

impl Reading {
    fn now(self) -> DateTime {
        match self {
            Reading::Still(now) => now,
            Reading::Ahead(by) => ZonedDateTime::now().datetime().saturating_add(by),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use jiff::civil::date;
    use jiff::{Span, ToSpan};

    #[test]
    fn a_clock_that_was_set_stands_still_until_it_is_moved() {
        let clock = Clock::new(Some(date(2025, 3, 7).at(10, 0, 0, 0)));
        assert_eq!(clock.text(), "2025-03-07 10:00:00");
        clock
            .clone()
            .advance("1d 1h30m".parse::<Span>().unwrap())
            .unwrap();
        assert_eq!(clock.text(), "2025-03-08 11:30:00");
        assert!(clock.advance(9_999.years()).is_err());
        assert_eq!(clock.text(), "2025-03-08 11:30:00");
        assert!(!clock.runs());
    }

    #[test]
    fn a_clock_that_runs_runs_on_from_where_it_is_moved() {
        let (real, ahead) = (Clock::new(None), Clock::new(None));
        ahead.advance(40.days()).unwrap();
        assert!(ahead.runs());
        let between = ahead.now().duration_since(real.now()).as_hours();
        assert!((40 * 24 - 1..=40 * 24).contains(&between), "{between}");
    }
}
