//! How much room is left where the database lies.

use std::fmt;
use std::path::{Path, PathBuf};

/// With less than this a page, a log or an index of it may find no room.
const NEXT_TO_NOTHING: u64 = 1024 * 1024;

/// The file system that a file lies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disk {
    folder: PathBuf,
    mounted_at: PathBuf,
    free: Option<u64>,
}

impl Disk {
    /// The disk of a file that may not be there yet.
    pub(super) fn of(file: &Path) -> Self {
        let folder = file.ancestors().skip(1).find(|folder| folder.is_dir());
        let folder = folder.unwrap_or(Path::new(".")).to_path_buf();
        Disk {
            mounted_at: mount_point(&folder),
            free: free(&folder),
            folder,
        }
    }

    /// How much is left, where that is known.
    pub(super) fn free(&self) -> Option<u64> {
        self.free
    }

    /// Whether next to nothing is left.
    pub(super) fn is_full(&self) -> bool {
        self.free.is_some_and(|free| free < NEXT_TO_NOTHING)
    }
}

impl fmt::Display for Disk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (folder, mounted_at) = (self.folder.display(), self.mounted_at.display());
        write!(formatter, "{folder} (file system {mounted_at})")?;
        match self.free {
            Some(free) => write!(formatter, " has {free} bytes left"),
            None => write!(formatter, " has no room left"),
        }
    }
}

#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_folder: &Path) -> Option<u64> {
    None
}

/// The topmost folder above that still lies on the same device.
#[cfg(unix)]
fn mount_point(folder: &Path) -> PathBuf {
    use std::os::unix::fs::MetadataExt as _;
    let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_path_buf());
    let device = |folder: &Path| std::fs::metadata(folder).ok().map(|found| found.dev());
    let own = device(&whole);
    let same = whole.ancestors().take_while(|folder| device(folder) == own);
    same.last().unwrap_or(&whole).to_path_buf()
}

#[cfg(not(unix))]
fn mount_point(folder: &Path) -> PathBuf {
    folder.to_path_buf()
}
