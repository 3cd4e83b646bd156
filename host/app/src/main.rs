//! The `sunmao` command: reads the command line, runs one command and ends with its exit code.

mod access;
mod arguments;
mod cli;
mod commands;
mod configuration;
mod describe;
mod environment;
mod exit;
mod failure;
mod files;
mod find;
mod host;
mod http;
mod lines;
mod logging;
mod nearest;
mod output;
mod reload;
mod remote;
mod render;
mod shutdown;

use std::process::ExitCode;

/// Answers of the ERP are thousands of short texts: allocating is a good part of what a call costs.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match cli::read() {
        Ok(cli) => commands::run(cli).await.into(),
        Err(exit) => exit.into(),
    }
}
