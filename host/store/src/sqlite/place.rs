//! Where the database lies: its folder, its file, and the one name that it goes by.

use std::fs::Metadata;
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};

use super::disk::Disk;
use super::private;
use crate::StoreError;

/// What SQLite keeps beside a database.
pub(super) const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

const OPENING: &str = "opening";

/// Creates the folder and the file where they are not there, and gives the file's own path: SQLite keeps its companions
/// beside the name that it was given, so two names would be two logs for one database.
pub(super) fn prepare(path: &Path) -> Result<PathBuf, StoreError> {
    let failed = |error| io_failure(path, OPENING, &error);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::create_folder(folder).map_err(failed)?;
    }
    let found = match std::fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => create(path).map_err(failed)?,
        Err(error) => return Err(failed(error)),
    };
    if found.is_dir() {
        return Err(failed(ErrorKind::IsADirectory.into()));
    }
    if let Some(names) = names(&found).filter(|names| *names > 1) {
        return Err(StoreError::SeveralNames {
            path: path.into(),
            names,
        });
    }
    let own = own_path(path).map_err(failed)?;
    for file in std::iter::once(own.clone()).chain(COMPANIONS.map(|ending| private::beside(&own, ending))) {
        if let Err(error) = private::withhold(&file) {
            tracing::warn!(
                file = %file.display(), %error,
                hint = "give the file to this account, or put the store on a file system that knows rights (store.path)",
                "others may read the store, and that could not be changed"
            );
        }
    }
    Ok(own)
}

/// Creates the file. Contacts are people's data, so only this account may read it; SQLite gives its companions the same
/// rights.
fn create(path: &Path) -> std::io::Result<Metadata> {
    private::create_file(path)?.metadata()
}

#[cfg(unix)]
fn own_path(path: &Path) -> std::io::Result<PathBuf> {
    path.canonicalize()
}

/// The canonical form that Windows gives is not understood by every program that people look into the file with.
#[cfg(not(unix))]
fn own_path(path: &Path) -> std::io::Result<PathBuf> {
    Ok(path.to_path_buf())
}

/// How many names the file has.
#[cfg(unix)]
fn names(found: &Metadata) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::nlink(found))
}

#[cfg(not(unix))]
fn names(_found: &Metadata) -> Option<u64> {
    None
}

/// What the file system said, with what to do about it.
pub(super) fn io_failure(path: &Path, phase: &'static str, error: &Error) -> StoreError {
    if error.kind() == ErrorKind::StorageFull {
        return StoreError::DiskFull {
            path: path.into(),
            phase,
            disk: Disk::of(path).to_string(),
        };
    }
    StoreError::Failed {
        path: path.into(),
        phase,
        reason: error.to_string(),
        hint: match error.kind() {
            ErrorKind::PermissionDenied => "give this account the right to write the file and its folder",
            ErrorKind::ReadOnlyFilesystem => {
                "the file system is mounted read-only: mount it for writing, or put the store elsewhere (store.path)"
            }
            ErrorKind::QuotaExceeded => "this account's quota is used up: free some space, or raise it",
            ErrorKind::IsADirectory => {
                "that is a folder: name a file in it, such as sunmao.sqlite (store.path)"
            }
            ErrorKind::NotADirectory => {
                "a part of the path is a file, not a folder: correct the path (store.path, or that of the copy)"
            }
            _ => {
                "check that the folder may be created and written to by this account, and that its file system knows locks"
            }
        },
    }
}
