//! The host as a service manager runs it: started again whenever it has ended, however that came.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, RwLock};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Descriptors that the host may have.
const DESCRIPTORS: u32 = 256;

/// Where the host's log goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// A file.
    File,
    /// A pipe whose reader is gone, as when the terminal was closed.
    Closed,
    /// A disk that is full.
    Full,
}

/// The host's process.
pub struct Host {
    folder: PathBuf,
    environment: Vec<(String, String)>,
    child: Option<Child>,
    log: Log,
    url: Arc<RwLock<String>>,
    /// The most memory that any of its lives took, in KiB.
    pub peak_kilobytes: u64,
    /// Ends that nobody brought about.
    pub own_ends: Vec<String>,
}

impl Host {
    pub fn new(folder: &Path, environment: Vec<(String, String)>) -> Host {
        Host {
            folder: folder.to_owned(),
            environment,
            child: None,
            log: Log::File,
            url: Arc::default(),
            peak_kilobytes: 0,
            own_ends: Vec::new(),
        }
    }

    /// Where the host's HTTP API is at the moment; empty before it is ready.
    pub fn url(&self) -> Arc<RwLock<String>> {
        self.url.clone()
    }

    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    pub fn log_file(&self) -> PathBuf {
        self.folder.join("sunmao.log")
    }

    /// Sends the log elsewhere from the next start on.
    pub fn log_to(&mut self, log: Log) {
        self.log = log;
    }

    /// Ends it as a power failure does.
    pub async fn kill(&mut self) {
        self.look();
        if let Some(mut child) = self.child.take() {
            child.kill().await.expect("killed");
        }
        self.url.write().expect("url").clear();
    }

    /// Asks it to end; its exit code.
    pub async fn terminate(&mut self) -> Option<i32> {
        self.signal("-TERM").await;
        let mut child = self.child.take().expect("running");
        child.wait().await.expect("status").code()
    }

    pub async fn signal(&self, signal: &str) {
        if let Some(process) = self.process() {
            let sent = Command::new("kill").args([signal, &process.to_string()]).status();
            sent.await.expect("kill");
        }
    }

    /// Starts it where it does not run. `may_end`: whether something is going on that it may end of.
    pub fn keep_running(&mut self, may_end: Option<&str>) {
        self.look();
        if let Some(child) = &mut self.child {
            let Some(status) = child.try_wait().expect("status") else {
                return;
            };
            if may_end.is_none() {
                self.own_ends.push(status.to_string());
            }
        }
        self.url.write().expect("url").clear();
        self.child = Some(self.spawn());
    }

    /// The end of the log, for whoever wants to know why.
    pub fn last_words(&self) -> String {
        let log = std::fs::read_to_string(self.log_file()).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    fn spawn(&self) -> Child {
        let mut command = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -n {DESCRIPTORS}; exec \"$0\" serve --json");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_sunmao")])
            .current_dir(&self.folder)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(self.log())
            .kill_on_drop(true);
        let mut child = command.spawn().expect("sunmao serve");
        // The reader is dropped here.
        drop(child.stderr.take());
        let mut lines = BufReader::new(child.stdout.take().expect("standard output")).lines();
        let url = self.url.clone();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let ready: Option<serde_json::Value> = serde_json::from_str(&line).ok();
                if let Some(address) = ready.as_ref().and_then(|ready| ready["url"].as_str()) {
                    address.clone_into(&mut url.write().expect("url"));
                }
            }
        });
        child
    }

    fn log(&self) -> Stdio {
        match self.log {
            Log::Closed => Stdio::piped(),
            Log::Full => OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .expect("/dev/full")
                .into(),
            Log::File => OpenOptions::new()
                .create(true)
                .append(true)
                .open(self.log_file())
                .expect("log")
                .into(),
        }
    }

    fn look(&mut self) {
        let Some(process) = self.process() else { return };
        let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) else {
            return;
        };
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|peak| peak.trim().trim_end_matches("kB").trim().parse().ok());
        self.peak_kilobytes = self.peak_kilobytes.max(peak.unwrap_or_default());
    }
}
