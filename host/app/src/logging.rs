//! The log: on standard error, for people or as JSON lines.

use crate::commands::Context;
use crate::environment::LOG;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Style;
use std::io::{self, IsTerminal};
use tracing_subscriber::EnvFilter;

/// Starts the log with the filter of the environment, or with this one.
///
/// # Errors
/// The filter of the environment cannot be read.
pub fn start(context: &Context, filter: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(context.environment.get(LOG).unwrap_or(filter)).map_err(|error| {
        Failure::new(
            Exit::Configuration,
            LOG,
            "reading the environment",
            error.to_string(),
        )
        .with_hint("write it like `info` or `warn,sunmao_runtime=debug`")
    })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    match context.style() {
        Style::Json => log.json().init(),
        Style::Text => log.init(),
    }
    Ok(())
}
