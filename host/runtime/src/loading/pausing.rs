//! When a version of an extension is paused: it ran into its limits several times in a row, so running it again for each
//! delivery would only take time from its neighbours. Pure.

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use std::time::{Duration, Instant};

/// So often in a row, and it is paused.
const IN_A_ROW: u32 = 3;
/// After this long one call may show whether it is better now; each one that does not doubles the pause.
const FIRST_PAUSE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

/// How the calls of one version went.
#[derive(Debug)]
pub(crate) struct Pausing {
    in_a_row: u32,
    pause: Option<Pause>,
    pauses: ExponentialBackoff,
}

#[derive(Debug)]
struct Pause {
    reason: String,
    until: Instant,
    is_probed: bool,
}

/// Whether a call may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leave {
    /// It may.
    Granted,
    /// It may, as the only one: to see whether it is better now.
    Probe,
    /// It may not, and why.
    Refused(String),
}

/// What a call changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Nothing.
    None,
    /// It is paused from now on.
    Paused,
    /// It goes on.
    Resumed,
}

impl Default for Pausing {
    fn default() -> Self {
        Pausing {
            in_a_row: 0,
            pause: None,
            pauses: pauses(),
        }
    }
}

fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_max_delay(LONGEST_PAUSE)
        .without_max_times()
        .build()
}

impl Pausing {
    /// Asks leave for a call.
    pub fn ask(&mut self, now: Instant) -> Leave {
        let Some(pause) = &mut self.pause else {
            return Leave::Granted;
        };
        if pause.is_probed || now < pause.until {
            return Leave::Refused(pause.reason.clone());
        }
        pause.is_probed = true;
        Leave::Probe
    }

    /// A call kept within its limits.
    pub fn kept_within(&mut self, leave: &Leave) -> Change {
        // One that began before the pause says nothing of the others.
        if self.pause.is_some() && *leave != Leave::Probe {
            return Change::None;
        }
        self.in_a_row = 0;
        self.pauses = pauses();
        match self.pause.take() {
            Some(_) => Change::Resumed,
            None => Change::None,
        }
    }

    /// A call ran into a limit.
    pub fn ran_over(&mut self, leave: &Leave, limit: &str, now: Instant) -> Change {
        if self.pause.is_some() && *leave != Leave::Probe {
            return Change::None;
        }
        self.in_a_row += 1;
        if self.in_a_row < IN_A_ROW {
            return Change::None;
        }
        let lasts = self.pauses.next().unwrap_or(LONGEST_PAUSE);
        let is_news = self.pause.is_none();
        self.pause = Some(Pause {
            reason: format!("it exceeded its {limit} {} times in a row", self.in_a_row),
            until: now + lasts,
            is_probed: false,
        });
        if is_news { Change::Paused } else { Change::None }
    }

    /// A call was given up before it ended.
    pub fn abandoned(&mut self, leave: &Leave) {
        if let (Leave::Probe, Some(pause)) = (leave, &mut self.pause) {
            pause.is_probed = false;
        }
    }

    /// Why it is paused, if it is.
    pub fn reason(&self) -> Option<&str> {
        self.pause.as_ref().map(|pause| pause.reason.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_over(pausing: &mut Pausing, now: Instant) -> Change {
        let leave = pausing.ask(now);
        assert!(!matches!(leave, Leave::Refused(_)), "{leave:?}");
        pausing.ran_over(&leave, "memory", now)
    }

    fn paused() -> (Pausing, Instant) {
        let (mut pausing, now) = (Pausing::default(), Instant::now());
        assert_eq!(run_over(&mut pausing, now), Change::None);
        assert_eq!(run_over(&mut pausing, now), Change::None);
        assert_eq!(run_over(&mut pausing, now), Change::Paused);
        (pausing, now)
    }

    #[test]
    fn only_one_after_the_other_counts() {
        let (mut pausing, now) = (Pausing::default(), Instant::now());
        for _ in 0..10 {
            run_over(&mut pausing, now);
            run_over(&mut pausing, now);
            assert_eq!(pausing.kept_within(&Leave::Granted), Change::None);
        }
        assert_eq!(pausing.reason(), None);
    }

    #[test]
    fn one_call_after_the_pause_shows_whether_it_is_better() {
        let (mut pausing, now) = paused();
        let reason = "it exceeded its memory 3 times in a row".to_owned();
        assert_eq!(pausing.ask(now), Leave::Refused(reason));
        let later = now + FIRST_PAUSE;
        assert_eq!(pausing.ask(later), Leave::Probe);
        assert!(matches!(pausing.ask(later), Leave::Refused(_)), "one is enough");
        assert_eq!(pausing.kept_within(&Leave::Granted), Change::None, "begun before");
        assert_eq!(pausing.kept_within(&Leave::Probe), Change::Resumed);
        assert_eq!(pausing.ask(later), Leave::Granted);
    }

    #[test]
    fn each_vain_call_doubles_the_pause() {
        let (mut pausing, mut now) = paused();
        for pause in [30, 60, 120, 240, 480, 600, 600] {
            let pause = Duration::from_secs(pause);
            assert!(matches!(pausing.ask(now + pause / 2), Leave::Refused(_)));
            now += pause;
            assert_eq!(run_over(&mut pausing, now), Change::None);
        }
    }

    #[test]
    fn a_call_that_was_given_up_leaves_the_next_one_to_show_it() {
        let (mut pausing, now) = paused();
        let later = now + FIRST_PAUSE;
        let leave = pausing.ask(later);
        pausing.abandoned(&leave);
        assert_eq!(pausing.ask(later), Leave::Probe);
    }
}
