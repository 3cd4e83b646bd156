//! The `sunmao` command: reads the command line, runs one command and ends with its exit code.

mod access;
mod api;
mod cli;
mod commands;
mod configuration;
mod context;
mod custom_fields;
mod environment;
mod exit;
mod failure;
mod files;
mod host;
mod http;
mod kinds;
mod lines;
mod logging;
mod output;
mod parts;
mod reload;
mod remote;
mod shutdown;

use mimalloc::MiMalloc;
use std::process::ExitCode;
use sunmao_runtime::scripts::memory::Counting;

/// Thousands of short texts make allocating matter; it is counted by thread, which bounds a script's memory.
#[global_allocator]
static ALLOCATOR: Counting<MiMalloc> = Counting(MiMalloc);

#[tokio::main]
async fn main() -> ExitCode {
    match cli::read() {
        Ok(cli) => commands::run(cli).await.into(),
        Err(exit) => exit.into(),
    }
}
