//! An ERP that one flow writes into, and that can lose an answer.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::Response;
use serde_json::Value as Json;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use sunmao_catalogue::Catalogue;
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Faults, LedgerEntry, Options, Outcome, Simulator};

pub struct Erp {
    pub simulator: Simulator,
    /// The write that it is there for.
    operation: String,
    /// Answers to the write that are still to be lost, once the ERP has done what it was told.
    pub losses: AtomicUsize,
    /// Entries of its ledger that were looked at.
    seen: AtomicUsize,
    http: reqwest::Client,
}

impl Erp {
    /// One for a write, and who talks to it.
    pub async fn start(operation: &str, options: Options) -> (Arc<Erp>, ErpClient) {
        let (username, password) = (options.username.clone(), options.password.clone());
        let simulator = Simulator::start(options, ([127, 0, 0, 1], 0).into()).await;
        let erp = Arc::new(Erp {
            simulator: simulator.expect("simulator"),
            operation: operation.to_owned(),
            losses: AtomicUsize::new(0),
            seen: AtomicUsize::new(0),
            http: reqwest::Client::new(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().fallback(forward).with_state(erp.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let url = url.parse().expect("URL");
        let mut settings = Settings::new(url, username, password.into(), "sunmaotest");
        settings.requests_per_second = 1_000_000;
        settings.retries = 0;
        (erp, ErpClient::new(settings).expect("client"))
    }

    /// Every request that reached the ERP and was to write something, since the last look.
    pub fn writes(&self) -> Vec<LedgerEntry> {
        let catalogue = Catalogue::shared();
        let is_write = |entry: &LedgerEntry| {
            let mut operations = entry.names.iter().filter_map(|name| catalogue.find(name));
            operations.any(|operation| operation.is_business() && !operation.is_read())
        };
        let ledger = self.simulator.ledger();
        let seen = self.seen.swap(ledger.len(), Ordering::SeqCst);
        ledger.into_iter().skip(seen).filter(is_write).collect()
    }

    /// Puts these faults in force and no others.
    pub async fn set_faults(&self, faults: &Faults) {
        let url = format!("{}/_simulator/faults", self.simulator.base_url());
        let faults = serde_json::to_string(faults).expect("JSON");
        let request = self
            .http
            .post(url)
            .header(header::CONTENT_TYPE, "application/json");
        let answer = request.body(faults).send().await.expect("an answer");
        assert!(answer.status().is_success());
        self.writes();
    }

    /// The records of an object, as the ERP's own books have them.
    pub async fn records(&self, object: &str) -> Vec<Json> {
        let url = format!("{}/_simulator/records/{object}", self.simulator.base_url());
        let answer = self.http.get(url).send().await.expect("an answer");
        let page: Json = answer.json().await.expect("JSON");
        page["records"].as_array().expect("records").clone()
    }

    fn did_the_write(&self) -> bool {
        let ledger = self.simulator.ledger();
        let last = ledger.last().expect("what was just forwarded");
        last.names.contains(&self.operation) && last.outcome == Outcome::Done
    }
}

async fn forward(State(erp): State<Arc<Erp>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let url = format!("{}{uri}", erp.simulator.base_url().trim_end_matches('/'));
    let request = erp.http.post(url).headers(headers).body(body);
    let answer = request.send().await.expect("the simulator");
    let (status, bytes) = (answer.status(), answer.bytes().await.expect("a body"));
    if erp.losses.load(Ordering::SeqCst) > 0 && erp.did_the_write() {
        erp.losses.fetch_sub(1, Ordering::SeqCst);
        return lost(bytes.len());
    }
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
}

/// An answer that ends before its body began.
fn lost(length: usize) -> Response {
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    let torn = futures::stream::once(async move { Err::<Bytes, io::Error>(reset()) });
    let mut response = Response::new(Body::from_stream(torn));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}
