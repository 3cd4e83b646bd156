//! The demonstration: builds what it needs and becomes `sunmao demo`.

use crate::toolchain::{Choice, Lockfile};
use crate::workspace::Workspace;
use crate::{cargo, guests};
use anyhow::Result;
use std::ffi::OsString;
use std::process::Command;

/// Options of `cargo xtask demo`.
#[derive(clap::Args)]
pub struct Options {
    /// Passed to `sunmao demo`; `-- --help` shows them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Builds the guests and the host, then runs the demonstration in the root of the working tree.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    guests::build(workspace, Choice::Auto, Lockfile::Open)?;
    // Not `--package`, for the same reason as in `.cargo/config.toml`.
    cargo::run(cargo::command(&workspace.root).args(["build", "--locked", "--bin", "sunmao"]))?;
    let program = workspace
        .target
        .join("debug")
        .join(format!("sunmao{}", std::env::consts::EXE_SUFFIX));
    let mut demo = Command::new(program);
    demo.arg("demo")
        .args(&options.arguments)
        .current_dir(&workspace.root);
    cargo::forget_package(&mut demo);
    become_it(&mut demo)
}

/// The demonstration takes this process's place, so that Ctrl-C reaches it alone and the terminal waits for its end.
#[cfg(unix)]
fn become_it(command: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let shown = cargo::show(command);
    Err(anyhow::Error::new(command.exec()).context(format!("starting `{shown}`")))
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> Result<()> {
    cargo::run(command)
}
