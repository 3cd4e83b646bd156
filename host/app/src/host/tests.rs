//! How a host ends.

use super::*;
use crate::configuration::{ExtensionsSection, Server, StoreSection};
use std::path::Path;
use sunmao_erp_client::Settings;
use sunmao_runtime::Heartbeat;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Whatever the test waits for happens within this time, or the test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A host that never reaches its ERP, since nothing is asked of it.
async fn running(folder: &Path) -> Running {
    let configuration = Configuration {
        server: Server {
            listen: ([127, 0, 0, 1], 0).into(),
        },
        store: StoreSection {
            path: folder.join("sunmao.sqlite"),
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
    Running::start(configuration, ErpClient::new(settings).unwrap(), Clock::system())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_request_that_does_not_come_to_an_end_is_cut_off_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let running = running(folder.path()).await;
    let mut connection = TcpStream::connect(running.address).await.unwrap();
    let head = "POST /v1/hub/contacts HTTP/1.1\r\nhost: sunmao\r\ncontent-type: application/x-ndjson\r\n\
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
