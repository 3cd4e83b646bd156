//! Why a table cannot be read or written at all.

use std::io;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a table cannot be read or written: which file, how far it came, what is wrong, and what to do.
#[derive(Debug, Error)]
#[error("{}: {phase}: {message}", path.display())]
pub struct SheetError {
    /// The file.
    pub path: PathBuf,
    /// How far it came.
    pub phase: &'static str,
    /// What is wrong.
    pub message: String,
    /// Everything that is wrong, one by one, where it is more than one thing.
    pub faults: Vec<String>,
    /// What to do; empty where the message says it.
    pub hint: String,
}

impl SheetError {
    pub(crate) fn new(path: &Path, phase: &'static str, message: impl Into<String>) -> Self {
        SheetError {
            path: path.to_owned(),
            phase,
            message: message.into(),
            faults: Vec::new(),
            hint: String::new(),
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    pub(crate) fn with_faults(mut self, faults: Vec<String>) -> Self {
        self.faults = faults;
        self
    }

    pub(crate) fn reading(path: &Path, error: &io::Error) -> Self {
        SheetError::new(path, "reading", error.to_string())
    }

    pub(crate) fn writing(path: &Path, error: impl ToString) -> Self {
        SheetError::new(path, "writing", error.to_string())
    }
}
