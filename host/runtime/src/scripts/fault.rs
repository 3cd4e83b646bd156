//! What is wrong with a script's text, with its place.

use crate::load_error::LoadError;
use rhai::{ParseError, Position};
use std::fmt;

/// One thing that is wrong with a script's text.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ScriptFault {
    /// `compile` or `check imports`.
    pub phase: &'static str,
    /// From 1; none where it is about the whole script.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do; empty when the message says it.
    pub hint: String,
}

impl ScriptFault {
    /// The text is no sound script.
    pub(super) fn unsound(position: Position, message: impl Into<String>) -> Self {
        ScriptFault::new("compile", position, message.into())
    }

    /// It names what does not exist, or uses it wrongly.
    pub(super) fn unknown(position: Position, message: impl Into<String>) -> Self {
        ScriptFault::new("check imports", position, message.into())
    }

    fn new(phase: &'static str, position: Position, message: String) -> Self {
        ScriptFault {
            phase,
            line: position.line(),
            column: position.position(),
            message,
            hint: String::new(),
        }
    }

    /// The same fault with what to do.
    pub(super) fn with_hint(self, hint: impl Into<String>) -> Self {
        ScriptFault {
            hint: hint.into(),
            ..self
        }
    }

    /// The same fault with the name that was probably meant.
    pub(super) fn with_nearest(self, nearest: Option<&str>) -> Self {
        match nearest {
            Some(nearest) => self.with_hint(format!("the nearest known is {nearest}")),
            None => self,
        }
    }
}

impl From<ParseError> for ScriptFault {
    fn from(error: ParseError) -> Self {
        ScriptFault::unsound(error.position(), error.err_type().to_string())
    }
}

impl fmt::Display for ScriptFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(formatter, "line {line}, column {column}: ")?;
        }
        write!(formatter, "{}", self.message)?;
        if !self.hint.is_empty() {
            write!(formatter, " ({})", self.hint)?;
        }
        Ok(())
    }
}

/// The faults as the one error that a file has.
pub(super) fn load_error(name: &str, faults: &[ScriptFault]) -> LoadError {
    let phase = faults.first().map_or("compile", |fault| fault.phase);
    let lines: Vec<String> = faults.iter().map(ScriptFault::to_string).collect();
    LoadError::new(name, phase, lines.join("; "))
}
