//! What every command is given: the global flags, the environment, and the way to the configuration.

use crate::cli::Global;
use crate::configuration::{Configuration, Flag, Sources};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::output::Style;
use std::time::Instant;

/// What every command is given.
pub struct Context {
    /// The global flags.
    pub global: Global,
    /// The environment and `.env`.
    pub environment: Environment,
    /// When the process began.
    pub started: Instant,
}

impl Context {
    /// Whether people or programs read the output.
    pub fn style(&self) -> Style {
        if self.global.json {
            Style::Json
        } else {
            Style::Text
        }
    }

    /// Where the configuration comes from, with the command's own flags above it.
    pub fn sources(&self, flags: Vec<Option<Flag>>) -> Result<Sources, Failure> {
        let flags = flags.into_iter().flatten().collect();
        Sources::new(self.global.config.as_deref(), &self.environment, flags)
    }

    /// The configuration, with the command's own flags above it.
    pub fn configuration(&self, flags: Vec<Option<Flag>>) -> Result<Configuration, Failure> {
        self.sources(flags)?.read()
    }
}
