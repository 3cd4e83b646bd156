//! A host with a flow for each write of the catalogue, each into an ERP of its own.

use crate::cases::Case;
use crate::erp::Erp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use sunmao_catalogue::{Catalogue, Kinds, Record};
use sunmao_erp_client::ErpClient;
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{
    Accounts, Clock, Extensions, ExtensionsSettings, FlowSettings, Flows, Gateway, Host, Limits,
};
use sunmao_simulator::Faults;
use sunmao_store::{DeadSelection, DeliveryRecord, DeliveryState, Link, NewRecord, RecordName, Store};

/// Whatever a test waits for happens within this time, or the test fails.
const PATIENCE: Duration = Duration::from_secs(100);

/// A record says what is to be written, and something that nobody writes.
const KIND: &str = r#"
plural = "KIND-all"
label = "单据"
description = "What a write of the ERP is given."
fields = [
  { name = "arguments", label = "内容", type = "text" },
  { name = "note", label = "备注", type = "text" },
]
"#;
const MAPPING: &str = "fn map(record) { parse_json(record.arguments) }";
/// The hub is right wherever both sides differ.
const MERGE: &str = "fn merge(change) { \"hub\" }";

/// A host at work.
pub struct Stage {
    pub host: Arc<Host>,
    erps: BTreeMap<String, Arc<Erp>>,
    flows: Flows,
    extensions: Extensions,
    _folder: tempfile::TempDir,
}

impl Stage {
    /// One ERP for each write, with these faults.
    pub async fn set(cases: &[Case], faults: &Faults) -> Stage {
        let catalogue = Catalogue::shared();
        let folder = tempfile::tempdir().expect("folder");
        let scripts = folder.path().join("scripts");
        std::fs::create_dir(&scripts).expect("folder");
        for (name, source) in [("mapping", MAPPING), ("merge", MERGE)] {
            std::fs::write(scripts.join(format!("{name}.rhai")), source).expect("script");
        }
        let starting = cases.iter().map(|case| started(case, faults));
        let started = futures::future::join_all(starting).await;
        let (mut erps, mut clients) = (BTreeMap::new(), BTreeMap::new());
        for (case, (erp, client)) in cases.iter().zip(started) {
            erps.insert(case.name(), erp);
            clients.insert(case.name(), client);
        }
        let kinds = cases.iter().map(|case| {
            let text = KIND.replace("KIND", &case.name());
            (format!("{}.toml", case.name()), text)
        });
        let kinds = Kinds::with_files(&catalogue, &kinds.collect::<Vec<_>>()).expect("sound kinds");
        let store = Store::open(&folder.path().join("sunmao.sqlite"))
            .await
            .expect("store");
        let (clock, main) = (Clock::system(), clients.values().next().expect("a case").clone());
        let gateway = Gateway::new(Accounts::new(main, clients), store.clone(), clock.clone());
        let host = Arc::new(Host::new(catalogue, kinds, gateway, store, clock));
        let settings = ExtensionsSettings {
            plugins_folder: folder.path().join("plugins"),
            scripts_folder: scripts,
            limits: Limits::default(),
            plugins: BTreeMap::new(),
            scripts: BTreeMap::new(),
        };
        let extensions = Extensions::start(host.clone(), engine(None).expect("engine"), settings).await;
        let flows = cases.iter().map(|case| (case.name(), flow(case))).collect();
        let flows = Flows::start(host.clone(), extensions.clone(), &flows, Limits::default());
        Stage {
            flows: flows.expect("sound flows"),
            host,
            erps,
            extensions,
            _folder: folder,
        }
    }

    pub fn erp(&self, case: &Case) -> &Erp {
        &self.erps[&case.name()]
    }

    /// Files what is to be written, and waits until the flow is done with it, one way or the other.
    pub async fn file(&self, case: &Case, id: &str, arguments: &Record, note: &str) -> DeliveryRecord {
        let record = RecordName::new(case.name(), id);
        let arguments = serde_json::to_string(arguments).expect("JSON");
        let body = serde_json::json!({ "arguments": arguments, "note": note }).to_string();
        let kinds = self.host.kinds.load();
        let routes = self.host.routes(kinds.find(&case.name()).expect("a kind"));
        let filed = vec![NewRecord::saved(record.clone(), body)];
        let records = &self.host.store.records;
        let accepted = records.accept(filed, routes, "http", self.host.clock.now());
        accepted.await.expect("accepted");
        self.ended(case, id).await
    }

    /// Waits until a record's newest delivery has ended.
    pub async fn ended(&self, case: &Case, id: &str) -> DeliveryRecord {
        let key = RecordName::new(case.name(), id).to_string();
        let begun = std::time::Instant::now();
        loop {
            let found = self.host.store.deliveries.of_key(&key, 1).await;
            let found = found.expect("a store").into_iter().next().expect("a delivery");
            if matches!(found.state, DeliveryState::Done | DeliveryState::Dead) {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "not in time: {found:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub async fn link(&self, case: &Case, id: &str) -> Option<Link> {
        let record = RecordName::new(case.name(), id);
        let links = &self.host.store.links;
        links.get(&case.name(), &record).await.expect("a store")
    }

    /// A person says of a dead delivery that it is to be tried again.
    pub async fn retry(&self, case: &Case, dead: &DeliveryRecord, id: &str) -> DeliveryRecord {
        let these = DeadSelection::These(vec![dead.delivery.id]);
        let now = self.host.clock.now();
        let retried = self.host.store.deliveries.retry_dead(these, now).await;
        assert_eq!(retried.expect("a store"), 1, "{}", case.operation.name);
        self.ended(case, id).await
    }

    pub async fn stop(self) {
        self.flows.stop().await;
        self.extensions.stop();
        self.host.store.close().await.expect("closed");
    }
}

async fn started(case: &Case, faults: &Faults) -> (Arc<Erp>, ErpClient) {
    let (erp, client) = Erp::start(&case.operation.name, case.options()).await;
    case.prepare(&client).await;
    erp.set_faults(faults).await;
    (erp, client)
}

fn flow(case: &Case) -> FlowSettings {
    let name = case.name();
    FlowSettings {
        on: Some(format!("{name}.saved")),
        mapping: Some("mapping.rhai".to_owned()),
        merge: case.is_linked().then(|| "merge.rhai".to_owned()),
        write: Some(case.operation.name.clone()),
        link: case.is_linked().then(|| name.clone()),
        erp: Some(name),
        ..FlowSettings::default()
    }
}
