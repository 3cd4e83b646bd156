//! The installation with both flows as they are shipped, the hands on either side of it, and its clock.

use super::support::colleague::Colleague;
use super::support::{Installation, root};
use reqwest::StatusCode;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};
use sunmao_simulator::LedgerEntry;

/// Sessions are dropped after so many calls.
const SESSION_CALLS: u64 = 50;
/// Nothing at all comes to its end for so long: the test has failed.
const STANDSTILL: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(50);
const HOUR: i64 = 3_600;
pub const PUSH: &str = "customer-push";
pub const PULL: &str = "customer-pull";

pub struct Rig {
    pub installation: Installation,
    pub colleague: Colleague,
    hours: i64,
}

impl Rig {
    /// An ERP with so many customers, and a host whose first sweep is over.
    pub async fn start(customers: usize, seed: u64) -> Rig {
        let installation = Installation::furnished(
            |options| {
                options.size = customers;
                options.seed = seed;
                options.session_calls = Some(SESSION_CALLS);
            },
            furnish,
        )
        .await;
        let rig = Rig {
            colleague: Colleague::at(&installation.simulator),
            installation,
            hours: 0,
        };
        rig.until_swept("").await;
        rig
    }

    /// Changes members of a contact, as whoever reads it, changes it and files it on the condition that nobody else has. An
    /// empty value takes a member away; a contact that is not there is made.
    pub async fn files(&self, id: &str, members: &[(&str, Json)]) {
        let (http, url) = (
            &self.installation.http,
            self.address(&format!("records/contact/{id}")),
        );
        loop {
            let answer = http.get(&url).send().await.expect("an answer");
            let (mut body, revision) = match answer.status() {
                StatusCode::NOT_FOUND => (Map::new(), None),
                _ => {
                    let record: Json = answer.json().await.expect("JSON");
                    let body = record["body"].as_object().cloned().unwrap_or_default();
                    (body, record["revision"].as_i64())
                }
            };
            for (name, value) in members {
                body.insert((*name).to_owned(), value.clone());
            }
            let request = http.put(&url).json(&body);
            let request = match revision {
                Some(revision) => request.header("if-match", format!("\"{revision}\"")),
                None => request.header("if-none-match", "*"),
            };
            let answer = request.send().await.expect("an answer");
            match answer.status() {
                StatusCode::ACCEPTED => return,
                StatusCode::PRECONDITION_FAILED => {}
                other => panic!(
                    "{id} {members:?}: {other} {}",
                    answer.text().await.unwrap_or_default()
                ),
            }
        }
    }

    pub async fn posts(&self, path: &str, body: Json) -> Json {
        let request = self.installation.http.post(self.address(path)).json(&body);
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.expect("JSON")
    }

    /// Holds both flows back, or lets them go on.
    pub async fn tells_flows(&self, word: &str) {
        for flow in [PUSH, PULL] {
            self.posts(&format!("flows/{flow}/{word}"), json!({})).await;
        }
    }

    /// Lets the sweep run by hand, and waits for all that comes of it.
    pub async fn sweep(&self) {
        self.posts("flows/customer-pull/run", json!({})).await;
        self.until_at_rest().await;
    }

    /// An hour passes, and the sweep that is due then, with all that comes of it.
    pub async fn hour(&mut self) {
        let before = self.last_sweep().await;
        self.begin_hour();
        self.until_swept(&before).await;
    }

    pub fn begin_hour(&mut self) {
        self.hours += 1;
        self.installation.set_clock(self.hours * HOUR);
    }

    /// When the last whole sweep was due; empty before the first.
    pub async fn last_sweep(&self) -> String {
        let schedule = self.schedule().await;
        schedule["last_fire_at"].as_str().unwrap_or_default().to_owned()
    }

    async fn schedule(&self) -> Json {
        let page = self.installation.get("/v1/schedules").await;
        let mut all = page["items"].as_array().expect("schedules").iter();
        let found = all.find(|one| one["flow"] == PULL && one["rhythm"] == "schedule");
        found.expect("the sweep's schedule").clone()
    }

    /// Waits until a sweep that was due after this one is over and nothing is left to do.
    pub async fn until_swept(&self, before: &str) {
        let begun = Instant::now();
        loop {
            let schedule = self.schedule().await;
            let last = schedule["last_fire_at"].as_str().unwrap_or_default();
            if !last.is_empty() && last != before {
                break;
            }
            assert!(begun.elapsed() < STANDSTILL, "no sweep is due: {schedule}");
            tokio::time::sleep(LOOK).await;
        }
        self.until_at_rest().await;
    }

    /// Waits until every delivery has ended.
    pub async fn until_at_rest(&self) {
        let (mut stood, mut since) = (Json::Null, Instant::now());
        loop {
            let status = self.installation.get("/v1/status").await;
            let counts = &status["deliveries"];
            if counts["pending"] == 0 && counts["leased"] == 0 {
                assert_eq!(counts["dead"], 0, "{}", self.installation.get("/v1/dead").await);
                return;
            }
            if *counts != stood {
                (stood, since) = (counts.clone(), Instant::now());
            }
            assert!(since.elapsed() < STANDSTILL, "nothing ends any more: {status}");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The ERP's books, by key.
    pub async fn customers(&self) -> BTreeMap<i64, Json> {
        let page = self.asks_erp("records/customers").await;
        let records = page["records"].as_array().expect("records").iter();
        let keyed = records.map(|record| (record["ord"].as_i64().expect("a key"), record.clone()));
        keyed.collect()
    }

    /// The hub's contacts, by id.
    pub async fn contacts(&self) -> BTreeMap<String, Json> {
        let mut contacts = BTreeMap::new();
        let mut after = String::new();
        loop {
            let page = self
                .installation
                .get(&format!("/v1/records/contact?limit=1000{after}"))
                .await;
            for item in page["items"].as_array().expect("items") {
                contacts.insert(item["id"].as_str().expect("an id").to_owned(), item.clone());
            }
            let Some(next) = page["next"].as_str() else {
                return contacts;
            };
            after = format!("&after={next}");
        }
    }

    /// The conflicts that wait for a person.
    pub async fn conflicts(&self) -> Vec<Json> {
        let (mut conflicts, mut after) = (Vec::new(), String::new());
        loop {
            let page = self
                .installation
                .get(&format!("/v1/conflicts?limit=1000{after}"))
                .await;
            conflicts.extend(page["items"].as_array().expect("items").iter().cloned());
            let Some(next) = page["next"].as_i64() else {
                return conflicts;
            };
            after = format!("&after={next}");
        }
    }

    /// The requests that the ERP had so far.
    pub async fn requests(&self) -> u64 {
        self.asks_erp("status").await["calls"].as_u64().expect("a number")
    }

    pub async fn sessions(&self) -> u64 {
        self.asks_erp("status").await["logins"]
            .as_u64()
            .expect("a number")
    }

    /// What the ERP was asked after so many requests.
    pub async fn ledger(&self, after: u64) -> Vec<LedgerEntry> {
        let mut page = self.asks_erp(&format!("ledger?after={after}")).await;
        serde_json::from_value(page["entries"].take()).expect("entries")
    }

    async fn asks_erp(&self, path: &str) -> Json {
        let url = format!("{}/_simulator/{path}", self.installation.simulator.base_url());
        let answer = self.installation.http.get(url).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    }

    fn address(&self, path: &str) -> String {
        format!("{}/v1/{path}", self.installation.url)
    }
}

/// The shipped configuration, but for where it listens and looks and how fast it may go; and the shipped rules, but for two
/// fields that are left to a person.
fn furnish(folder: &Path) {
    let shipped = |path: &str| std::fs::read_to_string(root().join(path)).expect("a shipped file");
    let configuration = replaced(
        shipped("sunmao.toml.example"),
        &[
            ("127.0.0.1:7070", "127.0.0.1:0"),
            ("\"plugins/dist\"", "\"plugins\""),
            ("requests_per_second = 20", "requests_per_second = 10000"),
        ],
    );
    std::fs::write(folder.join("sunmao.toml"), configuration).expect("configuration");
    let rules = replaced(
        shipped("scripts/conflicts.rhai"),
        &[(
            r#"["email", "address", "customer_address", "notes", "remarks"]"#,
            r#"["address", "customer_address"]"#,
        )],
    );
    std::fs::write(folder.join("scripts/conflicts.rhai"), rules).expect("rules");
}

fn replaced(text: String, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}
