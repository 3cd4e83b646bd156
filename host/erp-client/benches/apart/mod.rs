//! A simulator in a process of its own, so that this one's memory is the client's alone: the bench runs itself again, and
//! that run serves until this one ends.
#![allow(dead_code, reason = "each bench asks its questions")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Options, Simulator};
use tokio::runtime::Runtime;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Tells the second run how many records each object starts with.
const SIZE: &str = "SUNMAO_BENCH_SIMULATOR";

/// The simulator of this run.
pub(crate) struct Apart {
    pub base_url: String,
    process: Child,
    /// Closed when this run ends, however it ends.
    _alive: ChildStdin,
}

/// Serves where this is the second run, and never comes back from there.
pub(crate) fn serve_if_asked() {
    let Some(size) = std::env::var(SIZE).ok() else {
        return;
    };
    let options = Options {
        size: size.parse().expect("a number"),
        ..Options::default()
    };
    let runtime = Runtime::new().expect("runtime");
    let simulator = runtime.block_on(Simulator::start(options, ([127, 0, 0, 1], 0).into()));
    let simulator = simulator.expect("simulator");
    println!("{}", simulator.base_url());
    std::io::stdout().flush().expect("a pipe");
    // Nothing is ever written to it: it ends with the first run.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
    std::process::exit(0);
}

impl Apart {
    /// Starts the second run.
    pub(crate) fn start(size: usize) -> Self {
        let mut process = Command::new(std::env::current_exe().expect("this program"))
            .env(SIZE, size.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a second run");
        let mut said = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut base_url = String::new();
        said.read_line(&mut base_url).expect("a line");
        Apart {
            base_url: base_url.trim().to_owned(),
            _alive: process.stdin.take().expect("a pipe"),
            process,
        }
    }

    /// A client that its budget does not slow down.
    pub(crate) fn client(&self, concurrency: usize) -> ErpClient {
        let options = Options::default();
        let mut settings = Settings::new(
            self.base_url.parse().expect("URL"),
            options.username,
            options.password.into(),
            "SUNMAOBENCH01",
        );
        settings.requests_per_second = 1_000_000;
        // The first call waits until the simulator made up its records.
        settings.timeout = Duration::from_secs(300);
        settings.concurrency = concurrency;
        ErpClient::new(settings).expect("client")
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Memory of this process, in bytes.
pub(crate) mod memory {
    /// What is held now.
    pub(crate) fn resident() -> u64 {
        status("VmRSS:")
    }

    /// The most that was held since the last call of `forget_peak`.
    pub(crate) fn peak() -> u64 {
        status("VmHWM:")
    }

    /// Begins a new peak with what is held now.
    pub(crate) fn forget_peak() {
        std::fs::write("/proc/self/clear_refs", "5").expect("the peak is reset");
    }

    pub(crate) fn mebibytes(bytes: u64) -> f64 {
        bytes as f64 / f64::from(1 << 20)
    }

    fn status(name: &str) -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        kibibytes.expect("a size") * 1024
    }
}

/// The word of a verdict.
pub(crate) fn verdict(is_within: bool) -> &'static str {
    if is_within { "within" } else { "over" }
}
