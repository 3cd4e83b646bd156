//! A log that cannot be written holds up no work, and what signals mean to a host.
#![cfg(unix)]

use crate::serve::host;
use crate::support::{PATIENCE, Sunmao, eventually, example, plugins_folder, simulator};
use serde_json::{Value, json};
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;
use sunmao_simulator::{Options, Simulator};
use tokio::io::AsyncBufReadExt;
use tokio::process::{Child, Command};

/// What standard output and standard error both are.
enum Log {
    Closed,
    /// A pipe that is full before the host writes its first line.
    Full,
    Disk,
}

struct Served {
    _erp: Simulator,
    _sunmao: Sunmao,
    child: Child,
    url: String,
    /// The other end of a full pipe.
    reader: Option<std::io::PipeReader>,
}

/// A host that tells nobody where it listens.
async fn serve(log: Log) -> Served {
    let options = Options {
        size: 10,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let example = example();
    sunmao.write("sunmao.toml", &example);
    sunmao.furnish_scripts();
    sunmao.replace("scripts/admission.rhai", "fn judge(record) { true }");
    let port = {
        let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        free.local_addr().unwrap().port()
    };
    let (output, reader) = output(log);
    let plugins = plugins_folder();
    let listen = format!("127.0.0.1:{port}");
    let child = Command::new(env!("CARGO_BIN_EXE_sunmao"))
        .current_dir(sunmao.folder.path())
        .env_clear()
        .envs(sunmao.variables())
        .env("SUNMAO_LOG", "debug")
        .args([
            "serve",
            "--listen",
            &listen,
            "--plugins-folder",
            plugins.to_str().unwrap(),
        ])
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let url = format!("http://{listen}");
    until_ready(&url).await;
    Served {
        _erp: erp,
        _sunmao: sunmao,
        child,
        url,
        reader,
    }
}

async fn until_ready(url: &str) {
    let begun = std::time::Instant::now();
    while reqwest::get(format!("{url}/healthz")).await.is_err() {
        assert!(begun.elapsed() < PATIENCE, "the host does not answer");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn output(log: Log) -> (OwnedFd, Option<std::io::PipeReader>) {
    match log {
        Log::Disk => (
            OpenOptions::new().write(true).open("/dev/full").unwrap().into(),
            None,
        ),
        Log::Closed => {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            (writer.into(), None)
        }
        Log::Full => {
            let (reader, mut writer) = std::io::pipe().unwrap();
            // As much as a pipe of Linux takes; a write more would wait for a reader.
            for _ in 0..16 {
                writer.write_all(&[b'.'; 4096]).unwrap();
            }
            (writer.into(), Some(reader))
        }
    }
}

impl Served {
    async fn file_twenty(&self) {
        let http = reqwest::Client::new();
        for number in 0..20 {
            let body = json!({"company_name": format!("样例木作 {number}"), "phone": "17700000001"});
            let request = http
                .put(format!("{}/v1/records/contact/c-{number}", self.url))
                .json(&body);
            assert_eq!(request.send().await.unwrap().status(), 202);
        }
        eventually(&format!("{}/v1/status", self.url), |status| {
            status["deliveries"]["done"] == 20
        })
        .await;
        for number in 0..20 {
            let contact = eventually(&format!("{}/v1/records/contact/c-{number}", self.url), |_| true).await;
            assert!(contact["links"][0]["number"].is_string(), "{contact}");
        }
    }

    async fn terminate(&mut self) -> Option<i32> {
        let id = self.child.id().unwrap().to_string();
        assert!(
            Command::new("/bin/kill")
                .args(["-TERM", &id])
                .status()
                .await
                .unwrap()
                .success()
        );
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.expect("ended in time").unwrap().code()
    }
}

async fn dropped(url: &str) -> u64 {
    let status = eventually(&format!("{url}/v1/status"), |_| true).await;
    status["log"]["dropped"].as_u64().unwrap()
}

#[tokio::test]
async fn a_closed_log_is_no_error_of_the_work() {
    let mut served = serve(Log::Closed).await;
    served.file_twenty().await;
    assert!(dropped(&served.url).await > 20);
    assert_eq!(served.terminate().await, Some(0));
}

#[tokio::test]
async fn a_full_disk_of_the_log_is_no_error_of_the_work() {
    let mut served = serve(Log::Disk).await;
    served.file_twenty().await;
    assert!(dropped(&served.url).await > 20);
    // What it tells on standard output is no part of a host's work either.
    assert_eq!(served.terminate().await, Some(0));
}

#[tokio::test]
async fn a_log_that_nobody_reads_holds_up_no_work() {
    let mut served = serve(Log::Full).await;
    served.file_twenty().await;
    assert_eq!(dropped(&served.url).await, 0, "all of it waits");
    assert_eq!(served.terminate().await, Some(0));
    drop(served.reader.take());
}

#[tokio::test]
async fn a_command_whose_output_is_not_wanted_any_more_ends_quietly() {
    let sunmao = Sunmao::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = sunmao
        .run_into(&["operations", "list"], OwnedFd::from(writer).into())
        .await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

/// Closing the terminal, and the signals of others, do not end a host; SIGHUP has it read its configuration.
#[tokio::test]
async fn a_host_outlives_its_terminal_and_reads_its_configuration_when_asked() {
    let host = host().await;
    let status = format!("{}/v1/status", host.url);
    for signal in ["-USR1", "-USR2", "-XFSZ", "-HUP"] {
        host.running.signal(signal).await;
    }
    let example = example();
    host.sunmao.replace(
        "sunmao.toml",
        &example.replace("[flow.customer-push]", "[flow.renamed]"),
    );
    host.running.signal("-HUP").await;
    eventually(&status, |status| status["flows"] == json!(["renamed"])).await;
    host.sunmao.replace("sunmao.toml", "[flow.x]\non = 1");
    host.running.signal("-HUP").await;
    eventually(&status, |status| status["configuration"]["error"].is_object()).await;
    let crate::serve::Host { running, .. } = host;
    assert_eq!(running.terminate().await, Some(0));
}

#[tokio::test]
async fn sighup_is_answered_in_the_log() {
    let options = Options {
        size: 1,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    sunmao.write("sunmao.toml", "");
    let mut child = Command::new(env!("CARGO_BIN_EXE_sunmao"))
        .current_dir(sunmao.folder.path())
        .env_clear()
        .envs(sunmao.variables())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let id = child.id().unwrap().to_string();
    let mut log = tokio::io::BufReader::new(child.stderr.take().unwrap()).lines();
    for (signal, told) in [
        (None, "ready"),
        (Some("-HUP"), "asked to read it again: nothing has changed"),
        (Some("-USR1"), "SIGUSR1"),
    ] {
        if let Some(signal) = signal {
            let sent = Command::new("/bin/kill").args([signal, &id]).status().await;
            assert!(sent.unwrap().success());
        }
        let line = async {
            while let Some(line) = log.next_line().await.unwrap() {
                if line.contains(told) {
                    return;
                }
            }
            panic!("ended without `{told}`");
        };
        tokio::time::timeout(PATIENCE, line).await.expect(told);
    }
}

#[tokio::test]
async fn a_simulator_ends_in_order_with_its_terminal() {
    let sunmao = Sunmao::new();
    for signal in ["-HUP", "-QUIT"] {
        let mut running = sunmao.start(&["simulate", "--json", "--size", "1"]);
        running.next().await.expect("ready");
        running.signal(signal).await;
        assert_eq!(running.ended().await, Some(0), "{signal}");
    }
}

/// What a script says, a contact holds and a file is called reaches neither a terminal nor the log as it is.
#[tokio::test]
async fn nobody_steers_a_terminal_or_forges_a_line_of_the_log() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let options = Options {
        size: 10,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let script = "fn handle(event) { print(\"\\x1b[2Jgone\\r\\n2026-01-01T00:00:00Z ERROR forged \\u202e\"); throw \"\\x07bell\"; }";
    sunmao.write("scripts/loud.rhai", script);
    sunmao.write("scripts/bad\u{1b}[2J.rhai", "fn handle(event) {");
    sunmao.write("sunmao.toml", "");
    let mut child = Command::new(env!("CARGO_BIN_EXE_sunmao"))
        .current_dir(sunmao.folder.path())
        .env_clear()
        .envs(sunmao.variables())
        .args(["serve", "--json", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(writer)
        .spawn()
        .unwrap();
    let mut lines = tokio::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let ready: Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    let url = ready["url"].as_str().unwrap().to_owned();
    let filed = reqwest::Client::new()
        .put(format!("{url}/v1/records/contact/c-1"))
        .json(&json!({"company_name": "x"}));
    assert_eq!(filed.send().await.unwrap().status(), 202);
    eventually(&format!("{url}/v1/records/contact/c-1"), |contact| {
        contact["deliveries"][0]["reason"].is_string() || contact["deliveries"][0]["letter"].is_object()
    })
    .await;
    let listed = sunmao.run(&["script", "list", "--url", &url]).await;
    let check = sunmao
        .run(&["script", "check", "scripts/bad\u{1b}[2J.rhai"])
        .await;
    child.kill().await.unwrap();
    let mut log = String::new();
    reader.read_to_string(&mut log).unwrap();
    for text in [&listed.stdout, &check.stderr, &log] {
        let raw = text
            .chars()
            .find(|letter| letter.is_control() && !['\n', '\t'].contains(letter) || *letter == '\u{202e}');
        assert_eq!(raw, None, "{text:?}");
    }
    assert!(listed.stdout.contains("\\u001b[2J"), "{}", listed.stdout);
    assert!(log.contains("forged"), "{log}");
    for line in log.lines() {
        serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    }
}
