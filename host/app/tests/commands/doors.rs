//! Nobody holds the HTTP API's doors open, and nobody comes in through someone else's browser.

use crate::serve::host;
use crate::support::{Running, Sunmao, eventually, simulator};
use serde_json::{Value, json};
use std::time::Duration;
use sunmao_simulator::{Options, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(60);

struct Host {
    _erp: Simulator,
    sunmao: Sunmao,
    _running: Running,
    url: String,
}

impl Host {
    fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address()).await.unwrap()
    }

    /// What comes back, to the end of the connection.
    async fn raw(&self, request: &str) -> String {
        let mut connection = self.connect().await;
        connection.write_all(request.as_bytes()).await.unwrap();
        rest(&mut connection).await
    }
}

async fn rest(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, connection.read_to_end(&mut answer)).await;
    // A reset is an end as well.
    let _ = read.expect("the connection is closed in time");
    String::from_utf8(answer).unwrap()
}

/// A host without flows, whose `[server]` says this.
async fn with(server: &str, files: Option<u32>) -> Host {
    let options = Options {
        size: 1,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    sunmao.write(
        "sunmao.toml",
        &format!("[server]\nlisten = \"127.0.0.1:0\"\n{server}\n"),
    );
    let mut running = match files {
        None => sunmao.start(&["serve", "--json"]),
        Some(files) => sunmao.start_limited(files, &["serve", "--json"]),
    };
    let ready = running.next().await.expect("the host is ready");
    let url = ready["url"].as_str().unwrap().to_owned();
    Host {
        _erp: erp,
        sunmao,
        _running: running,
        url,
    }
}

#[tokio::test]
async fn half_a_head_is_not_waited_for_for_ever() {
    let host = with("idle_seconds = 1", None).await;
    for said in ["", "GET /healthz HTTP/1.1\r\nhost: localhost\r\n"] {
        assert_eq!(host.raw(said).await, "", "{said}");
    }
    // A byte now and then does not help.
    let mut slow = host.connect().await;
    slow.write_all(b"GET /healthz HTTP/1.1\r\nx: ").await.unwrap();
    let begun = std::time::Instant::now();
    while slow.write_all(b"x").await.is_ok() {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // Nor does an answer before.
    let answer = host.raw("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn half_a_body_is_not_waited_for_for_ever() {
    let host = with("idle_seconds = 1", None).await;
    for (method, path, kind) in [
        ("PUT", "/v1/records/contact/c-1", "application/json"),
        ("POST", "/v1/records/contact", "application/x-ndjson"),
        ("POST", "/v1/dead/retry", "application/json"),
    ] {
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {kind}\r\ncontent-length: 100\r\n\r\n{{"
        );
        let answer = host.raw(&head).await;
        assert!(
            answer.starts_with("HTTP/1.1 408") && answer.contains("in time"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_body_that_trickles_has_an_end() {
    let host = with("idle_seconds = 30\nbody_seconds = 1", None).await;
    let mut slow = host.connect().await;
    let head = "POST /v1/records/contact HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\n\
                transfer-encoding: chunked\r\n\r\n";
    slow.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut write) = slow.into_split();
    let trickle = tokio::spawn(async move {
        while write.write_all(b"1\r\n \r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let mut answer = vec![0; 12];
    let heard = tokio::time::timeout(PATIENCE, read.read_exact(&mut answer)).await;
    heard.expect("an answer in time").unwrap();
    assert_eq!(answer, b"HTTP/1.1 408");
    trickle.abort();
}

/// All places are taken by connections that ask for nothing: whoever asks gets in all the same.
#[tokio::test]
async fn four_hundred_silent_connections_keep_nobody_out_at_256_descriptors() {
    // No time-out of theirs comes to help.
    let host = with("idle_seconds = 3600", Some(256)).await;
    let mut silent = Vec::new();
    for _ in 0..400 {
        silent.push(host.connect().await);
    }
    let http = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
    let filed = http
        .put(format!("{}/v1/records/contact/c-1", host.url))
        .json(&json!({"company_name": "样例木作"}));
    assert_eq!(filed.send().await.unwrap().status(), 202);
    host.sunmao.write("scripts/late.rhai", "fn handle(event) { }");
    eventually(&format!("{}/v1/extensions", host.url), |all| {
        all["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["name"] == "late" && one["state"] == "serving")
    })
    .await;
    drop(silent);
}

#[tokio::test]
async fn only_names_that_are_known_are_answered() {
    let host = with("hosts = [\"sunmao.example.com\", \"hub.example.com:8443\"]", None).await;
    let port = host.address().rsplit(':').next().unwrap();
    let ask = |head: String| {
        let request = format!("{head}connection: close\r\n\r\n");
        let host = &host;
        async move {
            let answer = host.raw(&request).await;
            let status: u16 = answer.split(' ').nth(1).unwrap().parse().unwrap();
            let body = answer.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
            (status, body)
        }
    };
    for (name, status) in [
        (format!("127.0.0.1:{port}"), 200),
        ("localhost".to_owned(), 200),
        (format!("LOCALHOST:{port}"), 200),
        (format!("[::1]:{port}"), 200),
        ("sunmao.example.com".to_owned(), 200),
        ("hub.example.com:8443".to_owned(), 200),
        ("hub.example.com".to_owned(), 421),
        ("evil.example".to_owned(), 421),
        (format!("evil.example:{port}"), 421),
        ("localhost:1".to_owned(), 421),
        ("localhost.evil.example".to_owned(), 421),
    ] {
        let (heard, body) = ask(format!("GET /v1/status HTTP/1.1\r\nhost: {name}\r\n")).await;
        assert_eq!(heard, status, "{name}: {body}");
        if status == 421 {
            let error: Value = serde_json::from_str(&body).unwrap();
            assert!(
                error["error"]["hint"].to_string().contains("[server] hosts"),
                "{body}"
            );
        }
    }
    let own = format!("GET /v1/status HTTP/1.1\r\nhost: localhost:{port}\r\n");
    for (more, status) in [
        (
            format!("origin: http://localhost:{port}\r\nsec-fetch-site: same-origin\r\n"),
            200,
        ),
        (
            "origin: https://sunmao.example.com\r\nsec-fetch-site: same-site\r\n".to_owned(),
            200,
        ),
        ("sec-fetch-site: none\r\n".to_owned(), 200),
        ("origin: http://evil.example\r\n".to_owned(), 403),
        ("origin: null\r\n".to_owned(), 403),
        ("origin: http://localhost\r\n".to_owned(), 403),
        (format!("origin: https://localhost:{port}\r\n"), 403),
        ("sec-fetch-site: cross-site\r\n".to_owned(), 403),
        ("sec-fetch-site: same-site\r\n".to_owned(), 403),
        (format!("host: localhost:{port}\r\n"), 400),
    ] {
        let (heard, body) = ask(format!("{own}{more}")).await;
        assert_eq!(heard, status, "{more}: {body}");
    }
    for (head, status) in [
        (
            "GET http://evil.example/healthz HTTP/1.1\r\nhost: localhost\r\n",
            421,
        ),
        ("GET /healthz HTTP/1.1\r\n", 400),
        ("GET /healthz HTTP/1.0\r\n", 200),
        (
            "POST /v1/records/contact HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\n\
             transfer-encoding: gzip, chunked\r\n",
            415,
        ),
        (
            "PUT /v1/records/contact/c-1 HTTP/1.1\r\nhost: evil.example\r\ncontent-length: 0\r\n",
            421,
        ),
    ] {
        assert_eq!(ask(head.to_owned()).await.0, status, "{head}");
    }
}

/// Nothing that cannot be read is taken for something else.
#[tokio::test]
async fn what_cannot_be_read_is_refused_by_name() {
    let host = host().await;
    let http = reqwest::Client::new();
    let long = "a".repeat(2_000);
    for query in [
        "/v1/records/contact?after=%FF",
        "/v1/records/contact?after=%E6%A0",
        "/v1/records/contact?after=%zz",
        "/v1/records/contact?after=a&after=b",
        &format!("/v1/records/contact?after={long}"),
        "/v1/audit?actor=x&after=%FF",
        "/v1/dead?after=%FF",
    ] {
        let answer = http.get(format!("{}{query}", host.url)).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{query}");
        let answer: Value = answer.json().await.unwrap();
        assert!(
            answer["error"]["message"].to_string().contains("after"),
            "{answer}"
        );
    }
    let kinds = [
        ("application/json", "/v1/records/contact/c-1"),
        ("application/x-ndjson", "/v1/records/contact"),
    ];
    for (kind, path) in kinds {
        let method = if kind == "application/json" {
            reqwest::Method::PUT
        } else {
            reqwest::Method::POST
        };
        let ask = || {
            http.request(method.clone(), format!("{}{path}", host.url))
                .body("{}")
        };
        for (request, said) in [
            (
                ask()
                    .header("content-type", kind)
                    .header("content-encoding", "gzip"),
                "gzip",
            ),
            (
                ask().header("content-type", format!("{kind}; charset=gbk")),
                "gbk",
            ),
        ] {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 415);
            let answer: Value = answer.json().await.unwrap();
            assert!(answer["error"]["message"].to_string().contains(said), "{answer}");
        }
        let sound = ask()
            .header("content-type", format!("{kind}; charset=UTF-8"))
            .header("content-encoding", "identity");
        assert_ne!(sound.send().await.unwrap().status(), 415);
    }
}
