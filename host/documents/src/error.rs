//! Why there is no document.

use minijinja::ErrorKind;
use std::path::{Path, PathBuf};

/// Why there is no document, with the file that a person looks at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {message}", file.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct DocumentError {
    /// The template.
    pub file: PathBuf,
    /// The line at fault, from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// Whether there is no such template at all.
    pub is_missing: bool,
}

impl DocumentError {
    pub(crate) fn new(file: &Path, line: Option<usize>, message: impl Into<String>) -> Self {
        DocumentError {
            file: file.to_owned(),
            line,
            message: message.into(),
            hint: "correct the template: the next request reads it anew".to_owned(),
            is_missing: false,
        }
    }

    /// There is no such template.
    pub(crate) fn missing(file: &Path) -> Self {
        DocumentError {
            hint: "write one, or take the shipped one: sunmao init, or integrations/ in the sources"
                .to_owned(),
            is_missing: true,
            ..DocumentError::new(file, None, "there is no such template")
        }
    }

    pub(crate) fn with_hint(mut self, hint: &str) -> Self {
        self.hint = hint.to_owned();
        self
    }

    /// What a template's engine says; `text` is a part of the file that begins on line `first`.
    pub(crate) fn of_engine(folder: &Path, file: &Path, first: usize, error: &minijinja::Error) -> Self {
        // The deepest cause is what the template's author has to see: an included file, not the one that includes it.
        let causes = std::iter::successors(Some(error), |error| {
            std::error::Error::source(*error)?.downcast_ref::<minijinja::Error>()
        });
        let error = causes.last().unwrap_or(error);
        let name = error.name().filter(|name| folder.join(name).is_file());
        let file = name.map_or_else(|| file.to_owned(), |name| folder.join(name));
        let line = error.line().map(|line| line + first - 1);
        let message = match (error.kind(), error.detail()) {
            (ErrorKind::OutOfFuel, _) => "it computes more than a document may".to_owned(),
            (kind, Some(detail)) => format!("{kind}: {detail}"),
            (kind, None) => kind.to_string(),
        };
        DocumentError::new(&file, line, message)
    }
}
