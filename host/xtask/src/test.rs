//! Everything a change has to pass, in the order in which it fails fastest.

use crate::toolchain::{Choice, Lockfile};
use crate::workspace::Workspace;
use crate::{cargo, generate, guests};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const LINTS: [&str; 3] = ["--", "-D", "warnings"];

/// Options of `cargo xtask test`.
#[derive(clap::Args)]
pub struct Options {
    /// Leave a suite out
    #[arg(long, value_name = "SUITE", value_enum)]
    without: Vec<Suite>,
}

/// What may be left out by name.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Suite {
    /// The five minutes of `cargo xtask weekend`.
    Weekend,
    /// The example in Python, which wants Python 3.11 and PyPI.
    CustomerHub,
}

impl Suite {
    /// What the names of its tests contain, and of no others.
    fn word(self) -> &'static str {
        match self {
            Suite::Weekend => "weekend",
            Suite::CustomerHub => "customer_hub",
        }
    }
}

/// Runs every step and stops at the first failure. The host's tests come last, so that their runner has the last word.
pub fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    check(workspace)?;
    tests(workspace, options)
}

fn check(workspace: &Workspace) -> Result<()> {
    let root = &workspace.root;
    step("formatting", || {
        cargo::run(cargo::command(root).args(["fmt", "--all", "--check"]))?;
        guest_workspaces(workspace, |command| command.args(["fmt", "--all", "--check"]))
    })?;
    step("generated files", || generate::check(workspace))?;
    step("guests", || {
        guests::build(workspace, Choice::Auto, Lockfile::Fixed)
    })?;
    step("lints", || {
        let mut clippy = cargo::command(root);
        clippy
            .args(["clippy", "--locked", "--workspace", "--all-targets"])
            .args(LINTS);
        cargo::run(&mut clippy)?;
        guest_workspaces(workspace, |command| {
            command
                .args([
                    "clippy",
                    "--locked",
                    "--workspace",
                    "--all-targets",
                    "--all-features",
                ])
                .args(LINTS)
        })
    })
}

fn tests(workspace: &Workspace, options: &Options) -> Result<()> {
    let root = &workspace.root;
    step("tests of the guests' crates", || {
        guest_workspaces(workspace, |command| {
            command.args(["test", "--locked", "--workspace", "--all-features"])
        })
    })?;
    step("documentation tests", || {
        cargo::run(cargo::command(root).args(["test", "--locked", "--workspace", "--doc"]))
    })?;
    println!("── tests");
    cargo::run(&mut runner(root, options))
}

/// nextest where it is installed, else cargo's own runner.
fn runner(root: &Path, options: &Options) -> Command {
    let mut command = cargo::command(root);
    if cargo::has_nextest() {
        command.args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]);
        for suite in &options.without {
            command.args(["-E", &format!("not test({})", suite.word())]);
        }
        return command;
    }
    println!(
        "nextest is not installed (cargo install cargo-nextest --locked); cargo's own runner takes its place"
    );
    command.args([
        "test",
        "--locked",
        "--workspace",
        "--tests",
        "--no-fail-fast",
        "--",
    ]);
    for suite in &options.without {
        command.args(["--skip", suite.word()]);
    }
    command
}

fn guest(workspace: &Workspace, folder: &Path) -> Command {
    let mut command = cargo::command(folder);
    command.env("CARGO_TARGET_DIR", workspace.guests_target());
    command
}

fn guest_workspaces(workspace: &Workspace, arguments: impl Fn(&mut Command) -> &mut Command) -> Result<()> {
    let mut all = workspace.guests();
    all.try_for_each(|guests| cargo::run(arguments(&mut guest(workspace, &guests.folder))))
}

fn step(name: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("── {name}");
    let start = Instant::now();
    work().with_context(|| format!("{name}: failed after {:.1} s", start.elapsed().as_secs_f64()))?;
    println!("── {name}: {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}
