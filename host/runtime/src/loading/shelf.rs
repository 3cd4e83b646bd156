//! One folder as the loader knows it: what was last loaded from it, and what a new look makes due.

use super::folder::{Content, Fingerprint, Found};
use super::settling::{Settling, Sight};
use crate::extension::{ExtensionKind, Permit};
use crate::load_error::LoadError;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};
use tokio::sync::{Mutex, Notify};

/// What could not be loaded for a reason that may pass is tried again after this long.
const RETRY: Duration = Duration::from_secs(2);

/// What the operator wrote for an extension, resolved or not.
pub(crate) type Written = Result<Arc<Permit>, LoadError>;

/// A folder of one kind of extension.
pub(crate) struct Shelf {
    pub kind: ExtensionKind,
    pub folder: PathBuf,
    /// Somebody heard of a change.
    pub wake: Arc<Notify>,
    /// How often it was looked at.
    pub looks: AtomicU64,
    /// Its lock also keeps two looks apart. Each kind has its own, so that scripts do not wait for plugins.
    pub state: Mutex<State>,
}

impl Shelf {
    /// A folder nobody has looked at yet.
    pub fn new(kind: ExtensionKind, folder: PathBuf) -> Self {
        Shelf {
            kind,
            folder,
            wake: Arc::new(Notify::new()),
            looks: AtomicU64::new(0),
            state: Mutex::default(),
        }
    }
}

/// Whether a file may be taken as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// At the start: whatever lies there serves as soon as possible.
    AtOnce,
    /// Later on: once a change has settled.
    Settled,
}

/// What a look makes due.
#[derive(Debug, Default)]
pub(crate) struct Due {
    /// Names whose file is gone.
    pub gone: Vec<String>,
    /// Files to load, with what the operator wrote for them.
    pub work: Vec<(String, Found, Written)>,
}

#[derive(Debug)]
struct Seen {
    fingerprint: Fingerprint,
    written: Written,
    retry_at: Option<Instant>,
}

/// What is known of a folder.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// What was last loaded (or failed to load) of each file.
    seen: BTreeMap<String, Seen>,
    settling: Settling,
    warned_of: BTreeSet<PathBuf>,
    unreadable: Option<String>,
}

impl State {
    /// What a look saw makes due. A file is loaded when it or what the operator wrote for it has changed.
    pub fn due(
        &mut self,
        files: BTreeMap<String, Found>,
        written: impl Fn(&str) -> Written,
        trust: Trust,
        now: Instant,
    ) -> Due {
        let (seen, settling) = (&mut self.seen, &mut self.settling);
        settling.retain(|name| files.contains_key(name) || seen.contains_key(name));
        let mut due = Due::default();
        let absent = seen.keys().filter(|name| !files.contains_key(*name));
        due.gone.extend(
            absent
                .filter(|name| settling.has_settled(name, Sight::Absent, now))
                .cloned(),
        );
        for name in &due.gone {
            seen.remove(name);
        }
        for (name, file) in files {
            let written = written(&name);
            let known = seen
                .get(&name)
                .filter(|known| known.fingerprint == file.fingerprint);
            if let Some(known) = known {
                settling.forget(&name);
                let retries = known.retry_at.is_some_and(|at| at <= now);
                if known.written == written && !retries {
                    continue;
                }
            } else if trust == Trust::AtOnce {
                settling.forget(&name);
            } else if !settling.has_settled(&name, Sight::File(file.fingerprint), now) {
                continue;
            }
            let known = Seen {
                fingerprint: file.fingerprint,
                written: written.clone(),
                retry_at: None,
            };
            seen.insert(name.clone(), known);
            due.work.push((name, file, written));
        }
        due
    }

    /// The file could not be loaded for a reason that may pass.
    pub fn try_again(&mut self, name: &str, now: Instant) {
        if let Some(known) = self.seen.get_mut(name) {
            known.retry_at = Some(now + RETRY);
        }
    }

    /// What may go otherwise now is tried again at the next look.
    pub fn try_all_again(&mut self, is_meant: impl Fn(&str) -> bool, now: Instant) {
        let meant = self.seen.iter_mut().filter(|(name, _)| is_meant(name));
        for (_, known) in meant {
            known.retry_at = Some(now);
        }
    }

    /// How long until the next change can have settled; none if nothing changes.
    pub fn pause(&self, now: Instant) -> Option<Duration> {
        let due = self.settling.due()?;
        Some(due.saturating_duration_since(now))
    }

    /// Says once of each file why it is passed by.
    pub fn warn_of_unnamed(&mut self, content: &Content) {
        for path in &content.unnamed {
            if self.warned_of.insert(path.clone()) {
                tracing::warn!(
                    file = %path.display(),
                    "passed by: the file's name is not UTF-8, so nothing in sunmao.toml can name it; rename it"
                );
            }
        }
    }

    /// Whether the folder became unreadable, or so for another reason, since the last look.
    pub fn is_newly_unreadable(&mut self, reason: Option<String>) -> bool {
        let is_new = reason.is_some() && reason != self.unreadable;
        self.unreadable = reason;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loading::folder;
    use std::path::Path;

    /// Longer than any change takes to settle.
    const LATER: Duration = Duration::from_secs(1);

    fn files(folder: &Path) -> BTreeMap<String, Found> {
        let content = folder::look(folder, ExtensionKind::Script).expect("a folder");
        content.files
    }

    fn granted(_name: &str) -> Written {
        Ok(Arc::default())
    }

    fn refused(name: &str) -> Written {
        Err(LoadError::new(name, "read grants", "names nothing"))
    }

    fn names(due: &Due) -> Vec<&str> {
        due.work.iter().map(|(name, ..)| name.as_str()).collect()
    }

    /// A folder with one script, which was loaded at the returned time.
    fn loaded() -> (tempfile::TempDir, State, Instant) {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("a.rhai"), "1").expect("file");
        let (mut state, now) = (State::default(), Instant::now());
        let due = state.due(files(folder.path()), granted, Trust::AtOnce, now);
        assert_eq!(names(&due), ["a"]);
        (folder, state, now)
    }

    #[test]
    fn a_file_that_could_not_be_read_is_tried_again_although_it_looks_the_same() {
        let (folder, mut state, now) = loaded();
        state.try_again("a", now);
        let due = state.due(files(folder.path()), granted, Trust::Settled, now + RETRY / 2);
        assert!(due.work.is_empty());
        let due = state.due(files(folder.path()), granted, Trust::Settled, now + RETRY);
        assert_eq!(names(&due), ["a"]);
        let due = state.due(files(folder.path()), granted, Trust::Settled, now + RETRY * 2);
        assert!(due.work.is_empty(), "once a failure");
    }

    #[test]
    fn what_may_go_otherwise_now_is_tried_again_once() {
        let (folder, mut state, now) = loaded();
        state.try_all_again(|name| name == "b", now);
        let due = state.due(files(folder.path()), granted, Trust::Settled, now);
        assert!(due.work.is_empty(), "another is meant");
        state.try_all_again(|name| name == "a", now);
        let due = state.due(files(folder.path()), granted, Trust::Settled, now);
        assert_eq!(names(&due), ["a"]);
        let due = state.due(files(folder.path()), granted, Trust::Settled, now + LATER);
        assert!(due.work.is_empty(), "once");
    }

    #[test]
    fn what_the_operator_wrote_counts_once_and_at_once() {
        let (folder, mut state, now) = loaded();
        let due = state.due(files(folder.path()), refused, Trust::Settled, now);
        assert_eq!(names(&due), ["a"]);
        let due = state.due(files(folder.path()), refused, Trust::Settled, now + LATER);
        assert!(due.work.is_empty(), "the same mistake is no news");
    }

    #[test]
    fn a_file_is_gone_only_when_it_stays_away() {
        let (folder, mut state, now) = loaded();
        let file = folder.path().join("a.rhai");
        std::fs::remove_file(&file).expect("removed");
        assert!(
            state
                .due(files(folder.path()), granted, Trust::Settled, now)
                .gone
                .is_empty()
        );
        assert!(state.pause(now).is_some());
        std::fs::write(&file, "2").expect("file");
        let due = state.due(files(folder.path()), granted, Trust::Settled, now + LATER);
        assert!(due.gone.is_empty() && due.work.is_empty());
        let due = state.due(files(folder.path()), granted, Trust::Settled, now + LATER * 2);
        assert_eq!(names(&due), ["a"]);
        std::fs::remove_file(&file).expect("removed");
        let removed = now + LATER * 3;
        assert!(
            state
                .due(files(folder.path()), granted, Trust::Settled, removed)
                .gone
                .is_empty()
        );
        let due = state.due(files(folder.path()), granted, Trust::Settled, removed + LATER);
        assert_eq!(due.gone, ["a"]);
        assert_eq!(state.pause(removed + LATER), None);
    }

    #[test]
    fn a_file_of_the_same_length_and_time_is_another() {
        let (folder, mut state, now) = loaded();
        let file = folder.path().join("a.rhai");
        let time = std::fs::metadata(&file)
            .and_then(|outside| outside.modified())
            .expect("a time");
        let aside = folder.path().join("aside");
        std::fs::write(&aside, "2").expect("file");
        let handle = std::fs::File::options().write(true).open(&aside).expect("file");
        handle.set_modified(time).expect("its time");
        drop(handle);
        std::fs::rename(&aside, &file).expect("renamed");
        state.due(files(folder.path()), granted, Trust::Settled, now);
        let due = state.due(files(folder.path()), granted, Trust::Settled, now + LATER);
        assert_eq!(names(&due), ["a"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_whose_name_is_not_utf_8_is_passed_by_and_named_once() {
        use std::os::unix::ffi::OsStrExt;
        let (folder, mut state, _) = loaded();
        let name = std::ffi::OsStr::from_bytes(b"caf\xe9.rhai");
        std::fs::write(folder.path().join(name), "1").expect("file");
        let content = folder::look(folder.path(), ExtensionKind::Script).expect("a folder");
        assert_eq!(content.files.len(), 1);
        assert_eq!(content.unnamed, [folder.path().join(name)]);
        state.warn_of_unnamed(&content);
        state.warn_of_unnamed(&content);
        assert_eq!(state.warned_of.len(), 1);
    }
}
