//! The host's clock: the machine's, or for tests the machine's and what a file says it is wrong by.

use crate::environment::{Environment, TEST_CLOCK_FILE};
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use sunmao_runtime::Clock;

/// The clock that the environment asks for.
pub fn of(environment: &Environment) -> Clock {
    match environment.get(TEST_CLOCK_FILE) {
        None => Clock::system(),
        Some(file) => moved_by(file.into()),
    }
}

/// A clock that is ahead of the machine's by the seconds in a file, or behind it where they are negative. The file is read
/// each time the clock is; while it is not there or empty, the last offset counts. Whoever changes it puts another in its
/// place, since half of a number is a number.
fn moved_by(file: PathBuf) -> Clock {
    tracing::warn!(file = %file.display(), "the clock is wrong by what this file says; that is for tests");
    let known = AtomicI64::new(0);
    Clock::new(move || {
        let offset = offset(&file).unwrap_or_else(|| known.load(Ordering::Relaxed));
        known.store(offset, Ordering::Relaxed);
        let now = Timestamp::now();
        now.checked_add(SignedDuration::from_secs(offset)).unwrap_or(now)
    })
}

fn offset(file: &Path) -> Option<i64> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_follows_the_file_and_keeps_its_offset_while_the_file_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("offset");
        let clock = moved_by(file.clone());
        let off_by = || clock.now().duration_since(Timestamp::now()).as_hours();
        assert_eq!(off_by(), 0);
        std::fs::write(&file, "864001\n").unwrap();
        assert_eq!(off_by(), 240);
        for unfinished in ["", "\n", "nothing"] {
            std::fs::write(&file, unfinished).unwrap();
            assert_eq!(off_by(), 240, "{unfinished:?}");
        }
        std::fs::write(&file, "-864001").unwrap();
        assert_eq!(off_by(), -240);
    }
}
