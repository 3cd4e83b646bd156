//! Monday: what the ERP holds, what the host says of itself, and whether it kept within bounds.

use super::disk::Disk;
use super::filing::Books;
use super::host::Host;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use sunmao_simulator::Simulator;

/// What the flow writes with.
const WRITE: &str = "customers.save-company";
/// Resident memory of any of the host's lives.
const MOST_MEGABYTES: u64 = 512;
/// The work of an ERP that was out is done within this time: also where its last login was cut short.
const PATIENCE: Duration = Duration::from_secs(300);
/// Of the log, for each filing and at least.
const LOG_BYTES_A_FILING: u64 = 2_000;
const LOG_BYTES: u64 = 2_000_000;
/// Of the database and what lies beside it, for each filing and at least.
const STORE_BYTES_A_FILING: u64 = 20_000;
const STORE_BYTES: u64 = 16_000_000;

/// Writes that reached the ERP, read from its ledger as it grows.
pub struct Ledger {
    url: String,
    seen: u64,
    /// Requests by operation.
    pub requests: BTreeMap<String, u64>,
}

impl Ledger {
    pub fn of(simulator: &Simulator) -> Ledger {
        Ledger {
            url: format!("{}/_simulator", simulator.base_url()),
            seen: 0,
            requests: BTreeMap::new(),
        }
    }

    pub async fn read(&mut self, http: &reqwest::Client) {
        let page = get(http, &format!("{}/ledger?after={}", self.url, self.seen)).await;
        for entry in page["entries"].as_array().expect("entries") {
            let name = entry["names"][0].as_str().unwrap_or("unknown");
            *self.requests.entry(name.to_owned()).or_default() += 1;
        }
        self.seen = page["total"].as_u64().expect("total");
    }

    /// Moves the ERP's clock.
    pub async fn advance(&self, http: &reqwest::Client, hours: i64) {
        let body = json!({ "advance": format!("PT{hours}H") });
        let answer = http.post(format!("{}/clock", self.url)).json(&body).send().await;
        assert!(answer.expect("answer").status().is_success());
    }
}

/// Waits until nothing is left to do, then holds the host to everything it accepted.
pub async fn settle(host: &mut Host, simulator: &Simulator, ledger: &mut Ledger, books: &Books, disk: &Disk) {
    let http = reqwest::Client::new();
    let status = until_idle(host, &http).await;
    assert_eq!(status["deliveries"]["dead"], 0, "{status}");
    assert_eq!(*books.refused.lock().expect("books"), Vec::<String>::new());
    assert_eq!(host.own_ends, Vec::<String>::new(), "the host ended by itself");
    each_is_there_once(simulator, books, &http).await;
    ledger.read(&http).await;
    let audited = audited(host, &http).await;
    is_one_to_one(ledger, &audited);
    assert_eq!(host.terminate().await, Some(0));

    let filings = books.filings.load(Ordering::Relaxed);
    let log = std::fs::metadata(host.log_file()).map_or(0, |metadata| metadata.len());
    let store = disk.used();
    println!(
        "{filings} filings: {} MiB of memory at most, {log} bytes of log, {store} bytes of store",
        host.peak_kilobytes / 1024
    );
    assert!(host.peak_kilobytes / 1024 <= MOST_MEGABYTES, "memory");
    assert!(log <= LOG_BYTES + LOG_BYTES_A_FILING * filings, "log");
    assert!(store <= STORE_BYTES + STORE_BYTES_A_FILING * filings, "store");
}

async fn until_idle(host: &mut Host, http: &reqwest::Client) -> Value {
    let begun = Instant::now();
    let mut last = Value::Null;
    loop {
        host.keep_running(None);
        let url = host.url().read().expect("url").clone();
        if let Some(status) = try_get(http, &format!("{url}/v1/status")).await {
            let deliveries = &status["deliveries"];
            if deliveries["pending"] == 0 && deliveries["leased"] == 0 {
                println!(
                    "idle {:.0} s after the last hazard",
                    begun.elapsed().as_secs_f64()
                );
                return status;
            }
            last = status;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "work is left: {last}\n{}",
            host.last_words()
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Every accepted contact is one customer, in its newest accepted state.
async fn each_is_there_once(simulator: &Simulator, books: &Books, http: &reqwest::Client) {
    let url = format!(
        "{}/_simulator/records/customers?written=true",
        simulator.base_url()
    );
    let page = get(http, &url).await;
    let mut mobiles: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in page["records"].as_array().expect("records") {
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        mobiles.entry(text("name")).or_default().push(text("mobile"));
    }
    let accepted = books.accepted.lock().expect("books");
    let mut wrong = Vec::new();
    for contact in accepted.values() {
        let name = contact["company_name"].as_str().expect("name");
        let phone = contact["phone"].as_str().expect("phone").to_owned();
        let found = mobiles.remove(name).unwrap_or_default();
        if found != [phone.clone()] {
            wrong.push(format!("{name} was accepted with {phone}, the ERP has {found:?}"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(mobiles, BTreeMap::new(), "nobody filed these");
}

/// What the audit log says of one operation.
#[derive(Debug, Default)]
struct Audited {
    /// Requests of the calls whose end is known.
    requests: u64,
    /// Rows of writes that the ERP took.
    applied: u64,
    /// Rows of writes whose end nobody saw, since the host was killed.
    open: u64,
}

async fn audited(host: &Host, http: &reqwest::Client) -> BTreeMap<String, Audited> {
    let url = host.url().read().expect("url").clone();
    let mut all: BTreeMap<String, Audited> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = get(http, &format!("{url}/v1/audit?after={after}&limit=1000")).await;
        let rows = page["items"].as_array().expect("rows");
        for row in rows {
            let operation = row["operation"].as_str().expect("operation");
            let audited = all.entry(operation.to_owned()).or_default();
            match row["outcome"].as_str() {
                Some("open") => audited.open += 1,
                outcome => {
                    audited.requests += row["requests"].as_u64().expect("requests");
                    audited.applied += u64::from(outcome == Some("applied"));
                }
            }
            after = row["sequence"].as_i64().expect("sequence");
        }
        if rows.is_empty() {
            return all;
        }
    }
}

/// Each write that reached the ERP has its row (reads may be lost by a kill), and no row says that the ERP took what never reached it. A request may
/// have gone out into a line that was down, so the host may count more than the ERP saw; of a killed host's last writes
/// it is not known whether they went out.
fn is_one_to_one(ledger: &Ledger, audited: &BTreeMap<String, Audited>) {
    let seen = ledger.requests.get(WRITE).copied().unwrap_or_default();
    let told = audited.get(WRITE).expect("rows of every write");
    println!("{WRITE}: {seen} requests reached the ERP, the audit log says {told:?}");
    assert!(seen <= told.requests + told.open, "a call without a row");
    assert!(told.applied <= seen, "a row without a call");
}

async fn get(http: &reqwest::Client, url: &str) -> Value {
    try_get(http, url)
        .await
        .unwrap_or_else(|| panic!("no answer from {url}"))
}

async fn try_get(http: &reqwest::Client, url: &str) -> Option<Value> {
    let answer = http.get(url).timeout(Duration::from_secs(10)).send().await.ok()?;
    answer.error_for_status().ok()?.json().await.ok()
}
