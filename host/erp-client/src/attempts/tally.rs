//! What is counted of the logins under one pair of credentials, and when the next one may go out. No clock, no disk.

use backon::{BackoffBuilder, ExponentialBuilder};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Logins that the ERP may turn down in a row: it asks for a captcha after the third.
const MOST: u32 = 2;

/// After the first login whose outcome nobody saw. Were it a wrong one, a second would still do no harm.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// After the second and the following ones, each of which may be the ERP's third: first and longest pause.
const CAREFUL_PAUSE: Duration = Duration::from_secs(2 * 60);
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// The longest pause under a password that the ERP has accepted before: it is hardly wrong, and an outage should not keep
/// it out for long.
const LONGEST_OF_KNOWN: Duration = Duration::from_secs(60);

/// Pauses that differ from one another; later ones are the longest.
const STEPS: usize = 16;

/// What is known of the logins so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tally {
    /// The ERP accepted these very credentials when it last said anything of them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) known: bool,
    /// Turned down by the ERP's own words.
    pub(super) wrong: u32,
    /// Cut short, or without an answer that says anything.
    pub(super) unseen: u32,
    /// The ERP asked for a captcha.
    pub(super) captcha: bool,
    /// When the last unseen one went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last_unseen: Option<Timestamp>,
    /// A login is out since then. Who finds this, holding the lock, finds what was left by a process that was ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) out_since: Option<Timestamp>,
}

/// Why no login is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Withheld {
    /// The ERP turned the credentials down as often as we let it.
    WrongCredentials,
    /// The ERP asked for a captcha.
    Captcha,
    /// The outcome of so many logins was not seen; the next one may go out then.
    Unseen { logins: u32, until: Timestamp },
    /// Another process is signing in, and did not come to an end in time.
    Busy,
}

impl Tally {
    /// What has to be assumed where a tally was kept that nobody can read any more: as much as still lets the right
    /// password through by itself, after a pause.
    pub(super) fn lost(since: Timestamp) -> Self {
        Tally {
            wrong: 1,
            unseen: 1,
            last_unseen: Some(since),
            ..Tally::default()
        }
    }

    /// The ERP accepted the credentials.
    pub(super) fn accepted() -> Self {
        Tally {
            known: true,
            ..Tally::default()
        }
    }

    /// The ERP turned the credentials down; it may have accepted them before they were changed there.
    pub(super) fn turned_down(&mut self) {
        self.known = false;
        self.wrong = self.wrong.saturating_add(1);
    }

    pub(super) fn is_clean(&self) -> bool {
        *self == Tally::default()
    }

    /// The tally as it is found at this time: a login that is still out came to no end that anybody saw, and a time that
    /// is yet to come was written under another clock.
    pub(super) fn found_at(mut self, now: Timestamp) -> Self {
        if let Some(since) = self.out_since.take() {
            self.unseen_at(since);
        }
        self.last_unseen = self.last_unseen.map(|last| last.min(now));
        self
    }

    /// The more careful of two tallies.
    pub(super) fn joined(self, other: Tally) -> Self {
        Tally {
            known: self.known && other.known,
            wrong: self.wrong.max(other.wrong),
            unseen: self.unseen.max(other.unseen),
            captcha: self.captcha || other.captcha,
            last_unseen: self.last_unseen.max(other.last_unseen),
            out_since: self.out_since.max(other.out_since),
        }
    }

    /// A login went out at that time, and nobody saw its outcome.
    pub(super) fn unseen_at(&mut self, since: Timestamp) {
        self.unseen = self.unseen.saturating_add(1);
        self.last_unseen = self.last_unseen.max(Some(since));
    }

    /// Whether another login may be sent.
    pub(super) fn allow(&self, now: Timestamp) -> Result<(), Withheld> {
        if self.captcha {
            return Err(Withheld::Captcha);
        }
        if self.wrong >= MOST {
            return Err(Withheld::WrongCredentials);
        }
        match self.next() {
            Some(until) if now < until => Err(Withheld::Unseen {
                logins: self.unseen,
                until,
            }),
            _ => Ok(()),
        }
    }

    /// When the next login may go out where none was turned down too often; none for at once.
    pub(super) fn next(&self) -> Option<Timestamp> {
        let pause = self.pause()?;
        Some(self.last_unseen?.saturating_add(pause).unwrap_or(Timestamp::MAX))
    }

    /// How long the ERP is left alone after the last login whose outcome nobody saw. Each may have been a wrong one, so
    /// that those which were seen to be wrong lengthen it as well.
    fn pause(&self) -> Option<Duration> {
        if self.unseen == 0 {
            return None;
        }
        let pauses = ExponentialBuilder::default().without_max_times();
        let (pauses, longest, step) = if self.known {
            let pauses = pauses.with_min_delay(FIRST_PAUSE).with_factor(3.0);
            (pauses, LONGEST_OF_KNOWN, self.unseen - 1)
        } else {
            let Some(step) = self.unseen.saturating_add(self.wrong).checked_sub(MOST) else {
                return Some(FIRST_PAUSE);
            };
            (pauses.with_min_delay(CAREFUL_PAUSE), LONGEST_PAUSE, step)
        };
        let step = usize::try_from(step).unwrap_or(STEPS).min(STEPS);
        let mut pauses = pauses.with_max_delay(longest).build();
        Some(pauses.nth(step).unwrap_or(longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    /// The seconds at which logins go out within a time, where nobody sees the outcome of any.
    fn logins_within(mut tally: Tally, seconds: i64) -> Vec<i64> {
        let mut logins = Vec::new();
        for second in 0..seconds {
            if tally.allow(at(second)).is_ok() {
                tally.unseen_at(at(second));
                logins.push(second);
            }
        }
        logins
    }

    #[test]
    fn logins_without_an_outcome_grow_rare_and_never_end() {
        let logins = logins_within(Tally::default(), 2 * 3600);
        assert_eq!(logins[..6], [0, 5, 125, 365, 845, 1745]);
        let pauses: Vec<i64> = logins.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(pauses[5..].iter().all(|pause| *pause == 15 * 60), "{pauses:?}");
        assert!(pauses.len() > 10, "{pauses:?}");
    }

    /// After an outage that cut logins short, the right password is let in within a minute.
    #[test]
    fn under_a_password_that_was_accepted_before_the_pauses_stay_short() {
        let logins = logins_within(Tally::accepted(), 600);
        assert_eq!(logins[..6], [0, 5, 20, 65, 125, 185]);
        let mut changed = Tally::accepted();
        changed.turned_down();
        assert_eq!(logins_within(changed, 600), [0, 120, 360]);
    }

    #[test]
    fn one_that_was_turned_down_counts_as_a_step_and_two_are_the_end() {
        let one = Tally {
            wrong: 1,
            ..Tally::default()
        };
        assert_eq!(logins_within(one, 600), [0, 120, 360]);
        let two = Tally {
            wrong: 2,
            ..Tally::default()
        };
        assert_eq!(two.allow(at(0)), Err(Withheld::WrongCredentials));
    }

    #[test]
    fn a_login_found_under_way_was_seen_by_nobody() {
        let mut tally = Tally {
            out_since: Some(at(0)),
            ..Tally::default()
        };
        tally = tally.found_at(at(1));
        assert_eq!((tally.unseen, tally.wrong, tally.out_since), (1, 0, None));
        assert!(tally.allow(at(1)).is_err());
        assert!(tally.allow(at(5)).is_ok());
    }

    /// A clock that was ahead when the tally was written, or is set back since.
    #[test]
    fn no_time_is_waited_for_longer_than_the_longest_pause() {
        let day = 24 * 3600;
        let mut tally = Tally::default();
        for _ in 0..20 {
            tally.unseen_at(at(400 * day));
        }
        tally = tally.found_at(at(0));
        let until = tally.next().unwrap();
        assert!(until <= at(15 * 60), "{until}");
        assert!(tally.found_at(at(15 * 60)).allow(at(15 * 60)).is_ok());
    }

    #[test]
    fn a_tally_that_was_lost_is_neither_the_end_nor_a_new_beginning() {
        let lost = Tally::lost(at(0));
        assert_eq!(logins_within(lost, 121), [120]);
        let turned_down = Tally { wrong: 2, ..lost };
        assert!(turned_down.allow(at(10_000)).is_err());
    }
}
