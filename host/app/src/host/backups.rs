//! Copies of the store that a running host makes by itself: when, under which name, and how many are kept.

use crate::configuration::BackupSection;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::parts::Parts;
use arc_swap::ArcSwapOption;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use sunmao_runtime::{Schedule, Timing, supervised};
use sunmao_store::StoreError;
use tokio::time::sleep;

/// The name of a copy, around the time when it was made.
const NAMED: (&str, &str) = ("sunmao-", ".sqlite");
const TIME: &str = "%Y%m%dT%H%M%SZ";
/// The machine's clock may be set: whether a copy is due is looked at this often.
const LOOK: Duration = Duration::from_secs(1);
/// After a copy that failed.
const PAUSE: SignedDuration = SignedDuration::from_mins(10);

/// When copies are made, and how many are kept.
#[derive(Debug, Clone)]
pub struct Plan {
    folder: PathBuf,
    schedule: Schedule,
    keep: usize,
}

/// A copy that could not be made.
#[derive(Debug, Clone)]
pub struct Failed {
    /// When it was tried.
    pub at: Timestamp,
    /// Why.
    pub error: StoreError,
}

/// What a running host knows of its copies.
#[derive(Debug, Default)]
pub struct Backups {
    /// Why the last one failed; none where it did not.
    pub failed: ArcSwapOption<Failed>,
}

impl Plan {
    /// # Errors
    /// When copies are made cannot be read, or none would be kept.
    pub fn read(section: &BackupSection) -> Result<Option<Plan>, Failure> {
        let unsound = |key: &str, message: String, hint: String| {
            let key = format!("[store.backup] {key}");
            Failure::new(Exit::Configuration, key, "reading the configuration", message).with_hint(hint)
        };
        if section.keep == 0 {
            let hint = "keep one at least".to_owned();
            return Err(unsound("keep", "no copy would be kept".to_owned(), hint));
        }
        let timing = Timing {
            every: section.every.as_deref(),
            cron: section.cron.as_deref(),
            time_zone: section.time_zone.as_deref(),
            ..Timing::default()
        };
        let schedule = Schedule::read(&timing);
        let schedule = schedule.map_err(|fault| unsound(fault.key, fault.message, fault.hint))?;
        Ok(schedule.map(|schedule| Plan {
            folder: section.folder.clone(),
            schedule,
            keep: section.keep,
        }))
    }

    /// When the next copy is due; at once where there is none, or only such as are of a time to come.
    pub fn due(&self, copies: &[Timestamp], now: Timestamp) -> Timestamp {
        let last = copies.iter().rev().find(|made| **made <= now);
        let next = last.map(|last| self.schedule.next(*last));
        match next {
            None => now,
            Some(next) => next.unwrap_or(Timestamp::MAX),
        }
    }

    /// Whether a copy should have been made that was not.
    pub fn is_overdue(&self, copies: &[Timestamp], now: Timestamp) -> bool {
        // A host that was down makes it at once; one that runs is late by a moment.
        let due = self.due(copies, now);
        copies.is_empty() || self.schedule.next(due).is_some_and(|second| second < now)
    }

    /// The times of the copies that there are, the oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn copies(&self) -> std::io::Result<Vec<Timestamp>> {
        copies(&self.folder)
    }

    /// Where the copies lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    async fn make(&self, store: &Path, now: Timestamp) -> Result<(), StoreError> {
        let copied = sunmao_store::back_up(store, &next_file(&self.folder, now)).await?;
        tracing::info!(
            file = %copied.file.display(), bytes = copied.bytes, records = copied.records, "the store was copied"
        );
        self.forget(now);
        Ok(())
    }

    /// Deletes the oldest copies beyond those that are kept, and what is left of copies that were cut short.
    fn forget(&self, now: Timestamp) {
        for partial in partials(&self.folder, now) {
            // It is in nobody's way, and gone with the next copy.
            let _ = std::fs::remove_file(partial);
        }
        let copies = self.copies().unwrap_or_default();
        let many = copies.len().saturating_sub(self.keep);
        for old in copies.into_iter().take(many) {
            let file = self.folder.join(name(old));
            if let Err(error) = std::fs::remove_file(&file) {
                tracing::warn!(file = %file.display(), %error, "an old copy of the store was not deleted");
            }
        }
    }
}

/// Makes copies for as long as the host serves.
pub async fn follow(plan: Plan, parts: Arc<Parts>) {
    let vitals = &parts.host.vitals;
    let work = supervised(vitals, "the store's copies", || keep_making(&plan, &parts));
    tokio::select! {
        () = work => {}
        () = parts.stopping.cancelled() => {}
    }
}

async fn keep_making(plan: &Plan, parts: &Parts) {
    let store = parts.configuration.load().store.path.clone();
    let mut not_before = Timestamp::MIN;
    loop {
        let now = parts.host.clock.now();
        let due = plan.copies().map_or(now, |copies| plan.due(&copies, now));
        // A clock that was set back does not put it off for longer than a pause.
        let paused = now < not_before && not_before.duration_since(now) <= PAUSE;
        if due <= now && !paused {
            match plan.make(&store, now).await {
                Ok(()) => parts.backups.failed.store(None),
                Err(error) => {
                    tracing::error!(%error, hint = error.hint(), "the store was not copied");
                    parts
                        .backups
                        .failed
                        .store(Some(Arc::new(Failed { at: now, error })));
                    not_before = now.saturating_add(PAUSE).unwrap_or(now);
                }
            }
        }
        sleep(LOOK).await;
    }
}

/// The file of a copy that is made now: the time is that of a moment later where another has it already.
pub fn next_file(folder: &Path, now: Timestamp) -> PathBuf {
    let mut made = now;
    loop {
        let file = folder.join(name(made));
        match made.checked_add(SignedDuration::from_secs(1)) {
            Ok(later) if file.exists() => made = later,
            _ => return file,
        }
    }
}

/// What a copy is called that was made at a time.
fn name(now: Timestamp) -> String {
    format!("{}{}{}", NAMED.0, now.strftime(TIME), NAMED.1)
}

fn copies(folder: &Path) -> std::io::Result<Vec<Timestamp>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut copies = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        copies.extend(name.to_str().and_then(made));
    }
    copies.sort_unstable();
    Ok(copies)
}

/// What is left of copies that were cut short: whoever makes one now needs no day for it.
fn partials(folder: &Path, now: Timestamp) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let is_partial = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.and_then(|name| name.strip_suffix(".partial"));
        let begun = name.and_then(made);
        begun.is_some_and(|begun| now.duration_since(begun) > SignedDuration::from_hours(24))
    };
    entries.map(|entry| entry.path()).filter(is_partial).collect()
}

/// When a copy was made; none for a file that is called otherwise, which is nobody's to delete.
fn made(name: &str) -> Option<Timestamp> {
    let time = name.strip_prefix(NAMED.0)?.strip_suffix(NAMED.1)?;
    let time = DateTime::strptime(TIME, time).ok()?;
    Some(time.to_zoned_datetime(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(every: &str) -> Plan {
        let section = BackupSection {
            every: Some(every.to_owned()),
            ..BackupSection::default()
        };
        Plan::read(&section).unwrap().unwrap()
    }

    #[test]
    fn a_copy_is_known_by_the_time_in_its_name() {
        let now: Timestamp = "2026-03-07T10:00:05Z".parse().unwrap();
        assert_eq!(name(now), "sunmao-20260307T100005Z.sqlite");
        assert_eq!(made(&name(now)), Some(now));
        for other in [
            "sunmao.sqlite",
            "sunmao-20260307T100005Z.sqlite.partial",
            "sunmao-notes.sqlite",
        ] {
            assert_eq!(made(other), None, "{other}");
        }
    }

    #[test]
    fn one_is_due_at_once_and_then_when_its_time_comes() {
        let plan = plan("1h");
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-03-07T10:30:00Z");
        assert_eq!(plan.due(&[], now), now);
        assert_eq!(
            plan.due(&[at("2026-03-07T09:10:00Z")], now),
            at("2026-03-07T10:00:00Z")
        );
        assert_eq!(
            plan.due(&[at("2026-03-07T10:10:00Z")], now),
            at("2026-03-07T11:00:00Z")
        );
        // One of a time to come, by a clock that was wrong, stands for none.
        assert_eq!(plan.due(&[at("2030-01-01T00:00:00Z")], now), now);
        assert!(!plan.is_overdue(&[at("2026-03-07T09:10:00Z")], now));
        assert!(plan.is_overdue(&[at("2026-03-07T08:10:00Z")], now));
        assert!(plan.is_overdue(&[], now));
    }

    #[test]
    fn what_makes_none_is_told_by_its_key() {
        let section = |change: fn(&mut BackupSection)| {
            let mut section = BackupSection::default();
            change(&mut section);
            Plan::read(&section)
        };
        assert!(section(|_| {}).unwrap().is_none(), "by hand alone");
        let failure = section(|section| section.keep = 0).unwrap_err();
        assert!(failure.to_string().contains("[store.backup] keep"), "{failure}");
        let failure = section(|section| section.every = Some("now and then".to_owned())).unwrap_err();
        assert!(failure.to_string().contains("[store.backup] every"), "{failure}");
    }
}
