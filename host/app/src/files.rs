//! Files of text that people write, in whatever encoding their editor saved them.

use crate::exit::Exit;
use crate::failure::Failure;
use std::path::Path;
use sunmao_runtime::text::{self, TextFault};

/// Reads a file; none where there is none.
///
/// # Errors
/// It cannot be read, or is in no encoding that is read; the failure has this phase and exit.
pub fn read_if_there(file: &Path, exit: Exit, phase: &str) -> Result<Option<String>, Failure> {
    match std::fs::read(file) {
        Ok(content) => decoded(file, &content, exit, phase).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
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
