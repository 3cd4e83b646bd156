//! Why a file does not serve.

use crate::texts::cut;
use std::fmt;

/// A file that could not be put into service; what served before goes on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct LoadError {
    /// The file's name.
    pub subject: String,
    /// The phase that failed: `read`, `compile`, `check imports` (of a script), `check types` (of a plugin), `check grants`, `link`, `self-test`.
    pub phase: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do; empty when the message says it.
    pub hint: String,
    /// Whether the same file may load at another moment.
    #[serde(skip)]
    pub(crate) passes: bool,
}

impl LoadError {
    /// An error without a hint.
    pub fn new(subject: &str, phase: &'static str, message: impl Into<String>) -> Self {
        LoadError {
            subject: subject.to_owned(),
            phase,
            message: message.into(),
            hint: String::new(),
            passes: false,
        }
    }

    /// The same error with what to do.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same error with texts of at most so many bytes: a hostile file fills them with whatever it likes.
    pub(crate) fn within(self, longest: usize) -> Self {
        LoadError {
            message: cut(self.message, longest),
            hint: cut(self.hint, longest),
            ..self
        }
    }

    /// The same error as one that may pass by itself: the file is tried again although it has not changed.
    pub(crate) fn passing(mut self) -> Self {
        self.passes = true;
        self
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}: {}", self.subject, self.phase, self.message)?;
        if !self.hint.is_empty() {
            write!(formatter, " (hint: {})", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for LoadError {}
