//! Everything a change has to pass, in the order in which it fails fastest.

use crate::counts::{Counts, Runner};
use crate::toolchain::Choice;
use crate::workspace::Workspace;
use crate::{cargo, generate, guests};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

const LINTS: [&str; 3] = ["--", "-D", "warnings"];

/// Runs every step and stops at the first failure. The last line counts the tests.
pub fn run(workspace: &Workspace) -> Result<()> {
    let start = Instant::now();
    check(workspace)?;
    let counts = tests(workspace)?;
    println!("all steps in {:.0} s", start.elapsed().as_secs_f64());
    println!("{counts}");
    Ok(())
}

fn check(workspace: &Workspace) -> Result<()> {
    let root = &workspace.root;
    step("formatting", || {
        cargo::run(cargo::command(root).args(["fmt", "--all", "--check"]))?;
        guest_workspaces(workspace, |command| command.args(["fmt", "--all", "--check"]))
    })?;
    step("generated files", || generate::check(workspace))?;
    step("guests", || guests::build(workspace, Choice::Auto))?;
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

fn tests(workspace: &Workspace) -> Result<Counts> {
    let root = &workspace.root;
    let mut counts = Counts::default();
    step("tests", || {
        let mut command = cargo::command(root);
        let runner = runner(&mut command);
        count(&mut counts, runner, &mut command)
    })?;
    step("documentation tests", || {
        let mut command = cargo::command(root);
        command.args(["test", "--locked", "--workspace", "--doc"]);
        count(&mut counts, Runner::CargoTest, &mut command)
    })?;
    step("tests of the guests' crates", || {
        for guests in workspace.guests() {
            let mut command = guest(workspace, &guests.folder);
            command.args(["test", "--locked", "--workspace", "--all-features"]);
            count(&mut counts, Runner::CargoTest, &mut command)?;
        }
        Ok(())
    })?;
    Ok(counts)
}

/// nextest where it is installed, else cargo's own runner.
fn runner(command: &mut Command) -> Runner {
    let probe = Command::new("cargo-nextest")
        .args(["nextest", "--version"])
        .output();
    if probe.is_ok_and(|output| output.status.success()) {
        command.args(["nextest", "run", "--locked", "--workspace", "--no-fail-fast"]);
        return Runner::Nextest;
    }
    println!(
        "nextest is not installed (cargo install cargo-nextest --locked); cargo's own runner takes its place"
    );
    command.args(["test", "--locked", "--workspace", "--tests", "--no-fail-fast"]);
    Runner::CargoTest
}

fn count(counts: &mut Counts, runner: Runner, command: &mut Command) -> Result<()> {
    let shown = cargo::show(command);
    let (more, content) = runner.count(command)?;
    *counts += more;
    if !content {
        bail!("`{shown}` failed\n{counts}");
    }
    Ok(())
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
