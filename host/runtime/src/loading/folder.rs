//! What lies in a folder: which files hold extensions, whether one has changed, and its content.

use crate::extension::ExtensionKind;
use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Largest plugin in bytes. A Python component with its interpreter has 18 MB.
const LARGEST_PLUGIN: u64 = 64 * 1024 * 1024;
/// Largest script in bytes. People write them.
const LARGEST_SCRIPT: u64 = 1024 * 1024;

/// A file's outside: when it changes, its content may have. Length and time alone would miss a file of the same length
/// that came with its old time, as `rsync` and `cp -p` leave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    length: u64,
    modified: Option<SystemTime>,
    inode: Inode,
}

/// Which file bears a name, and when its content or its rights last changed, where the system tells.
#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Inode {
    device: u64,
    number: u64,
    changed: (i64, i64),
}

#[cfg(not(unix))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Inode;

#[cfg(unix)]
impl Inode {
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Inode {
            device: metadata.dev(),
            number: metadata.ino(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

#[cfg(not(unix))]
impl Inode {
    fn of(_metadata: &Metadata) -> Self {
        Inode
    }
}

/// Which folder bears a name now: another one after a swap, none while there is none.
#[cfg(unix)]
pub(crate) fn identity(folder: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(folder).ok()?;
    metadata.is_dir().then(|| (metadata.dev(), metadata.ino()))
}

/// Whether there is a folder; more is not to be had here.
#[cfg(not(unix))]
pub(crate) fn identity(folder: &Path) -> Option<(u64, u64)> {
    folder.is_dir().then_some((0, 0))
}

/// A file that holds an extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub path: PathBuf,
    pub fingerprint: Fingerprint,
}

/// What one look at a folder saw.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// Extensions by name.
    pub files: BTreeMap<String, Found>,
    /// Files that would hold one, if their name were text.
    pub unnamed: Vec<PathBuf>,
}

/// Looks at a folder. One that is not there holds nothing.
pub(crate) fn look(folder: &Path, kind: ExtensionKind) -> io::Result<Content> {
    let suffix = match kind {
        ExtensionKind::Plugin => "wasm",
        ExtensionKind::Script => "rhai",
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::default()),
        Err(error) => return Err(error),
    };
    let mut content = Content::default();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_none_or(|own| own != suffix) {
            continue;
        }
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
            content.unnamed.push(path);
            continue;
        };
        // Editors and copying tools write aside under such names.
        if stem.starts_with('.') {
            continue;
        }
        // A file may vanish between the listing and the look; the next look sees it gone.
        if let Some(fingerprint) = fingerprint(&path) {
            content.files.insert(stem.to_owned(), Found { path, fingerprint });
        }
    }
    Ok(content)
}

/// A file's outside now; none if it is no file any more.
pub(crate) fn fingerprint(path: &Path) -> Option<Fingerprint> {
    let metadata = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
    Some(Fingerprint {
        length: metadata.len(),
        modified: metadata.modified().ok(),
        inode: Inode::of(&metadata),
    })
}

/// Why a file was not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReadError {
    /// The system says no, now.
    #[error("{0}")]
    System(#[from] io::Error),
    /// It is larger than anything that is meant to be here.
    #[error("larger than the {} MiB that a {kind} may have", largest / (1024 * 1024))]
    TooLarge {
        /// What it should hold.
        kind: &'static str,
        /// In bytes.
        largest: u64,
    },
}

/// Reads a file, and never more of it than it may have.
pub(crate) fn read(path: &Path, kind: ExtensionKind) -> Result<Vec<u8>, ReadError> {
    let (kind, largest) = match kind {
        ExtensionKind::Plugin => ("plugin", LARGEST_PLUGIN),
        ExtensionKind::Script => ("script", LARGEST_SCRIPT),
    };
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > largest {
        return Err(ReadError::TooLarge { kind, largest });
    }
    let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // It may have grown since.
    file.take(largest + 1).read_to_end(&mut content)?;
    if content.len() as u64 > largest {
        return Err(ReadError::TooLarge { kind, largest });
    }
    Ok(content)
}
