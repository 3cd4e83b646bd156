//! The real program, started and stopped: how long it says that it took to be ready.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Compiled code is written aside; so long after the first start all of it is on disk.
const WRITTEN: Duration = Duration::from_secs(3);

/// Builds `sunmao` as benches are built and returns where it lies; none if it cannot be built, which cargo has then
/// explained.
pub fn build() -> Option<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    // What cargo tells this bench about its package would make build scripts, and all that is behind them, run again.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARGO_PKG_") || name == "CARGO_MANIFEST_DIR" {
            command.env_remove(name);
        }
    }
    let built = command
        // With the bench beside it, dependencies have the features that they had for the bench: none is compiled again.
        .args([
            "build",
            "--profile",
            "bench",
            "--bin",
            "sunmao",
            "--bench",
            "loading",
        ])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo");
    if !built.status.success() {
        return None;
    }
    let messages = String::from_utf8(built.stdout).expect("UTF-8");
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "sunmao")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

/// A host with a folder of plugins, and no ERP: none is asked before there is work.
pub struct Host<'a> {
    /// The program.
    pub program: &'a Path,
    /// Where everything of it lies, the plugins under `plugins`.
    pub folder: &'a Path,
}

impl Host<'_> {
    /// Starts it once and lets it put its compiled code on disk.
    pub fn fill_cache(&self) {
        let (mut host, _) = self.start();
        std::thread::sleep(WRITTEN);
        end(&mut host);
    }

    /// Starts it, and ends it as soon as it is ready.
    pub fn ready_after(&self) -> Duration {
        let (mut host, ready) = self.start();
        end(&mut host);
        ready
    }

    fn start(&self) -> (Child, Duration) {
        let mut command = Command::new(self.program);
        for (name, value) in [
            ("SUNMAO_ERP_BASE_URL", "http://127.0.0.1:9"),
            ("SUNMAO_ERP_USERNAME", "bench"),
            ("SUNMAO_ERP_PASSWORD", "bench"),
        ] {
            command.env(name, value);
        }
        command
            .args([
                "serve",
                "--json",
                "--listen",
                "127.0.0.1:0",
                "--store",
                "sunmao.sqlite",
            ])
            .args(["--plugins-folder", "plugins", "--scripts-folder", "scripts"])
            .args(["--cache-folder", "cache"])
            .current_dir(self.folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut host = command.spawn().expect("sunmao serve");
        let output = host.stdout.take().expect("standard output");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("a line");
        let ready: serde_json::Value = serde_json::from_str(&line).expect("the ready line");
        let milliseconds = ready["milliseconds"].as_u64().expect("milliseconds");
        (host, Duration::from_millis(milliseconds))
    }
}

fn end(host: &mut Child) {
    host.kill().expect("ended");
    host.wait().expect("gone");
}
