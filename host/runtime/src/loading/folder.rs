//! What lies in the two folders, and whether it is still being written.

use crate::extension::ExtensionKind;
use crate::loading::registry::ExtensionKey;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A file's outside: when it changes, its content may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    length: u64,
    modified: Option<SystemTime>,
}

/// A file that holds an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub path: PathBuf,
    pub fingerprint: Fingerprint,
}

/// The extensions that lie in a folder. A folder that is not there holds none.
pub(crate) fn scan(folder: &Path, kind: ExtensionKind) -> io::Result<BTreeMap<ExtensionKey, Found>> {
    let suffix = match kind {
        ExtensionKind::Plugin => "wasm",
        ExtensionKind::Script => "rhai",
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let mut found = BTreeMap::new();
    for entry in entries {
        let path = entry?.path();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .filter(|stem| !stem.starts_with('.'));
        let (Some(stem), true) = (stem, path.extension().is_some_and(|own| own == suffix)) else {
            continue;
        };
        // A file may vanish between the listing and the look; the next scan sees it gone.
        if let Some(fingerprint) = fingerprint(&path) {
            found.insert((kind, stem.to_owned()), Found { path, fingerprint });
        }
    }
    Ok(found)
}

/// A file's outside now; none if it is no file any more.
pub(crate) fn fingerprint(path: &Path) -> Option<Fingerprint> {
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    Some(Fingerprint {
        length: metadata.len(),
        modified: metadata.modified().ok(),
    })
}
