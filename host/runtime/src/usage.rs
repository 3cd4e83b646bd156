//! What a caller has used: of one invocation its writes and events, of one version of an extension its log.

use crate::limits::Limits;
use crate::texts::cut;
use governor::clock::DefaultClock;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Fields of one log line.
const MOST_FIELDS: usize = 32;

/// What one invocation has used.
#[derive(Debug, Default)]
pub(crate) struct Usage {
    writes: AtomicU64,
    events: AtomicU32,
    records: AtomicU32,
}

impl Usage {
    /// The number of the write that comes now: a repetition of the invocation numbers them alike.
    pub fn next_write(&self) -> u64 {
        self.writes.fetch_add(1, Ordering::Relaxed)
    }

    /// Whether one more event may be emitted.
    pub fn may_emit(&self, limits: &Limits) -> bool {
        self.events.fetch_add(1, Ordering::Relaxed) < limits.events
    }

    /// Whether one more record may be filed; as many as events.
    pub fn may_file(&self, limits: &Limits) -> bool {
        self.records.fetch_add(1, Ordering::Relaxed) < limits.events
    }
}

type Rate = RateLimiter<NotKeyed, InMemoryState, DefaultClock>;

/// What an extension may write to the log, and what it could not.
#[derive(Debug)]
pub(crate) struct LogMeter {
    lines: Rate,
    bytes: Rate,
    dropped: AtomicU64,
}

/// What becomes of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// It is written, after so many that were not.
    Written {
        /// Lines dropped since the last one that was written.
        dropped_before: u64,
    },
    /// It is dropped, the first one in a row.
    FirstDropped,
    /// It is dropped.
    Dropped,
}

impl LogMeter {
    /// A meter that begins with a whole minute's worth.
    pub fn new(limits: &Limits) -> Self {
        let a_minute = |count: u32| {
            let count = NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
            RateLimiter::direct(Quota::per_minute(count))
        };
        LogMeter {
            lines: a_minute(limits.log_lines_per_minute),
            bytes: a_minute(limits.log_kilobytes_per_minute.saturating_mul(1024)),
            dropped: AtomicU64::new(0),
        }
    }

    /// Takes a line of so many bytes into account.
    pub fn note(&self, bytes: usize) -> Line {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let bytes = NonZeroU32::new(bytes).unwrap_or(NonZeroU32::MIN);
        let fits = self.lines.check().is_ok() && matches!(self.bytes.check_n(bytes), Ok(Ok(())));
        if fits {
            return Line::Written {
                dropped_before: self.dropped.swap(0, Ordering::Relaxed),
            };
        }
        match self.dropped.fetch_add(1, Ordering::Relaxed) {
            0 => Line::FirstDropped,
            _ => Line::Dropped,
        }
    }
}

/// A line's message and fields, cut to what a line may have.
pub(crate) fn log_line(limits: &Limits, message: &str, fields: &[(String, String)]) -> (String, String) {
    let longest = limits.text_bytes;
    let mut line = String::new();
    for (name, value) in fields.iter().take(MOST_FIELDS) {
        if line.len() > longest {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&cut(name.clone(), longest));
        line.push('=');
        line.push_str(&cut(value.clone(), longest));
    }
    if fields.len() > MOST_FIELDS {
        line.push_str(&format!(" … ({} fields in all)", fields.len()));
    }
    (cut(message.to_owned(), longest), cut(line, longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(lines: u32, kilobytes: u32) -> LogMeter {
        LogMeter::new(&Limits {
            log_lines_per_minute: lines,
            log_kilobytes_per_minute: kilobytes,
            ..Limits::default()
        })
    }

    #[test]
    fn lines_beyond_a_minutes_worth_are_dropped_and_said_once() {
        let meter = meter(2, 1);
        assert_eq!(meter.note(1), Line::Written { dropped_before: 0 });
        assert_eq!(meter.note(1), Line::Written { dropped_before: 0 });
        assert_eq!(meter.note(1), Line::FirstDropped);
        assert_eq!(meter.note(1), Line::Dropped);
    }

    #[test]
    fn bytes_count_too() {
        let meter = meter(1_000, 1);
        assert_eq!(meter.note(1_000), Line::Written { dropped_before: 0 });
        assert_eq!(meter.note(1_000), Line::FirstDropped);
        assert_eq!(meter.note(usize::MAX), Line::Dropped, "larger than the minute");
    }

    #[test]
    fn a_line_is_cut_in_all_its_parts() {
        let limits = Limits {
            text_bytes: 10,
            ..Limits::default()
        };
        let long = "y".repeat(100);
        let fields = vec![(long.clone(), long.clone()); 1_000];
        let (message, fields) = log_line(&limits, &long, &fields);
        assert_eq!(message, "yyyyyyyyyy… (100 bytes in all)");
        assert!(fields.len() < 50, "{fields}");
    }
}
