//! Everything a change has to pass, in the order in which it fails fastest.

use crate::toolchain::{Choice, Lockfile};
use crate::workspace::Workspace;
use crate::{cargo, generate, guests};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const LINTS: [&str; 3] = ["--", "-D", "warnings"];

/// Runs every step and stops at the first failure. The host's tests come last, so that their runner has the last word.
pub fn run(workspace: &Workspace) -> Result<()> {
    check(workspace)?;
    tests(workspace)
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

fn tests(workspace: &Workspace) -> Result<()> {
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
    cargo::run(&mut runner(root))
}

/// nextest where it is installed, else cargo's own runner.
fn runner(root: &Path) -> Command {
    let mut command = cargo::command(root);
    let probe = Command::new("cargo-nextest")
        .args(["nextest", "--version"])
        .output();
    if probe.is_ok_and(|output| output.status.success()) {
        command.args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]);
        return command;
    }
    println!(
        "nextest is not installed (cargo install cargo-nextest --locked); cargo's own runner takes its place"
    );
    command.args(["test", "--locked", "--workspace", "--tests", "--no-fail-fast"]);
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
