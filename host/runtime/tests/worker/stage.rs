//! A host with one flow and any automations, behind a proxy that can take the ERP away.

use crate::support::{self, Parts};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use sunmao_catalogue::Kinds;
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{
    Clock, ExtensionSettings, Extensions, ExtensionsSettings, FlowSettings, Flows, Gateway, Host, Limits,
};
use sunmao_simulator::{Options, Simulator};
use sunmao_store::{DeliveryRecord, DeliveryState, NewDelivery, NewRecord, RecordName, Store};

/// Whatever a test waits for happens within this time, or the test fails.
pub const PATIENCE: Duration = Duration::from_secs(100);

pub const MAPPING: &str = r#"fn map(record) {
    #{ customer_name: record.company_name, customer_number: record.k_code, customer_category: "1",
       contact_name: record.real_name }
}"#;

/// What stands between the host and the simulator.
#[derive(Clone)]
pub struct Proxy {
    target: String,
    http: reqwest::Client,
    /// While it is, every call is answered by a gateway that reaches no ERP.
    pub is_down: Arc<AtomicBool>,
    /// While it is, every login is turned down.
    pub turns_logins_down: Arc<AtomicBool>,
    /// Calls since the start.
    pub calls: Arc<AtomicUsize>,
}

async fn forward(State(proxy): State<Proxy>, uri: Uri, body: Bytes) -> (StatusCode, Bytes) {
    proxy.calls.fetch_add(1, Ordering::SeqCst);
    if proxy.is_down.load(Ordering::SeqCst) {
        return (StatusCode::BAD_GATEWAY, "Bad Gateway".into());
    }
    if proxy.turns_logins_down.load(Ordering::SeqCst) && uri.path().contains("/login") {
        let said = r#"{"header":{"status":1,"message":"用户名或密码错误"}}"#;
        return (StatusCode::OK, said.into());
    }
    let request = proxy.http.post(format!("{}{uri}", proxy.target)).body(body);
    let answer = request.send().await.expect("the simulator");
    (answer.status(), answer.bytes().await.expect("a body"))
}

/// A host at work.
pub struct Stage {
    pub host: Arc<Host>,
    pub proxy: Proxy,
    pub extensions: Extensions,
    pub flows: Flows,
    parts: Parts,
    settings: ExtensionsSettings,
}

/// What a test has its own way with.
pub struct Setting {
    pub clock: Clock,
    pub options: Options,
    /// Changes the store that the flow sees.
    pub store: Box<dyn FnOnce(Store) -> Store>,
    /// Automations by name; each may list customers. One called `mapping` takes the place of the flow's.
    pub automations: Vec<(&'static str, &'static str)>,
    /// What happens before the worker starts.
    pub before: Vec<NewDelivery>,
    /// When that is filed, in seconds from now.
    pub filed_in: i64,
}

impl Default for Setting {
    fn default() -> Self {
        Setting {
            clock: Clock::system(),
            options: Options {
                size: 20,
                ..Options::default()
            },
            store: Box::new(|store| store),
            automations: Vec::new(),
            before: Vec::new(),
            filed_in: 0,
        }
    }
}

impl Stage {
    pub async fn set(setting: Setting) -> Self {
        let options = setting.options;
        let (username, password) = (options.username.clone(), options.password.clone());
        let simulator = Simulator::start(options, ([127, 0, 0, 1], 0).into())
            .await
            .expect("simulator");
        let proxy = Proxy {
            target: simulator.base_url().trim_end_matches('/').to_owned(),
            http: reqwest::Client::new(),
            is_down: Arc::default(),
            turns_logins_down: Arc::default(),
            calls: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(forward).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let parts = support::parts_behind(simulator, &format!("http://{address}"), username, password).await;

        let scripts = parts.folder.path().join("scripts");
        std::fs::create_dir(&scripts).expect("folder");
        std::fs::write(scripts.join("mapping.rhai"), MAPPING).expect("mapping");
        let mut granted = BTreeMap::new();
        for (name, source) in setting.automations {
            std::fs::write(scripts.join(format!("{name}.rhai")), source).expect("script");
            let settings = ExtensionSettings {
                grants: vec!["customers.list".to_owned()],
                ..ExtensionSettings::default()
            };
            granted.insert(name.to_owned(), settings);
        }
        let store = (setting.store)(parts.host.store.clone());
        let gateway = Gateway::new(parts.erp.clone(), store.clone(), setting.clock.clone());
        let host = Host::new(
            parts.host.catalogue.clone(),
            Kinds::clone(&parts.host.kinds.load()),
            gateway,
            store,
            setting.clock,
        );
        let host = Arc::new(host);
        let settings = ExtensionsSettings {
            plugins_folder: parts.folder.path().join("plugins"),
            scripts_folder: scripts,
            limits: Limits::default(),
            plugins: BTreeMap::new(),
            scripts: granted,
        };
        let extensions =
            Extensions::start(host.clone(), engine(None).expect("engine"), settings.clone()).await;
        if !setting.before.is_empty() {
            let filed = host.clock.now() + jiff::SignedDuration::from_secs(setting.filed_in);
            let enqueued = host.store.deliveries.enqueue(setting.before, filed).await;
            enqueued.expect("enqueued");
        }
        let flow = FlowSettings {
            on: Some("contact.saved".to_owned()),
            mapping: Some("mapping.rhai".to_owned()),
            write: Some("customers.save-company".to_owned()),
            link: Some("customer".to_owned()),
            ..FlowSettings::default()
        };
        let flows = BTreeMap::from([("push".to_owned(), flow)]);
        let flows = Flows::start(host.clone(), extensions.clone(), &flows, Limits::default());
        Stage {
            flows: flows.expect("a sound flow"),
            host,
            proxy,
            extensions,
            parts,
            settings,
        }
    }

    pub fn script(&self, name: &str) -> std::path::PathBuf {
        self.parts
            .folder
            .path()
            .join("scripts")
            .join(format!("{name}.rhai"))
    }

    /// Takes all grants away.
    pub async fn revoke(&self) {
        let settings = ExtensionsSettings {
            scripts: BTreeMap::new(),
            ..self.settings.clone()
        };
        self.extensions.reconfigure(settings).await;
    }

    /// Waits until nothing is in hand.
    pub async fn until_no_hand_is_taken(&self) {
        let begun = std::time::Instant::now();
        while self.host.store.deliveries.counts().await.expect("counts").leased > 0 {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "hands are free in time"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn file(&self, ids: impl IntoIterator<Item = String>) {
        let contacts = ids
            .into_iter()
            .map(|id| NewRecord::saved(RecordName::new("contact", &id), body(&id)));
        let kinds = self.host.kinds.load();
        let routes = self.host.routes(kinds.find("contact").expect("contact"));
        let routes = routes.into_iter().filter(|route| route.target == "flow push");
        let accepted = self.host.store.records.accept(
            contacts.collect(),
            routes.collect(),
            "http",
            self.host.clock.now(),
        );
        accepted.await.expect("accepted");
    }

    /// The newest delivery about a record.
    pub async fn delivery(&self, key: &str) -> DeliveryRecord {
        let of_key = self
            .host
            .store
            .deliveries
            .of_key(key, 1)
            .await
            .expect("deliveries");
        of_key.into_iter().next().expect("a delivery")
    }

    /// Waits until the delivery is what the test waits for.
    pub async fn until(&self, key: &str, sought: impl Fn(&DeliveryRecord) -> bool) -> DeliveryRecord {
        let waiting = async {
            loop {
                let delivery = self.delivery(key).await;
                if sought(&delivery) {
                    return delivery;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(found) => found,
            Err(_) => panic!("not in time: {:?}", self.delivery(key).await),
        }
    }

    pub async fn done(&self, key: &str) {
        self.until(key, |delivery| delivery.state == DeliveryState::Done)
            .await;
    }

    pub async fn stop(self) {
        self.flows.stop().await;
        self.extensions.stop();
        self.host.store.close().await.expect("close");
    }
}

pub fn body(id: &str) -> String {
    serde_json::json!({ "k_code": format!("N-{id}"), "company_name": format!("示例 {id}"),
        "real_name": "李一" })
    .to_string()
}

/// An event for one target.
pub fn event(target: &str, key: &str) -> NewDelivery {
    NewDelivery {
        event: "something.happened".to_owned(),
        target: target.to_owned(),
        key: key.to_owned(),
        payload: "{}".to_owned(),
        revision: None,
        hops: 0,
    }
}

/// The lane of a contact.
pub fn lane(id: &str) -> String {
    format!("contact/{id}")
}

/// Contacts' ids.
pub fn ids(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|number| format!("c-{number:03}"))
}

/// An ERP that takes so many milliseconds for a call.
pub fn slow(latency: u64) -> Options {
    Options {
        size: 20,
        latency: Duration::from_millis(latency),
        ..Options::default()
    }
}
