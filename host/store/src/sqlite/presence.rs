//! Whether the open files are still those that lie under their names. What is written into a deleted file is gone with
//! the process, and what is written beside a replaced one spoils it.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::lock;

/// A database is never shorter: its header alone is a hundred bytes, and a page at least this much.
const SHORTEST: u64 = 512;

/// The files as they were opened.
pub(super) struct Presence {
    database: PathBuf,
    files: Vec<(PathBuf, Identity)>,
}

/// What a file is, whatever its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

impl Presence {
    /// Takes the files as they are. A connection that stays open keeps SQLite from replacing the companions itself.
    pub(super) fn of(database: &Path) -> Self {
        let mut names: Vec<PathBuf> = vec![database.into()];
        names.extend(["-wal", "-shm"].map(|suffix| {
            let mut name = database.as_os_str().to_owned();
            name.push(suffix);
            name.into()
        }));
        // Elsewhere the database itself is locked, and no one minds if the file beside it is gone.
        if !cfg!(target_os = "linux") {
            names.push(lock::beside(database));
        }
        let known = names.into_iter().filter_map(|name| {
            let found = identity(&std::fs::metadata(&name).ok()?)?;
            Some((name, found))
        });
        Presence {
            database: database.into(),
            files: known.collect(),
        }
    }

    /// A few looks into folders, microseconds each.
    pub(super) fn check(&self) -> Result<(), Failure> {
        for (name, opened) in &self.files {
            let displaced = |what: String| Failure::Displaced {
                file: name.clone(),
                what,
            };
            let found = std::fs::metadata(name).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => displaced("is gone from under the running host".to_owned()),
                _ => displaced(format!("can no longer be looked at: {error}")),
            })?;
            if identity(&found).is_some_and(|found| found != *opened) {
                return Err(displaced(
                    "was replaced by another file under the running host".to_owned(),
                ));
            }
            if *name == self.database && found.len() < SHORTEST {
                return Err(displaced("was emptied under the running host".to_owned()));
            }
        }
        Ok(())
    }
}

#[cfg(unix)]
fn identity(found: &std::fs::Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some(Identity {
        device: found.dev(),
        inode: found.ino(),
    })
}

/// A file that is open can be neither deleted nor replaced there.
#[cfg(not(unix))]
fn identity(_found: &std::fs::Metadata) -> Option<Identity> {
    None
}
