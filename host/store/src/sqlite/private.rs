//! Files and folders that only this account may read: what the store holds is people's data.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A file beside another one.
pub(super) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Opens a file, which is created where it is not there; a link leads to it.
pub(super) fn create_file(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

/// Makes a folder with those above it; one that is there stays as it is.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes the rights that others have to a file away; one that is not there is none of theirs.
#[cfg(unix)]
pub(super) fn withhold(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let found = match fs::metadata(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        found => found?,
    };
    let mode = found.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    tracing::info!(file = %file.display(), "others could read it, and cannot any more");
    fs::set_permissions(file, fs::Permissions::from_mode(mode & 0o700))
}

#[cfg(not(unix))]
pub(super) fn withhold(_file: &Path) -> io::Result<()> {
    Ok(())
}

/// A name is on disk once its folder is.
pub(super) fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) {
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// An empty file in place of whatever an earlier attempt left under its name.
pub(super) fn create_anew(file: &Path) -> io::Result<File> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => create_file(file),
    }
}
