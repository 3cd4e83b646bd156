//! A folder to work in, an environment, and the binary.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;
use sunmao_simulator::{Options, Simulator};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinHandle;

/// Whatever a test waits for happens within this time, or the test fails.
pub const PATIENCE: Duration = Duration::from_secs(90);

const BINARY: &str = env!("CARGO_BIN_EXE_sunmao");

/// How a command ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// The error that was written as JSON.
    pub fn error(&self) -> Value {
        let error: Value =
            serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error}\n{}", self.stderr));
        error["error"].clone()
    }
}

/// A working folder and an environment of its own.
pub struct Sunmao {
    pub folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Sunmao {
    /// The scripts that are shipped, in its folder.
    pub fn furnish_scripts(&self) {
        for script in ["scripts/admission.rhai", "scripts/conflicts.rhai"] {
            self.write(script, &std::fs::read_to_string(root().join(script)).unwrap());
        }
    }

    pub fn new() -> Self {
        Sunmao {
            folder: tempfile::tempdir().unwrap(),
            environment: Vec::new(),
        }
    }

    /// With the account of a simulator.
    pub fn of(simulator: &Simulator, options: &Options) -> Self {
        Sunmao::new()
            .with("SUNMAO_ERP_BASE_URL", &simulator.base_url())
            .with("SUNMAO_ERP_USERNAME", &options.username)
            .with("SUNMAO_ERP_PASSWORD", &options.password)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn write(&self, file: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Puts new content in a file's place at once: whoever looks sees the old or the new, never half of it.
    pub fn replace(&self, file: &str, content: &str) {
        let aside = self.write("replacement.tmp", content);
        std::fs::rename(aside, self.folder.path().join(file)).unwrap();
    }

    pub async fn run(&self, arguments: &[&str]) -> Ended {
        self.run_into(arguments, Stdio::piped()).await
    }

    /// Runs a command whose standard output goes elsewhere.
    pub async fn run_into(&self, arguments: &[&str], output: Stdio) -> Ended {
        let mut command = self.command(arguments);
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let ended = tokio::time::timeout(PATIENCE, child.wait_with_output()).await;
        let Output {
            status,
            stdout,
            stderr,
        } = ended.expect("ended in time").unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ended {
            code: status.code(),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    /// Starts a command whose output is not looked at before its end.
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.kill_on_drop(true).spawn().unwrap()
    }

    /// Starts a command that goes on until it is asked to end.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::of(self.command(arguments))
    }

    /// Starts one to which a file that may not grow is an error like any other, and not the end.
    pub fn start_unharmed_by_full_disks(&self, arguments: &[&str]) -> Running {
        let ignoring = ["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", BINARY];
        Running::of(self.prepared("/bin/sh", &[&ignoring[..], arguments].concat()))
    }

    /// Starts one and gathers its log.
    pub fn start_logged(&self, arguments: &[&str]) -> (Running, JoinHandle<Vec<String>>) {
        let mut command = self.command(arguments);
        command.stderr(Stdio::piped());
        let mut running = Running::of(command);
        let mut lines = BufReader::new(running.child.stderr.take().unwrap()).lines();
        let log = tokio::spawn(async move {
            let mut log = Vec::new();
            while let Ok(Some(line)) = lines.next_line().await {
                log.push(line);
            }
            log
        });
        (running, log)
    }

    /// The whole environment of a command.
    pub fn variables(&self) -> Vec<(String, String)> {
        let state = self.folder.path().join("state").display().to_string();
        // Wrong passwords of other tests, and of the person who runs them, count elsewhere, unless a test says where.
        let mut variables = vec![("SUNMAO_STATE_FOLDER".to_owned(), state)];
        variables.extend(self.environment.clone());
        variables
    }

    /// The same for a process that may have only so many files and connections open.
    pub fn start_limited(&self, files: u32, arguments: &[&str]) -> Running {
        let mut child = Command::new("/bin/sh")
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.variables())
            .args([
                "-c",
                &format!("ulimit -n {files} && exec \"$0\" \"$@\""),
                env!("CARGO_BIN_EXE_sunmao"),
            ])
            .args(arguments)
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Running { child, lines }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.prepared(BINARY, arguments)
    }

    fn prepared(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder.path())
            .env_clear()
            .envs(self.variables())
            .args(arguments);
        command
    }
}

/// A command under way, whose output are lines of JSON.
pub struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn of(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Running { child, lines }
    }

    /// Lets no file of its grow beyond so many bytes, or any again.
    pub async fn limit_files(&self, bytes: &str) {
        let id = self.child.id().expect("running").to_string();
        let limit = format!("--fsize={bytes}:");
        let mut command = Command::new("/usr/bin/prlimit");
        let set = command.args(["--pid", &id, &limit]).status().await.unwrap();
        assert!(set.success());
    }

    /// The next line of the output; none when it ended.
    pub async fn next(&mut self) -> Option<Value> {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line())
            .await
            .expect("a line in time")
            .unwrap()?;
        Some(serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// Reads on to the event of this name.
    pub async fn until(&mut self, event: &str) -> Value {
        loop {
            let next = self
                .next()
                .await
                .unwrap_or_else(|| panic!("ended without `{event}`"));
            if next["event"] == event {
                return next;
            }
        }
    }

    /// Asks it to end, as a service manager does; its exit code.
    pub async fn terminate(mut self) -> Option<i32> {
        self.signal("-TERM").await;
        self.ended().await
    }

    /// Sends it a signal, such as `-INT` for Ctrl-C.
    pub async fn signal(&self, signal: &str) {
        let id = self.child.id().expect("running").to_string();
        assert!(
            Command::new("/bin/kill")
                .args([signal, &id])
                .status()
                .await
                .unwrap()
                .success()
        );
    }

    /// Waits for the end; its exit code.
    pub async fn ended(&mut self) -> Option<i32> {
        while self.next().await.is_some() {}
        exit_code(&mut self.child).await
    }

    /// Reads no more of the output, as `| head` does, and waits for the end; its exit code.
    pub async fn unread(self) -> Option<i32> {
        let Running { mut child, lines } = self;
        drop(lines);
        exit_code(&mut child).await
    }
}

async fn exit_code(child: &mut Child) -> Option<i32> {
    tokio::time::timeout(PATIENCE, child.wait())
        .await
        .expect("ended in time")
        .unwrap()
        .code()
}

/// The address of a host that is not there: nobody listens on a port that was free a moment ago.
pub fn nobody() -> String {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

pub async fn simulator(options: &Options) -> Simulator {
    Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
        .await
        .unwrap()
}

/// The names of the operations that reached the ERP, in order.
pub fn calls(simulator: &Simulator) -> Vec<String> {
    simulator
        .ledger()
        .into_iter()
        .map(|entry| entry.names.first().cloned().unwrap_or(entry.path))
        .collect()
}

/// Asks until the answer is what the test waits for.
pub async fn eventually(url: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    let begun = std::time::Instant::now();
    loop {
        let answer: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        if is_it(&answer) {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{url} still says {answer}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until something has happened.
pub async fn until(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !happened().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The folder of the built plugins, as the demonstration uses it.
pub fn plugins_folder() -> PathBuf {
    let folder = root().join("plugins/dist");
    let plugin = folder.join("wechat-customer.wasm");
    assert!(
        plugin.is_file(),
        "{} is not there; run `cargo xtask guests` first",
        plugin.display()
    );
    folder
}

/// The shipped configuration with the flow into the ERP alone: most tests want nothing to come back by itself.
pub fn example() -> String {
    let example = std::fs::read_to_string(root().join("sunmao.toml.example")).unwrap();
    let (before, pull) = example.split_once("[flow.customer-pull]").unwrap();
    let (_, behind) = pull.split_once("link = \"customer\"").unwrap();
    format!("{before}{behind}")
}
