//! An ERP behind a proxy, and hosts that live one after the other on one store.

use crate::proxy::Proxy;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use sunmao_catalogue::{Catalogue, Kinds, Record, Value};
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

/// Whatever a test waits for happens within this time, or the test fails; longer only where there is much to read.
pub const PATIENCE: Duration = Duration::from_secs(100);
/// The same for each row of the list.
const PATIENCE_A_ROW: Duration = Duration::from_millis(20);
/// The flow that sweeps.
pub const PULL: &str = "pull";

/// A customer of the ERP as a contact, named by its key.
const MAPPING: &str = r#"fn map(customer, known) { #{ company_name: customer.customer_name } }"#;
/// A contact as a customer of the ERP.
const MAPPING_BACK: &str = r#"
    fn map(contact) {
        #{ customer_name: contact.company_name, customer_category: "1", contact_name: "李一" }
    }
"#;
/// What hears of a schedule.
const TICK: &str = "fn handle(event) {}";

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
    patience: Duration,
    _simulator: Simulator,
}

/// A host while it lives.
pub struct Life {
    pub host: Arc<Host>,
    pub flows: Flows,
    extensions: Extensions,
    patience: Duration,
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
        let rows = u32::try_from(options.size).unwrap_or(u32::MAX);
        let patience = PATIENCE + PATIENCE_A_ROW * rows;
        let simulator = Simulator::start(options, ([127, 0, 0, 1], 0).into())
            .await
            .expect("simulator");
        let base = simulator.base_url();
        let (proxy, address) = Proxy::start(&base).await;
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
            erp: client(&address, "sunmaotest"),
            folder: tempfile::tempdir().expect("folder"),
            proxy,
            patience,
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
        for (name, source) in [
            ("mapping", MAPPING),
            ("mapping-back", MAPPING_BACK),
            ("tick", TICK),
        ] {
            std::fs::write(scripts.join(format!("{name}.rhai")), source).expect("script");
        }
        let store = Store::open(&self.folder.path().join("sunmao.sqlite"))
            .await
            .expect("store");
        let offset = self.offset.clone();
        let clock =
            Clock::new(move || Timestamp::now() + SignedDuration::from_secs(offset.load(Ordering::SeqCst)));
        let kinds = Kinds::shipped(&self.catalogue).expect("kinds");
        let gateway = Gateway::new(self.erp.clone(), store.clone(), clock.clone());
        let host = Arc::new(Host::new(self.catalogue.clone(), kinds, gateway, store, clock));
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
            patience: self.patience,
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

    /// The host is killed while it waits for a page.
    pub async fn killed_at(self, stage: &Stage, page: u64) {
        stage.proxy.plan().held = Some(page);
        stage.proxy.reached.notified().await;
        let killed = self.kill();
        stage.proxy.plan().held = None;
        stage.proxy.release.notify_one();
        killed.await;
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
        let outcome = self.until(id, sought).await.outcome.unwrap_or_default();
        outcome.trim_start_matches("swept: ").to_owned()
    }

    pub async fn until(&self, id: DeliveryId, sought: impl Fn(&DeliveryRecord) -> bool) -> DeliveryRecord {
        let begun = std::time::Instant::now();
        loop {
            let found = self.host.store.deliveries.get(id).await.expect("a store");
            let found = found.expect("a delivery");
            if sought(&found) {
                return found;
            }
            assert!(begun.elapsed() < self.patience, "not in time: {found:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until no delivery is left.
    pub async fn until_rest(&self) {
        let (mut stood, mut since) = (None, std::time::Instant::now());
        loop {
            let counts = self.host.store.deliveries.counts().await.expect("a store");
            if counts.pending + counts.leased == 0 {
                return;
            }
            if stood != Some(counts) {
                (stood, since) = (Some(counts), std::time::Instant::now());
            }
            assert!(since.elapsed() < PATIENCE, "nothing ends any more: {counts:?}");
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

    /// Every delivery of a flow.
    pub async fn deliveries(&self, flow: &str) -> Vec<DeliveryRecord> {
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
            assert!(begun.elapsed() < self.patience, "not in time: {found:?}");
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

/// A flow that makes contacts of the customers it sweeps when it is let run.
pub fn sweep() -> FlowSettings {
    FlowSettings {
        sweep: Some("customers.list".to_owned()),
        mapping: Some("mapping.rhai".to_owned()),
        into: Some("contact".to_owned()),
        link: Some("customer".to_owned()),
        ..FlowSettings::default()
    }
}

/// A flow that makes customers of the contacts that are filed.
pub fn push() -> FlowSettings {
    FlowSettings {
        on: Some("contact.saved".to_owned()),
        mapping: Some("mapping-back.rhai".to_owned()),
        write: Some("customers.save-company".to_owned()),
        link: Some("customer".to_owned()),
        ..FlowSettings::default()
    }
}

/// A flow that hears that it is due.
pub fn scheduled(every: &str) -> FlowSettings {
    FlowSettings {
        every: Some(every.to_owned()),
        handle: Some("tick.rhai".to_owned()),
        ..FlowSettings::default()
    }
}

/// One that reads whole what changed.
pub fn in_detail() -> FlowSettings {
    FlowSettings {
        detail: Some("customers.get".to_owned()),
        ..sweep()
    }
}
