//! An ERP behind a proxy that loses, empties, hides or holds back what a test says, and hosts that live one after the other
//! on one store.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use sunmao_catalogue::{Catalogue, Record, Value};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{
    Clock, Extensions, ExtensionsSettings, FlowSettings, Flows, Gateway, Host, Limits, ScheduleStatus,
};
use sunmao_simulator::{Options, Simulator};
use sunmao_store::{
    AuditEntry, AuditFilter, DeliveryFilter, DeliveryId, DeliveryRecord, DeliveryState, RecordName, Store,
    StoredRecord,
};
use tokio::sync::Notify;

/// Whatever a test waits for happens within this time, or the test fails.
pub const PATIENCE: Duration = Duration::from_secs(100);
/// The flow that sweeps.
pub const PULL: &str = "pull";

const MAPPING: &str = r#"fn to_customer(contact) { #{} }"#;

/// What becomes of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// A gateway answers that reaches no ERP.
    Lost,
    /// It comes without rows.
    Empty,
}

#[derive(Default)]
pub struct Plan {
    /// What becomes of a page of the list, and how often.
    pub fates: BTreeMap<u64, (Fate, usize)>,
    /// Keys of rows that the list does not show.
    pub hidden: BTreeSet<i64>,
    /// A page that is not answered before the test says so.
    pub held: Option<u64>,
    /// The pages that were asked for.
    pub pages: Vec<u64>,
}

#[derive(Clone)]
pub struct Proxy {
    target: String,
    http: reqwest::Client,
    plan: Arc<Mutex<Plan>>,
    /// Records that were read whole.
    pub details: Arc<AtomicUsize>,
    pub reached: Arc<Notify>,
    pub release: Arc<Notify>,
}

impl Proxy {
    pub fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("no panic")
    }

    /// The pages that were asked for since the last look.
    pub fn pages(&self) -> Vec<u64> {
        std::mem::take(&mut self.plan().pages)
    }

    /// What is to become of this request, once the test lets it through.
    async fn judge(&self, body: &[u8]) -> Option<Fate> {
        let asked: Json = serde_json::from_slice(body).expect("JSON");
        let datas = asked["datas"].as_array().expect("datas");
        let index = datas
            .iter()
            .find(|data| data["id"] == "pageindex")
            .expect("a page");
        let page = index["val"].as_u64();
        let page = page
            .or_else(|| index["val"].as_str()?.parse().ok())
            .expect("a number");
        let is_held = {
            let mut plan = self.plan();
            plan.pages.push(page);
            plan.held == Some(page)
        };
        if is_held {
            self.reached.notify_one();
            self.release.notified().await;
        }
        let mut plan = self.plan();
        let (fate, left) = plan.fates.get_mut(&page)?;
        *left = left.checked_sub(1)?;
        Some(*fate)
    }

    fn edit(&self, answer: &[u8], fate: Option<Fate>) -> Bytes {
        let mut answer: Json = serde_json::from_slice(answer).expect("JSON");
        let table = &mut answer["body"]["source"]["table"];
        let hidden = self.plan().hidden.clone();
        let columns = table["cols"].as_array().cloned().unwrap_or_default();
        let key = columns.iter().position(|column| column["id"] == "ord");
        if let (Some(key), Some(rows)) = (key, table["rows"].as_array_mut()) {
            rows.retain(|row| !row[key].as_i64().is_some_and(|key| hidden.contains(&key)));
            if fate == Some(Fate::Empty) {
                rows.clear();
            }
            let total = table["page"]["recordcount"].as_u64().unwrap_or_default();
            table["page"]["recordcount"] = (total - hidden.len() as u64).into();
        }
        serde_json::to_vec(&answer).expect("JSON").into()
    }
}

async fn forward(State(proxy): State<Proxy>, uri: Uri, body: Bytes) -> (StatusCode, Bytes) {
    let is_list = uri.path().ends_with("/custom/list");
    if uri.path().ends_with("/custom/add") && uri.query().is_some_and(|query| query.contains("edit=1")) {
        proxy.details.fetch_add(1, Ordering::SeqCst);
    }
    let fate = match is_list {
        true => proxy.judge(&body).await,
        false => None,
    };
    if fate == Some(Fate::Lost) {
        return (StatusCode::BAD_GATEWAY, "Bad Gateway".into());
    }
    let request = proxy.http.post(format!("{}{uri}", proxy.target)).body(body);
    let answer = request.send().await.expect("the simulator");
    let (status, bytes) = (answer.status(), answer.bytes().await.expect("a body"));
    match is_list {
        true => (status, proxy.edit(&bytes, fate)),
        false => (status, bytes),
    }
}

pub struct Stage {
    pub proxy: Proxy,
    /// The clock is ahead of the machine's by so many seconds.
    offset: Arc<AtomicI64>,
    /// At first it is half past the hour, so that no hour passes by itself.
    half_past: i64,
    catalogue: Arc<Catalogue>,
    /// Whoever else works in the ERP.
    colleague: ErpClient,
    erp: ErpClient,
    folder: tempfile::TempDir,
    _simulator: Simulator,
}

/// A host while it lives.
pub struct Life {
    pub host: Arc<Host>,
    pub flows: Flows,
    extensions: Extensions,
}

impl Stage {
    /// An ERP with so many customers.
    pub async fn set(size: usize) -> Stage {
        Stage::with(Options {
            size,
            ..Options::default()
        })
        .await
    }

    pub async fn with(options: Options) -> Stage {
        let (username, password) = (options.username.clone(), options.password.clone());
        let simulator = Simulator::start(options, ([127, 0, 0, 1], 0).into())
            .await
            .expect("simulator");
        let base = simulator.base_url();
        let proxy = Proxy {
            target: base.trim_end_matches('/').to_owned(),
            http: reqwest::Client::new(),
            plan: Arc::default(),
            details: Arc::default(),
            reached: Arc::default(),
            release: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(forward).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let client = |url: &str, device: &str| {
            let url = url.parse().expect("URL");
            let mut settings = Settings::new(url, username.as_str(), password.clone().into(), device);
            settings.requests_per_second = 1_000_000;
            settings.retries = 0;
            ErpClient::new(settings).expect("client")
        };
        let half_past = 1_800 - Timestamp::now().as_second() % 3_600;
        Stage {
            offset: Arc::new(AtomicI64::new(half_past)),
            half_past,
            catalogue: Catalogue::shared(),
            colleague: client(&base, "colleague"),
            erp: client(&format!("http://{address}"), "sunmaotest"),
            folder: tempfile::tempdir().expect("folder"),
            proxy,
            _simulator: simulator,
        }
    }

    /// Sets the clock so many hours ahead of where it was at first.
    pub fn set_clock(&self, hours: i64) {
        self.offset
            .store(self.half_past + hours * 3_600, Ordering::SeqCst);
    }

    /// A host comes to life with these flows.
    pub async fn live(&self, flows: &[(&str, FlowSettings)]) -> Life {
        let scripts = self.folder.path().join("scripts");
        std::fs::create_dir_all(&scripts).expect("folder");
        std::fs::write(scripts.join("mapping.rhai"), MAPPING).expect("mapping");
        let store = Store::open(&self.folder.path().join("sunmao.sqlite"))
            .await
            .expect("store");
        let offset = self.offset.clone();
        let clock =
            Clock::new(move || Timestamp::now() + SignedDuration::from_secs(offset.load(Ordering::SeqCst)));
        let gateway = Gateway::new(self.erp.clone(), store.clone(), clock.clone());
        let host = Arc::new(Host::new(self.catalogue.clone(), gateway, store, clock));
        let settings = ExtensionsSettings {
            plugins_folder: self.folder.path().join("plugins"),
            scripts_folder: scripts,
            limits: Limits::default(),
            plugins: BTreeMap::new(),
            scripts: BTreeMap::new(),
        };
        let extensions = Extensions::start(host.clone(), engine(None).expect("engine"), settings).await;
        let flows = flows
            .iter()
            .map(|(name, settings)| ((*name).to_owned(), settings.clone()))
            .collect();
        let flows = Flows::start(host.clone(), extensions.clone(), &flows, Limits::default());
        Life {
            flows: flows.expect("sound flows"),
            host,
            extensions,
        }
    }

    /// A colleague writes a customer: another one, or the one with this key.
    pub async fn write(&self, key: Option<i64>, name: &str) {
        let call = async |operation: &str, given: Record| {
            let operation = self.catalogue.find(operation).expect("an operation");
            let arguments = operation.check(&given).expect("sound arguments");
            self.colleague
                .call(operation, &arguments)
                .await
                .expect("an answer")
        };
        let key = match key {
            Some(key) => key,
            None => match call("customers.reserve", Record::default()).await {
                sunmao_catalogue::Answer::Document(document) => document.key.expect("a key"),
                other => panic!("no document: {other:?}"),
            },
        };
        let given = Record::from_iter([
            ("ord".to_owned(), Value::from(key)),
            ("name".to_owned(), Value::from(name)),
            ("sort1".to_owned(), Value::from("1")),
            ("person_name".to_owned(), Value::from("李一")),
        ]);
        call("customers.save-company", given).await;
    }
}

impl Life {
    /// The host is killed: what it was about to write is not written.
    pub async fn kill(self) {
        self.host.store.close().await.expect("closed");
        self.flows.stop().await;
        self.extensions.stop();
    }

    pub async fn stop(self) {
        self.flows.stop().await;
        self.extensions.stop();
        self.host.store.close().await.expect("closed");
    }

    /// Lets the flow run, and waits until that is done. What came of it.
    pub async fn run(&self, flow: &str) -> String {
        let fired = self.flows.run(flow).await.expect("a store").expect("a delivery");
        self.done(fired.delivery).await
    }

    pub async fn done(&self, id: DeliveryId) -> String {
        let sought = |delivery: &DeliveryRecord| delivery.state == DeliveryState::Done;
        self.until(id, sought).await.outcome.unwrap_or_default()
    }

    pub async fn until(&self, id: DeliveryId, sought: impl Fn(&DeliveryRecord) -> bool) -> DeliveryRecord {
        let begun = std::time::Instant::now();
        loop {
            let found = self.host.store.deliveries.get(id).await.expect("a store");
            let found = found.expect("a delivery");
            if sought(&found) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "not in time: {found:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The fires of a flow, as their deliveries.
    pub async fn fires(&self, flow: &str) -> Vec<DeliveryRecord> {
        let mut fires = self.deliveries(flow).await;
        fires.retain(|one| one.delivery.event.starts_with("schedule."));
        fires
    }

    /// How many rows of a list were delivered to a flow.
    pub async fn rows(&self, flow: &str) -> usize {
        let all = self.deliveries(flow).await;
        let rows = all.iter().filter(|one| one.delivery.event.starts_with("erp."));
        rows.count()
    }

    async fn deliveries(&self, flow: &str) -> Vec<DeliveryRecord> {
        let filter = DeliveryFilter {
            target: Some(format!("flow {flow}")),
            ..DeliveryFilter::default()
        };
        let all = self.host.store.deliveries.list(filter, None, 10_000).await;
        all.expect("a store")
    }

    /// How the flow's schedule stands once it is what the test waits for.
    pub async fn schedule(&self, flow: &str, sought: impl Fn(&ScheduleStatus) -> bool) -> ScheduleStatus {
        let begun = std::time::Instant::now();
        loop {
            let all = self.flows.schedules().await.expect("a store");
            let found = all.into_iter().find(|one| one.flow == flow).expect("a schedule");
            if sought(&found) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "not in time: {found:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn customers(&self) -> u64 {
        let records = &self.host.store.records;
        records.count("erp.customers").await.expect("a store")
    }

    pub async fn customer(&self, key: i64) -> StoredRecord {
        let name = RecordName {
            kind: "erp.customers".to_owned(),
            id: key.to_string(),
        };
        let found = self.host.store.records.get(&name).await.expect("a store");
        found.expect("a record")
    }

    pub async fn audit(&self, outcome: &str) -> Vec<AuditEntry> {
        let filter = AuditFilter {
            outcome: Some(outcome.to_owned()),
            operation: Some("customers.list".to_owned()),
            ..AuditFilter::default()
        };
        let rows = self.host.store.audit.tail(Some(0), 10_000, filter).await;
        rows.expect("a store")
    }

    /// The keys of all customers that the store has, the newest first.
    pub async fn keys(&self) -> Vec<i64> {
        let changes = self
            .host
            .store
            .records
            .changes(0, Some("erp.customers"), 1_000_000)
            .await;
        let mut keys: Vec<i64> = changes
            .expect("a store")
            .into_iter()
            .map(|record| record.name.id.parse().expect("a key"))
            .collect();
        keys.sort_unstable_by(|one, other| other.cmp(one));
        keys
    }
}

fn flow() -> FlowSettings {
    FlowSettings {
        mapping: "mapping.rhai".to_owned(),
        write: "customers.save-company".to_owned(),
        link: "customer".to_owned(),
        ..FlowSettings::default()
    }
}

/// A flow that sweeps the customers when it is let run.
pub fn sweep() -> FlowSettings {
    FlowSettings {
        sweep: Some("customers.list".to_owned()),
        ..flow()
    }
}

/// A flow that only hears that it is due.
pub fn scheduled(every: &str) -> FlowSettings {
    FlowSettings {
        every: Some(every.to_owned()),
        ..flow()
    }
}
