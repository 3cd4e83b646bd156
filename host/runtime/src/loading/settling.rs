//! When a change has settled: half a file must not be loaded, and a file that is away for a moment is being replaced.

use super::folder::Fingerprint;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A file is whole when it has looked the same for this long.
const SETTLE: Duration = Duration::from_millis(15);
/// A file is gone when it has been away for this long: some tools remove a file and then write the new one.
const ABSENCE: Duration = Duration::from_millis(500);

/// What a look saw under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// A file that is not the one last loaded.
    File(Fingerprint),
    /// No file, where there was one.
    Absent,
}

impl Sight {
    fn settles_after(self) -> Duration {
        match self {
            Sight::File(_) => SETTLE,
            Sight::Absent => ABSENCE,
        }
    }
}

/// The changes that have not settled yet.
#[derive(Debug, Default)]
pub(crate) struct Settling {
    pending: BTreeMap<String, (Sight, Instant)>,
}

impl Settling {
    /// Whether what is seen now has been seen for long enough; if so, it is forgotten here.
    pub fn has_settled(&mut self, name: &str, sight: Sight, now: Instant) -> bool {
        match self.pending.get(name) {
            Some((before, since)) if *before == sight => {
                let settled = now.duration_since(*since) >= sight.settles_after();
                if settled {
                    self.pending.remove(name);
                }
                settled
            }
            _ => {
                self.pending.insert(name.to_owned(), (sight, now));
                false
            }
        }
    }

    /// The name is again what was last loaded, or nothing that ever was.
    pub fn forget(&mut self, name: &str) {
        self.pending.remove(name);
    }

    /// Forgets the names that nobody knows any more.
    pub fn retain(&mut self, is_known: impl Fn(&str) -> bool) {
        self.pending.retain(|name, _| is_known(name));
    }

    /// When the next change can have settled; none if nothing changes.
    pub fn due(&self) -> Option<Instant> {
        let due = self.pending.values();
        due.map(|(sight, since)| *since + sight.settles_after()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loading::folder;

    fn written(folder: &std::path::Path, content: &str) -> Sight {
        let path = folder.join("file");
        std::fs::write(&path, content).expect("file");
        Sight::File(folder::fingerprint(&path).expect("a file"))
    }

    #[test]
    fn a_file_settles_when_it_stays_the_same() {
        let folder = tempfile::tempdir().expect("folder");
        let (half, whole) = (written(folder.path(), "ha"), written(folder.path(), "whole"));
        let (mut settling, start) = (Settling::default(), Instant::now());
        assert!(!settling.has_settled("a", half, start));
        assert!(!settling.has_settled("a", half, start + SETTLE / 2));
        assert!(!settling.has_settled("a", whole, start + SETTLE));
        assert_eq!(settling.due(), Some(start + SETTLE * 2));
        assert!(settling.has_settled("a", whole, start + SETTLE * 2));
        assert_eq!(settling.due(), None);
    }

    #[test]
    fn a_file_that_comes_back_was_never_gone() {
        let folder = tempfile::tempdir().expect("folder");
        let file = written(folder.path(), "new");
        let (mut settling, start) = (Settling::default(), Instant::now());
        assert!(!settling.has_settled("a", Sight::Absent, start));
        assert!(!settling.has_settled("a", Sight::Absent, start + ABSENCE / 2));
        assert!(!settling.has_settled("a", file, start + ABSENCE));
        assert!(!settling.has_settled("a", Sight::Absent, start + ABSENCE));
        assert!(settling.has_settled("a", Sight::Absent, start + ABSENCE * 2));
    }
}
