//! The weekend: `tests/weekend.rs` at the length and in the order that one asks for.

use crate::toolchain::{Choice, Lockfile};
use crate::workspace::Workspace;
use crate::{cargo, guests};
use anyhow::Result;

/// Options of `cargo xtask weekend`.
#[derive(clap::Args)]
pub struct Options {
    /// How long the trouble lasts; the test run takes five minutes
    #[arg(long, default_value_t = 60)]
    minutes: u32,
    /// Decides the order of the trouble
    #[arg(long, default_value_t = 6_021)]
    seed: u64,
}

/// Builds the guests, which the host serves with, and runs the weekend.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    guests::build(workspace, Choice::Auto, Lockfile::Fixed)?;
    // Not `--package`, for the same reason as in `.cargo/config.toml`.
    let mut command = cargo::command(&workspace.root);
    command
        .args(["test", "--locked", "--test", "weekend"])
        .args(["--", "--nocapture"])
        .env("WEEKEND_MINUTES", options.minutes.to_string())
        .env("WEEKEND_SEED", options.seed.to_string());
    cargo::run(&mut command)
}
