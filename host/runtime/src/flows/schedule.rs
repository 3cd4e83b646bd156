//! When a flow is due by itself: in an interval, or by cron in a time zone. Pure: the time comes from the caller.

mod wall_time;

use croner::Cron;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde::Deserialize;
use std::fmt;
use wall_time::WallTime;

/// Of times that were missed, at most this many are made up for, the newest; the others are counted.
pub const MOST_CAUGHT_UP: usize = 100;
/// Missed times are counted no further.
pub const MOST_COUNTED: u64 = 10_000;
/// Whoever makes up for nothing still takes what is no older than this: a busy host wakes late.
const PUNCTUAL: SignedDuration = SignedDuration::from_secs(60);
/// No schedule is shorter.
const SHORTEST: SignedDuration = SignedDuration::from_secs(1);
/// Nor longer: whoever wants less has cron.
const LONGEST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// What becomes of times that passed while nobody was there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CatchUp {
    /// The latest of them stands for all.
    #[default]
    Latest,
    /// Each is made up for, the newest hundred at most.
    All,
    /// None is; the next one counts.
    None,
}

impl CatchUp {
    /// As it is written in a flow's settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            CatchUp::Latest => "latest",
            CatchUp::All => "all",
            CatchUp::None => "none",
        }
    }
}

/// What a flow's settings say about when it is due.
#[derive(Debug, Clone, Copy, Default)]
pub struct Timing<'a> {
    /// A duration: `1h`.
    pub every: Option<&'a str>,
    /// `0 2 * * *`.
    pub cron: Option<&'a str>,
    /// Where cron's clock hangs: `Asia/Shanghai`; none for UTC.
    pub time_zone: Option<&'a str>,
    /// What becomes of missed times.
    pub catch_up: CatchUp,
}

/// Which key of a flow's settings is unsound, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsound {
    /// The key.
    pub key: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Unsound {
    pub(super) fn new(key: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Unsound {
            key,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// When a flow is due.
#[derive(Debug, Clone)]
pub struct Schedule {
    rhythm: Rhythm,
    catch_up: CatchUp,
}

#[derive(Debug, Clone)]
enum Rhythm {
    /// Counted from 1970-01-01 UTC, so that every host and every start come to the same times.
    Every(SignedDuration),
    Cron(Box<Cron>, TimeZone),
}

/// What is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The times to make up for, the oldest first.
    pub fires: Vec<Timestamp>,
    /// How many times passed for which nothing is done, counted up to [`MOST_COUNTED`].
    pub missed: u64,
}

impl Schedule {
    /// Reads a flow's settings; none where they name neither an interval nor cron.
    ///
    /// # Errors
    /// The first key that cannot be read, or is of no use.
    pub fn read(timing: &Timing<'_>) -> Result<Option<Schedule>, Unsound> {
        if timing.cron.is_none() && timing.time_zone.is_some() {
            let hint = "write cron = \"0 2 * * *\" beside it, or leave it out";
            return Err(Unsound::new("time_zone", "is of no use without cron", hint));
        }
        let rhythm = match (timing.every, timing.cron) {
            (None, None) => return Ok(None),
            (Some(_), Some(_)) => {
                let message = "a flow has an interval or cron, not both";
                return Err(Unsound::new("every", message, "leave one of the two out"));
            }
            (Some(every), None) => Rhythm::Every(duration("every", every)?),
            (None, Some(pattern)) => Rhythm::Cron(Box::new(cron(pattern)?), zone(timing.time_zone)?),
        };
        let schedule = Schedule {
            rhythm,
            catch_up: timing.catch_up,
        };
        match schedule.next(Timestamp::UNIX_EPOCH) {
            Some(_) => Ok(Some(schedule)),
            None => Err(Unsound::new(
                "cron",
                "names a time that never comes",
                "look at its day and month",
            )),
        }
    }

    /// An interval whose missed times are never made up for but by the latest.
    ///
    /// # Errors
    /// The text is no duration, or one that is too short or too long.
    pub fn every(key: &'static str, text: &str) -> Result<Schedule, Unsound> {
        Ok(Schedule {
            rhythm: Rhythm::Every(duration(key, text)?),
            catch_up: CatchUp::Latest,
        })
    }

    /// What becomes of missed times.
    pub fn catch_up(&self) -> CatchUp {
        self.catch_up
    }

    /// Whether it begins at once where nobody has looked before: an interval does, a time of the day is waited for.
    pub fn begins_at_once(&self) -> bool {
        matches!(self.rhythm, Rhythm::Every(_))
    }

    /// The first time after this one.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.rhythm {
            Rhythm::Every(every) => multiple(*every, after, 1),
            Rhythm::Cron(cron, zone) => {
                let after = WallTime(after.to_zoned_datetime(zone.clone()));
                let next = cron.find_next_occurrence(&after, false).ok()?;
                Some(whole_second(next.0.timestamp()))
            }
        }
    }

    /// What is due now if all was done that was due until `looked_until`. A clock that was set back brings nothing: what
    /// comes after `now` is not due, and the caller looks again from `now` on.
    pub fn due(&self, looked_until: Timestamp, now: Timestamp) -> Due {
        let passed = self.count(looked_until, now);
        let wanted = match self.catch_up {
            CatchUp::Latest | CatchUp::None => 1,
            CatchUp::All => MOST_CAUGHT_UP,
        };
        let mut fires = self.newest(looked_until, now, wanted);
        if self.catch_up == CatchUp::None {
            fires.retain(|fire| now.duration_since(*fire) <= PUNCTUAL);
        }
        Due {
            missed: passed.saturating_sub(fires.len() as u64),
            fires,
        }
    }

    /// How many times there are after one and until another.
    fn count(&self, after: Timestamp, until: Timestamp) -> u64 {
        let mut last = after;
        let mut count = 0;
        while count < MOST_COUNTED
            && let Some(next) = self.next(last).filter(|next| *next <= until)
        {
            last = next;
            count += 1;
        }
        count
    }

    /// The newest of the times after one and until another, the oldest first.
    fn newest(&self, after: Timestamp, until: Timestamp, most: usize) -> Vec<Timestamp> {
        let mut times = Vec::new();
        let mut last = self.latest(until);
        while times.len() < most
            && let Some(time) = last.filter(|time| *time > after)
        {
            times.push(time);
            last = self.before(time);
        }
        times.reverse();
        times
    }

    /// The last time that is no later than this one.
    fn latest(&self, until: Timestamp) -> Option<Timestamp> {
        match &self.rhythm {
            Rhythm::Every(every) => multiple(*every, until, 0),
            Rhythm::Cron(cron, zone) => {
                let until = WallTime(whole_second(until).to_zoned_datetime(zone.clone()));
                let latest = cron.find_previous_occurrence(&until, true).ok()?;
                Some(whole_second(latest.0.timestamp()))
            }
        }
    }

    fn before(&self, time: Timestamp) -> Option<Timestamp> {
        self.latest(time.checked_sub(SHORTEST).ok()?)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.rhythm {
            Rhythm::Every(every) => write!(formatter, "every {every:#}"),
            Rhythm::Cron(cron, zone) => {
                write!(
                    formatter,
                    "cron {} ({})",
                    cron.as_str(),
                    zone.iana_name().unwrap_or("UTC")
                )
            }
        }
    }
}

/// The multiple of an interval that is no later than a time, or so many intervals after that.
fn multiple(every: SignedDuration, time: Timestamp, ahead: i128) -> Option<Timestamp> {
    let every = every.as_nanos();
    let multiple = time.as_nanosecond().div_euclid(every).checked_add(ahead)?;
    Timestamp::from_nanosecond(multiple.checked_mul(every)?).ok()
}

/// Patterns know nothing finer.
fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_nanosecond().div_euclid(1_000_000_000) as i64).unwrap_or(time)
}

fn duration(key: &'static str, text: &str) -> Result<SignedDuration, Unsound> {
    let unsound = |message: String| Unsound::new(key, message, "write a duration such as 30s, 15m, 1h or 1d");
    let span: Span = text
        .parse()
        .map_err(|_| unsound(format!("\"{text}\" is no duration")))?;
    let duration = span
        .to_duration(SpanRelativeTo::days_are_24_hours())
        .map_err(|_| unsound(format!("\"{text}\" has parts that differ in length")))?;
    if duration < SHORTEST || duration > LONGEST {
        return Err(unsound(format!(
            "\"{text}\" is shorter than a second or longer than a year"
        )));
    }
    Ok(duration)
}

fn cron(pattern: &str) -> Result<Cron, Unsound> {
    pattern.parse().map_err(|error| {
        let message = format!("\"{pattern}\" cannot be read: {error}");
        Unsound::new(
            "cron",
            message,
            "minute, hour, day, month, weekday: \"0 2 * * *\" is two at night",
        )
    })
}

fn zone(name: Option<&str>) -> Result<TimeZone, Unsound> {
    let Some(name) = name else {
        return Ok(TimeZone::UTC);
    };
    TimeZone::get(name).map_err(|_| {
        let hint = "name one as in Asia/Shanghai; without one it is UTC";
        Unsound::new("time_zone", format!("no time zone is called {name}"), hint)
    })
}

#[cfg(test)]
mod tests;
