//! The Customer Hub of `docs/examples/customer-hub`, a Python program, beside the real host. Its packages come from PyPI;
//! `cargo xtask test --without customer-hub` leaves it out.

use crate::stage::Stage;
use crate::support::{PATIENCE, contact, root};
use reqwest::StatusCode;
use serde_json::{Value as Json, json};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::LazyLock;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

const SECRET: &str = "whsec_Y3VzdG9tZXItaHViLWN1c3RvbWVyLWh1Yg==";
const LEFT_OUT: &str = "`cargo xtask test --without customer-hub` leaves this out";

/// The Python that has everything which the example's `pyproject.toml` names, the tools of its developers too.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(python);

fn folder() -> PathBuf {
    root().join("docs/examples/customer-hub")
}

/// What the example needs, as its `pyproject.toml` pins it.
fn packages() -> Vec<String> {
    let file = std::fs::read_to_string(folder().join("pyproject.toml")).expect("pyproject.toml");
    let project: toml::Table = file.parse().expect("TOML");
    let project = &project["project"];
    let all = [
        &project["dependencies"],
        &project["optional-dependencies"]["development"],
    ];
    let all = all.into_iter().filter_map(toml::Value::as_array).flatten();
    all.map(|package| package.as_str().expect("a package").to_owned())
        .collect()
}

/// Made once for each set of packages, in the target folder.
fn python() -> PathBuf {
    let packages = packages();
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("customer-hub");
    std::fs::create_dir_all(&home).expect("a folder");
    // Each test is a process of its own; the first one makes it.
    let lock = File::create(home.join("lock")).expect("a lock");
    lock.lock().expect("locked");
    let (python, made_of) = (home.join("venv/bin/python"), home.join("made-of"));
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&made_of).is_ok_and(|made| made == wanted) {
        return python;
    }
    let run = |program: &Path, arguments: &[&str]| {
        let ended = std::process::Command::new(program).args(arguments).output();
        let ended = ended.unwrap_or_else(|error| panic!("{}: {error}; {LEFT_OUT}", program.display()));
        let words = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{arguments:?}: {words}{LEFT_OUT}");
    };
    let venv = home.join("venv").display().to_string();
    run(Path::new("python3"), &["-m", "venv", "--clear", &venv]);
    let mut install = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    install.extend(packages.iter().map(String::as_str));
    run(&python, &install);
    std::fs::write(made_of, wanted).expect("written");
    python
}

/// A hub with a database of its own.
struct Hub {
    folder: tempfile::TempDir,
}

/// A command of the hub's that goes on, and the lines that it writes.
struct Listening {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Hub {
    fn new() -> Hub {
        let folder = tempfile::tempdir().expect("a folder");
        Hub { folder }
    }

    fn command(&self, url: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&*PYTHON);
        command
            .args(["-m", "customer_hub", "--url", url])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("PYTHONPATH", folder())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("SUNMAO_WEBHOOK_SECRET", SECRET)
            .kill_on_drop(true);
        command
    }

    async fn run(&self, stage: &Stage, arguments: &[&str]) -> Output {
        let command = self.command(&stage.installation.url, arguments).output();
        let ended = tokio::time::timeout(PATIENCE, command).await;
        ended.expect("ended in time").expect("Python")
    }

    /// What a command answers.
    async fn does(&self, stage: &Stage, arguments: &[&str]) -> Json {
        let ended = self.run(stage, arguments).await;
        let words = String::from_utf8_lossy(&ended.stderr);
        assert!(ended.status.success(), "{arguments:?}: {words}");
        serde_json::from_slice(&ended.stdout).expect("JSON")
    }

    /// What a command complains about.
    async fn fails(&self, stage: &Stage, arguments: &[&str]) -> String {
        let ended = self.run(stage, arguments).await;
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        String::from_utf8(ended.stderr).expect("UTF-8")
    }

    fn start(&self, url: &str, arguments: &[&str]) -> Listening {
        let mut command = self.command(url, arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("Python");
        let output = child.stdout.take().expect("standard output");
        let lines = BufReader::new(output).lines();
        Listening { child, lines }
    }
}

impl Listening {
    async fn next(&mut self) -> Json {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await;
        let line = line.expect("a line in time").expect("output").expect("a line");
        serde_json::from_str(&line).expect("JSON")
    }

    async fn next_ids(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for _ in 0..count {
            ids.push(self.next().await["id"].as_str().expect("an id").to_owned());
        }
        ids
    }
}

async fn file_contacts(stage: &Stage, numbers: std::ops::Range<usize>) -> Vec<String> {
    let contacts: Vec<Json> = numbers.map(contact).collect();
    stage.installation.file(&contacts).await;
    let ids = contacts
        .iter()
        .map(|contact| contact["id"].as_str().expect("an id"));
    ids.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_files_becomes_a_customer_and_what_it_accepts_a_contract() {
    let stage = Stage::with(&["contract-from-quotation", "contracts"]).await;
    let hub = Hub::new();
    let company = "示例木作有限公司";
    let file = ["file-contact", "c-1", "--company", company, "--name", "李明"];
    let file = [&file[..], &["--phone", "18600000001", "--score", "80"]].concat();
    let receipt = hub.does(&stage, &file).await;
    assert_eq!(
        (&receipt["id"], &receipt["changed"]),
        (&json!("c-1"), &json!(true))
    );
    // Sent again, as after an answer that was lost, it changes nothing.
    let again = hub.does(&stage, &file).await;
    assert_eq!(
        (&again["revision"], &again["changed"]),
        (&receipt["revision"], &json!(false))
    );
    stage.outcome("customer-push", "contact", "c-1").await;

    let quotation = json!({
        "number": "BJ2026-001", "subject": "餐桌十套", "customer": "c-1", "customer_name": company,
        "quoted_on": "2026-03-01", "valid_until": "2026-03-31", "status": "sent",
        "lines": [{ "product_number": "CP000003", "description": "铝合金型材", "unit": "个", "quantity": 10, "unit_price": "99.99", "tax_rate": 13 }],
    });
    stage.files("quotation", "q-1", &quotation).await;
    let outcome = stage.outcome("contract-create", "quotation", "q-1").await;
    assert_eq!(outcome, "skipped: it is sent, not accepted");
    hub.does(&stage, &["accept-quotation", "q-1"]).await;
    let outcome = stage.outcome("contract-create", "quotation", "q-1").await;
    assert!(outcome.starts_with("linked: HT-BJ2026-001"), "{outcome}");

    stage.runs("contract-pull").await;
    let customer = hub.does(&stage, &["customer", "c-1"]).await;
    let record = stage.get("/v1/records/contact/c-1").await;
    assert_eq!(customer["customer"], record["links"][0]["number"], "{customer}");
    let contracts = customer["contracts"].as_array().expect("contracts");
    assert_eq!(contracts.len(), 1, "{customer}");
    assert_eq!(
        (&contracts[0]["number"], &contracts[0]["total"], &customer["open"]),
        (&json!("HT-BJ2026-001"), &json!("999.90"), &json!("999.90")),
        "{customer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn it_shows_people_what_the_host_refuses_and_why() {
    let stage = Stage::with(&["customers"]).await;
    let hub = Hub::new();
    let unsound = ["file-contact", "c-1", "--company", "示例", "--score", "200"];
    let words = hub.fails(&stage, &unsound).await;
    assert!(words.contains("score: 200 is too large (at most 100)"), "{words}");
    let words = hub.fails(&stage, &["customer", "c-1"]).await;
    assert!(words.contains("there is no contact/c-1"), "{words}");
    // An id may hold what a path may not.
    let odd = "甲/乙?丙";
    hub.does(&stage, &["file-contact", odd, "--company", "示例"])
        .await;
    assert_eq!(hub.does(&stage, &["customer", odd]).await["id"], odd);
    let rejected = json!({ "subject": "餐桌", "customer": odd, "status": "rejected" });
    stage.files("quotation", "q-1", &rejected).await;
    let words = hub.fails(&stage, &["accept-quotation", "q-1"]).await;
    assert!(words.contains("quotation/q-1 is rejected"), "{words}");
    assert_eq!(stage.body("quotation", "q-1").await["status"], "rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_goes_on_where_it_ended_whoever_was_killed() {
    let mut stage = Stage::with(&["customers"]).await;
    // The same address over restarts.
    let url = stage.installation.url.clone();
    let configuration = stage.installation.folder.path().join("sunmao.toml");
    let text = std::fs::read_to_string(&configuration).expect("a configuration");
    let address = url.trim_start_matches("http://");
    std::fs::write(&configuration, text.replace("127.0.0.1:0", address)).expect("written");

    // Everything is settled before it is looked at, so that each contact changes once.
    let first = file_contacts(&stage, 1..4).await;
    let hub = Hub::new();
    let follow = ["follow", "--kind", "contact"];
    let mut feed = hub.start(&url, &follow);
    assert_eq!(feed.next_ids(3).await, first);
    feed.child.kill().await.expect("killed");
    let second = file_contacts(&stage, 4..6).await;
    let mut feed = hub.start(&url, &follow);
    assert_eq!(feed.next_ids(2).await, second);
    stage.installation.crash_and_start().await;
    let third = file_contacts(&stage, 6..8).await;
    assert_eq!(feed.next_ids(2).await, third);
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_taken_once_and_only_from_who_knows_the_secret() {
    let hub = Hub::new();
    let mut listening = hub.start("http://127.0.0.1:1", &["listen"]);
    let url = listening.next().await["url"].as_str().expect("a URL").to_owned();
    let table = format!("\n[webhook.hub]\nurl = \"{url}\"\nkinds = [\"contact\"]\n");
    let stage = Stage::furnished(&["customers"], |folder| {
        let file = folder.join("sunmao.toml");
        let text = std::fs::read_to_string(&file).expect("a configuration");
        std::fs::write(&file, text + table.as_str()).expect("written");
        std::fs::write(
            folder.join(".env"),
            format!("SUNMAO_WEBHOOK_HUB_SECRET={SECRET}\n"),
        )
        .expect("written");
    })
    .await;
    file_contacts(&stage, 1..2).await;
    let news = listening.next().await;
    assert_eq!(news, json!({ "event": "contact.saved", "id": "c-00001" }));

    let now = jiff::Timestamp::now().as_second();
    let send = async |secret: &str, message: &str, sent_at: i64, revision: i64| {
        let body = json!({
            "type": "contact.saved", "timestamp": "2026-03-07T10:00:00Z",
            "data": { "kind": "contact", "id": "c-9", "revision": revision, "body": { "company_name": "示例" } },
        });
        let body = body.to_string();
        let key = Webhook::new(secret).expect("a secret");
        let signature = key.sign(message, sent_at, body.as_bytes()).expect("a signature");
        let request = stage.installation.http.post(&url).body(body);
        let request = request
            .header(HEADER_WEBHOOK_ID, message)
            .header(HEADER_WEBHOOK_TIMESTAMP, sent_at.to_string())
            .header(HEADER_WEBHOOK_SIGNATURE, signature);
        request.send().await.expect("an answer").status()
    };
    let other = "whsec_c29tZWJvZHkgZWxzZSBzb21lYm9keSBlbHNl";
    assert_eq!(send(other, "m-1", now, 1).await, StatusCode::UNAUTHORIZED);
    assert_eq!(
        send(SECRET, "m-1", now - 3_600, 1).await,
        StatusCode::UNAUTHORIZED
    );
    // Sound, sent twice; then an older revision, which came late.
    for (message, revision) in [("m-2", 2), ("m-2", 2), ("m-3", 1), ("m-4", 3)] {
        assert_eq!(send(SECRET, message, now, revision).await, StatusCode::NO_CONTENT);
    }
    // Were one of the others news, a third line would stand between these.
    file_contacts(&stage, 2..3).await;
    assert_eq!(listening.next_ids(3).await, ["c-9", "c-9", "c-00002"]);
}

#[tokio::test]
async fn it_is_typed_from_the_document_of_the_api_as_that_is_now_and_lints_clean() {
    let tools: [&[&str]; 4] = [
        &["-m", "datamodel_code_generator", "--check"],
        &["-m", "ruff", "check", "--no-cache"],
        &["-m", "ruff", "format", "--check", "--no-cache"],
        &["-m", "mypy", "--cache-dir", "/dev/null"],
    ];
    for tool in tools {
        let mut command = Command::new(&*PYTHON);
        let ended = command
            .args(tool)
            .current_dir(folder())
            .output()
            .await
            .expect("Python");
        let words = String::from_utf8_lossy(&ended.stdout) + String::from_utf8_lossy(&ended.stderr);
        assert!(
            ended.status.success(),
            "{tool:?}: {words}; see the README of the example"
        );
    }
}
