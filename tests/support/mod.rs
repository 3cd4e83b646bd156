//! A whole installation for one test: a simulated ERP, and the real binary serving from a folder of its own.
#![allow(dead_code, reason = "each test uses its part")]

pub mod colleague;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use sunmao_simulator::{Options, Simulator, Variant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Whatever a test waits for happens within this time, or the test fails.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The file in the host's folder that says how far ahead its clock is.
const CLOCK: &str = "clock";

/// A simulator and a host on free ports, with the shipped policy and mapping in the host's folders.
pub struct Installation {
    pub simulator: Simulator,
    pub folder: TempDir,
    /// The host's HTTP address.
    pub url: String,
    pub http: reqwest::Client,
    options: Options,
    host: Child,
}

impl Installation {
    pub async fn start(change: impl FnOnce(&mut Options)) -> Self {
        Installation::furnished(change, |_| {}).await
    }

    /// The same, with what `more` puts into the host's folder before it starts.
    pub async fn furnished(change: impl FnOnce(&mut Options), more: impl FnOnce(&Path)) -> Self {
        let mut options = Options {
            size: 20,
            ..Options::default()
        };
        change(&mut options);
        let simulator = Simulator::start(options.clone(), ([127, 0, 0, 1], 0).into())
            .await
            .expect("simulator");
        let folder = tempfile::tempdir().expect("folder");
        furnish(folder.path(), options.variant);
        more(folder.path());
        let (host, url) = serve(&simulator, &options, folder.path()).await;
        Installation {
            simulator,
            folder,
            url,
            http: reqwest::Client::new(),
            options,
            host,
        }
    }

    /// Kills the host as a power failure does, and starts it again on what it left.
    pub async fn crash_and_start(&mut self) {
        self.host.kill().await.expect("killed");
        (self.host, self.url) = serve(&self.simulator, &self.options, self.folder.path()).await;
    }

    pub fn script(&self, name: &str) -> PathBuf {
        self.folder.path().join("scripts").join(format!("{name}.rhai"))
    }

    pub fn plugin(&self, name: &str) -> PathBuf {
        self.folder.path().join("plugins").join(format!("{name}.wasm"))
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .expect("answer");
        assert!(answer.status().is_success(), "GET {path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// Files contacts in one request; all of them must be sound.
    pub async fn file(&self, contacts: &[Value]) {
        let body = contacts
            .iter()
            .map(|contact| format!("{contact}\n"))
            .collect::<String>();
        let request = self
            .http
            .post(format!("{}/v1/records/contact", self.url))
            .header("content-type", "application/x-ndjson");
        let answer = request.body(body).send().await.expect("answer");
        assert_eq!(answer.status(), 202);
        let summary: Value = answer.json().await.expect("JSON");
        assert_eq!(summary["accepted"], contacts.len(), "{summary}");
    }

    /// Runs a command of the real binary against the host and reads the JSON that it prints.
    pub async fn command(&self, arguments: &[&str]) -> Value {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sunmao"));
        command.current_dir(self.folder.path()).args(arguments);
        let output = command
            .args(["--url", &self.url, "--json"])
            .output()
            .await
            .expect("sunmao");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Waits until every accepted delivery has ended, and returns the counts.
    pub async fn until_idle(&self) -> Value {
        self.until("no delivery is left", async |status| {
            let counts = &status["deliveries"];
            (counts["pending"] == 0 && counts["leased"] == 0).then(|| counts.clone())
        })
        .await
    }

    /// Polls `/v1/status` until `sought` finds what it looks for.
    pub async fn until<R>(&self, what: &str, sought: impl AsyncFn(&Value) -> Option<R>) -> R {
        let begun = Instant::now();
        loop {
            let status = self.get("/v1/status").await;
            if let Some(found) = sought(&status).await {
                return found;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{what}: not within {PATIENCE:?}; {status}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Sets the host's clock so many seconds ahead of the machine's.
    pub fn set_clock(&self, ahead: i64) {
        let (clock, next) = (
            self.folder.path().join(CLOCK),
            self.folder.path().join("clock.next"),
        );
        std::fs::write(&next, ahead.to_string()).expect("clock");
        std::fs::rename(next, clock).expect("clock");
    }

    /// Asks the host to stop and waits until it has; its exit code.
    pub async fn stop(mut self) -> Option<i32> {
        let id = self.host.id().expect("running").to_string();
        let asked = Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .await
            .expect("kill");
        assert!(asked.success());
        let ended = tokio::time::timeout(PATIENCE, self.host.wait())
            .await
            .expect("stopped in time");
        ended.expect("status").code()
    }
}

/// Starts the host in its folder; it and its HTTP address, once it is ready.
async fn serve(simulator: &Simulator, options: &Options, folder: &Path) -> (Child, String) {
    let mut command = sunmao(simulator, options);
    command.current_dir(folder).args(["serve", "--json"]);
    command.env("SUNMAO_TEST_CLOCK_FILE", CLOCK);
    let mut host = command
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("sunmao serve");
    let output = host.stdout.take().expect("standard output");
    let mut lines = BufReader::new(output).lines();
    let ready = tokio::time::timeout(PATIENCE, lines.next_line())
        .await
        .expect("ready in time");
    let ready: Value = serde_json::from_str(&ready.expect("output").expect("a line")).expect("JSON");
    // What else the host prints is read, so that its pipe never fills.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (host, ready["url"].as_str().expect("url").to_owned())
}

/// The real binary with the simulator's account in its environment and nothing else of ours.
pub fn sunmao(simulator: &Simulator, options: &Options) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sunmao"));
    command
        .env("SUNMAO_ERP_BASE_URL", simulator.base_url())
        .env("SUNMAO_ERP_USERNAME", &options.username)
        .env("SUNMAO_ERP_PASSWORD", &options.password)
        .env("SUNMAO_ERP_SERIAL", "sunmaotest")
        // Below the working folder: nothing of the person who runs the tests is read or written.
        .env("SUNMAO_STATE_FOLDER", "state");
    command
}

/// A contact that the shipped policy admits.
pub fn contact(number: usize) -> Value {
    json!({
        "id": format!("c-{number:05}"), "wx_id": format!("wxid_{number:05}"), "source": "wechat", "type": "customer",
        "company_name": format!("示例木作 {number} 号有限公司"), "real_name": format!("李{number}"),
        "phone": format!("1860000{:04}", number % 10_000), "phone_verified": true, "score": 80, "confidence": 90,
    })
}

/// A built guest, by path below the working tree.
pub fn guest(path: &str) -> Vec<u8> {
    let path = root().join(path);
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask guests` first", path.display()))
}

pub fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// What a host has to be told of a kind of installation, below `[erp]`.
pub fn told_of(variant: Variant) -> &'static str {
    match variant {
        Variant::Legacy => "installation = \"legacy\"\n",
        Variant::Gateway => "installation = \"gateway\"\n",
        Variant::GatewayPlain => "installation = \"gateway\"\ngateway_bodies = \"plain\"\n",
        _ => "",
    }
}

pub fn furnish(folder: &Path, variant: Variant) {
    std::fs::create_dir_all(folder.join("plugins")).expect("plugins");
    std::fs::create_dir_all(folder.join("scripts")).expect("scripts");
    let mapping = guest("plugins/dist/wechat-customer.wasm");
    std::fs::write(folder.join("plugins/wechat-customer.wasm"), mapping).expect("mapping");
    for script in ["scripts/admission.rhai", "scripts/conflicts.rhai"] {
        std::fs::copy(root().join(script), folder.join(script)).expect("script");
    }
    let configuration = r#"
        [server]
        listen = "127.0.0.1:0"
        [store]
        path = "sunmao.sqlite"
        [extensions]
        plugins_folder = "plugins"
        scripts_folder = "scripts"
        cache_folder = "cache"
        [erp]
        requests_per_second = 10000
        concurrency = 8
        [flow.customer-push]
        on = "contact.saved"
        policy = "scripts/admission.rhai"
        mapping = "plugins/wechat-customer.wasm"
        merge = "scripts/conflicts.rhai"
        write = "customers.save-company"
        link = "customer"
    "#;
    let configuration = configuration.replace("[erp]\n", &format!("[erp]\n{}", told_of(variant)));
    std::fs::write(folder.join("sunmao.toml"), configuration).expect("configuration");
}
