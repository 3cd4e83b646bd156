//! How a host ends.

use super::*;
use crate::configuration::{ExtensionsSection, Server, Sources, StoreSection};
use crate::environment::Environment;
use crate::reload;
use jiff::Timestamp;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use sunmao_erp_client::Settings;
use sunmao_runtime::Heartbeat;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// Whatever the test waits for happens within this time, or the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A host that never reaches its ERP, since nothing is asked of it.
async fn running(folder: &Path) -> Running {
    running_by(folder, Clock::system()).await
}

async fn running_by(folder: &Path, clock: Clock) -> Running {
    let configuration = Configuration {
        server: Server {
            listen: ([127, 0, 0, 1], 0).into(),
            ..Server::default()
        },
        store: StoreSection {
            path: folder.join("sunmao.sqlite"),
            ..StoreSection::default()
        },
        extensions: ExtensionsSection {
            plugins_folder: folder.join("plugins"),
            scripts_folder: folder.join("scripts"),
            cache_folder: folder.join("cache"),
            ..ExtensionsSection::default()
        },
        ..Configuration::default()
    };
    let base_url = "http://127.0.0.1/".parse().unwrap();
    let settings = Settings::new(base_url, "sunmao", "secret".to_owned().into(), "SUNMAO01");
    Running::start(
        configuration,
        ErpClient::new(settings).unwrap(),
        Webhooks::new(),
        clock,
    )
    .await
    .unwrap()
}

#[tokio::test]
async fn a_request_that_does_not_come_to_an_end_is_cut_off_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let running = running(folder.path()).await;
    let mut connection = TcpStream::connect(running.address).await.unwrap();
    let head = "POST /v1/records/contact HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\n\
                content-length: 100\r\nexpect: 100-continue\r\n\r\n";
    connection.write_all(head.as_bytes()).await.unwrap();
    // This comes once the handler asks for the body, which never follows.
    let go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    let mut heard = vec![0; go_on.len()];
    connection.read_exact(&mut heard).await.unwrap();
    assert_eq!(String::from_utf8(heard).unwrap(), go_on);

    running.stop_within(Duration::from_millis(1)).await.unwrap();
    let mut answer = String::new();
    let read = tokio::time::timeout(PATIENCE, connection.read_to_string(&mut answer)).await;
    read.expect("the connection is closed in time").unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("the host is stopping"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_part_that_gives_no_sign_of_life_is_named_by_healthz() {
    let folder = tempfile::tempdir().unwrap();
    let running = running(folder.path()).await;
    let url = format!("http://{}/healthz", running.address);
    let healthy = reqwest::get(&url).await.unwrap();
    assert_eq!(healthy.status(), 200);
    let body: serde_json::Value = healthy.json().await.unwrap();
    for part in ["worker", "clock", "writer"] {
        assert_eq!(body["parts"][part]["alive"], true, "{body}");
    }
    let vitals = &running.parts.host.vitals;
    vitals.add("writer", Heartbeat::new(), Duration::ZERO);
    tokio::time::sleep(Duration::from_millis(5)).await;
    let ill = reqwest::get(&url).await.unwrap();
    assert_eq!(ill.status(), 503);
    let body: serde_json::Value = ill.json().await.unwrap();
    assert_eq!(body["parts"]["writer"]["alive"], false, "{body}");
    assert_eq!(body["parts"]["worker"]["alive"], true, "{body}");
    let message = body["error"]["message"].as_str().unwrap();
    assert_eq!(message, "no sign of life of: writer");
    running.stop().await.unwrap();
}

#[tokio::test]
async fn the_follower_of_the_configuration_outlives_a_panic() {
    let panics = Arc::new(AtomicUsize::new(0));
    let to_come = panics.clone();
    let clock = Clock::new(move || {
        let took = to_come.fetch_update(SeqCst, SeqCst, |left| left.checked_sub(1));
        assert!(took.is_err(), "a broken clock");
        Timestamp::now()
    });
    let folder = tempfile::tempdir().unwrap();
    let running = running_by(folder.path(), clock).await;
    // Nobody else reads the clock any more.
    running.parts.flows.stop().await;
    let file = folder.path().join("sunmao.toml");
    std::fs::write(&file, "nothing = \"of that name\"").unwrap();
    panics.store(1, SeqCst);
    let sources = Sources::new(Some(&file), &Environment::default(), Vec::new()).unwrap();
    let follower = tokio::spawn(reload::follow(
        running.parts.clone(),
        sources,
        watch::Sender::new(0).subscribe(),
    ));
    let refused = async {
        while running.parts.refused_configuration.load().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, refused)
        .await
        .expect("the unsound file is told of");
    let told = running.parts.host.vitals.panics();
    let (task, words) = told.last.unwrap();
    assert_eq!((told.count, words.as_str()), (1, "a broken clock"));
    assert_eq!(task, "the follower of the configuration");
    follower.abort();
    running.stop().await.unwrap();
}
