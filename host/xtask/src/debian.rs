//! Debian's compiler, for machines that reach Debian's packages but not rustup's.

use crate::cargo;
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const LINKER: &str = "/usr/bin/wasm-ld-22";
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];

/// Installs what is missing, or says what to install.
pub fn require() -> Result<()> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let advice = format!("apt-get update && apt-get install -y {}", PACKAGES.join(" "));
    if !Path::new("/usr/bin/apt-get").exists() || !is_root() {
        bail!(
            "no compiler for WebAssembly guests.\n  with rustup: rustup target add {}\n  on Debian, as root: {advice}",
            crate::toolchain::TARGET
        );
    }
    println!("missing for WebAssembly guests: {}\n{advice}", missing.join(", "));
    let mut update = Command::new("apt-get");
    cargo::run(update.args(["-q", "update"]))?;
    let mut install = Command::new("apt-get");
    install
        .args(["-q", "install", "-y"])
        .args(PACKAGES)
        .env("DEBIAN_FRONTEND", "noninteractive");
    cargo::run(&mut install)?;
    let missing = self::missing();
    if !missing.is_empty() {
        bail!("still missing after the installation: {}", missing.join(", "));
    }
    Ok(())
}

/// Debian's cargo with Debian's compiler. Building the standard library from source needs cargo's unstable
/// `build-std`, which `RUSTC_BOOTSTRAP` allows on a stable compiler.
pub fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(CARGO);
    command.current_dir(folder);
    cargo::forget_package(&mut command);
    // Both of the toolchain that runs us; its libraries and wrappers must not leak into the other's compiler.
    for name in ["RUSTUP_TOOLCHAIN", "LD_LIBRARY_PATH", "CARGO"] {
        command.env_remove(name);
    }
    command
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
    command
}

fn missing() -> Vec<&'static str> {
    let found = [
        (new_enough(), "rustc-web"),
        (Path::new(CARGO).exists(), "cargo-web"),
        (has_sources(), "rust-web-src"),
        (Path::new(LINKER).exists(), "lld-22"),
    ];
    found
        .into_iter()
        .filter(|(found, _)| !found)
        .map(|(_, package)| package)
        .collect()
}

/// Debian's plain `rustc` is years old and installs to the same path.
fn new_enough() -> bool {
    let Some(version) = ask(&["--version"]) else {
        return false;
    };
    let mut numbers = version
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .split('.')
        .map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= least_version(),
        _ => false,
    }
}

/// `rust-version` of the workspace.
fn least_version() -> (u32, u32) {
    let mut numbers = env!("CARGO_PKG_RUST_VERSION")
        .split('.')
        .map(|number| number.parse().unwrap_or(u32::MAX));
    (numbers.next().unwrap_or(u32::MAX), numbers.next().unwrap_or(0))
}

fn has_sources() -> bool {
    let sysroot = ask(&["--print", "sysroot"]).map(|text| PathBuf::from(text.trim()));
    sysroot.is_some_and(|sysroot| sysroot.join("lib/rustlib/src/rust/library/std").is_dir())
}

fn ask(arguments: &[&str]) -> Option<String> {
    let output = Command::new(RUSTC)
        .args(arguments)
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
