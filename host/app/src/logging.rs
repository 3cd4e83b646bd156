//! The log: on standard error, for people or as JSON lines. Whatever becomes of standard error (closed, full, read by
//! nobody), no work waits for the log or fails with it: lines that cannot be written are dropped and counted.

use crate::context::Context;
use crate::environment::LOG;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Style;
use crate::output::printable::{printable, record};
use crate::output::writer::{Listener, Writer};
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::panic::{self, PanicHookInfo};
use std::sync::OnceLock;
use std::time::Duration;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Most bytes of the log that wait to be written.
const ROOM: usize = 8 * 1024 * 1024;
/// How long the end of the process waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(2);

/// The log's writer, once a command has started it. One for the process, as standard error is.
static WRITER: OnceLock<Writer> = OnceLock::new();

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
    let writer = WRITER.get_or_init(|| Writer::start("log", ROOM, io::stderr(), Told));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        // It would tell of its failures by `eprintln!`, which panics where the log is closed.
        .log_internal_errors(false)
        .with_writer(Records(writer.clone()));
    match context.style() {
        Style::Json => log.json().init(),
        Style::Text => log.init(),
    }
    panic::set_hook(Box::new(panicked));
    Ok(())
}

/// How many lines of the log were lost.
pub fn dropped() -> u64 {
    WRITER.get().map(Writer::lost).unwrap_or_default()
}

/// Prints a line on standard error, behind what was logged. Where nobody reads it, nobody is left to tell.
pub fn complaint(text: impl Display) {
    let line = format!("{}\n", printable(&text.to_string()));
    match WRITER.get() {
        Some(writer) => writer.hand_over(line.into_bytes()),
        None => {
            let _ = io::stderr().lock().write_all(line.as_bytes());
        }
    }
}

/// Gives the last lines a moment to be written, before the process ends.
pub fn finish() {
    if let Some(writer) = WRITER.get() {
        writer.finish(LAST_LINES);
    }
}

/// The standard hook writes to standard error itself, and waits for whoever does not read it.
fn panicked(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "a task panicked: {message}");
}

struct Told;

impl Listener for Told {
    fn lost(&mut self, texts: u64) {
        tracing::warn!(
            dropped = texts,
            "lines of the log were dropped: it was not written as fast as lines came"
        );
    }
}

/// Makes a writer of whole records: the subscriber writes each in one piece.
struct Records(Writer);

impl<'a> MakeWriter<'a> for Records {
    type Writer = &'a Records;

    fn make_writer(&'a self) -> &'a Records {
        self
    }
}

impl Write for &Records {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.0.hand_over(record(&text).into_bytes());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
