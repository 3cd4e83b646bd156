//! Files of text that people write, in whatever encoding their editor saved them; and files of ours that are nobody else's.

use crate::exit::Exit;
use crate::failure::Failure;
use std::io;
use std::path::Path;
use sunmao_runtime::text::{self, TextFault};

/// Reads a file; none where there is none.
///
/// # Errors
/// It cannot be read, or is in no encoding that is read; the failure has this phase and exit.
pub fn read_if_there(file: &Path, exit: Exit, phase: &str) -> Result<Option<String>, Failure> {
    match std::fs::read(file) {
        Ok(content) => decoded(file, &content, exit, phase).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(
            Failure::new(exit, file.display().to_string(), phase, error.to_string())
                .with_hint("check that this account may read the file"),
        ),
    }
}

/// Reads a file that is there.
///
/// # Errors
/// As [`read_if_there`], and where it is not there.
pub fn read(file: &Path, exit: Exit, phase: &str) -> Result<String, Failure> {
    let missing = || Failure::new(exit, file.display().to_string(), phase, "there is no such file");
    read_if_there(file, exit, phase)?.ok_or_else(missing)
}

/// The text of a file that was read.
///
/// # Errors
/// It is in no encoding that is read.
pub fn decoded(file: &Path, content: &[u8], exit: Exit, phase: &str) -> Result<String, Failure> {
    match text::decode(content) {
        Ok((text, _)) => Ok(text.into_owned()),
        Err(fault) => Err(
            Failure::new(exit, file.display().to_string(), phase, fault.to_string())
                .with_hint(TextFault::HINT),
        ),
    }
}

/// From now on this account alone may read what this process makes: records are people's data, and whoever writes compiled
/// code into the cache decides what the host runs.
#[cfg(unix)]
pub fn keep_to_this_account() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

#[cfg(not(unix))]
pub fn keep_to_this_account() {}

/// Makes a folder that this account alone may look into, or takes that right from others.
///
/// # Errors
/// It cannot be made, or is another account's.
#[cfg(unix)]
pub fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(folder)?;
    let mode = std::fs::metadata(folder)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(mode & 0o700))
}

#[cfg(not(unix))]
pub fn private_folder(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}
