//! Finding a compiler for `wasm32-unknown-unknown`.

use crate::{cargo, debian};
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::path::Path;
use std::process::Command;

/// The platform of the guests: no operating system, and so no WASI.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What to compile guests with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Choice {
    /// The ordinary toolchain, with its WebAssembly target added if need be; else Debian's packages.
    #[default]
    Auto,
    /// Debian's packages.
    Debian,
}

/// Whether a build may write down new members and dependencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lockfile {
    /// It may: somebody is writing a plugin.
    Open,
    /// It must not: what is committed has to be complete.
    Fixed,
}

/// A way to compile for [`TARGET`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toolchain {
    /// The toolchain that compiles the host has the target's standard library.
    Ordinary,
    /// Debian's compiler, which brings the sources of the standard library but not the library for this target.
    Debian,
}

impl Toolchain {
    /// Finds a toolchain, and installs what is missing where that needs no decision of a person's.
    pub fn find(choice: Choice) -> Result<Self> {
        if choice == Choice::Auto && (has_target() || add_target()) {
            return Ok(Toolchain::Ordinary);
        }
        debian::require()?;
        Ok(Toolchain::Debian)
    }

    /// `cargo build --release` for the target, to be run in `folder`.
    pub fn build(self, folder: &Path, lockfile: Lockfile) -> Command {
        let mut command = match self {
            Toolchain::Ordinary => cargo::command(folder),
            Toolchain::Debian => debian::cargo(folder),
        };
        command.args(["build", "--release", "--workspace", "--target", TARGET]);
        if lockfile == Lockfile::Fixed {
            command.arg("--locked");
        }
        if self == Toolchain::Debian {
            command.args(["-Z", "build-std=std,panic_abort"]);
        }
        command
    }
}

/// Whether the standard library for the target is there, whoever installed it.
fn has_target() -> bool {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

fn add_target() -> bool {
    println!("the compiler has no {TARGET} yet: rustup target add {TARGET}");
    let added =
        cargo::run(Command::new("rustup").args(["target", "add", TARGET])).context("adding the target");
    if let Err(error) = &added {
        println!("{error:#}; trying Debian's compiler");
    }
    added.is_ok() && has_target()
}
