//! `cargo xtask`: builds the guests, keeps generated files current, runs the tests and the demonstration.

mod cargo;
mod component;
mod debian;
mod demo;
mod generate;
mod guests;
mod test;
mod toolchain;
mod weekend;
mod workspace;

use clap::Parser;
use std::process::ExitCode;

/// Developer automation.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    /// Build every plugin to a WebAssembly component.
    Guests(guests::Options),
    /// Write the files that are read from the catalogue.
    Generate(generate::Options),
    /// Check formatting, generated files and lints, and run all tests.
    Test(test::Options),
    /// Let the host live through a weekend of trouble in less time.
    Weekend(weekend::Options),
    /// Run a simulated ERP and the host, and show what they do.
    Demo(demo::Options),
}

fn main() -> ExitCode {
    match run(&Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    let workspace = workspace::Workspace::find()?;
    match task {
        Task::Guests(options) => guests::run(&workspace, options),
        Task::Generate(options) => generate::run(&workspace, options),
        Task::Test(options) => test::run(&workspace, options),
        Task::Weekend(options) => weekend::run(&workspace, options),
        Task::Demo(options) => demo::run(&workspace, options),
    }
}
