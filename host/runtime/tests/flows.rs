//! What a flow makes of an ERP that misbehaves between the save and the end: nothing is lost and nobody's record is
//! written over.

#![cfg(test)]

mod support;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use sunmao_catalogue::{Answer, Document, Record, Value};
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{ExtensionKind, Extensions, ExtensionsSettings, FlowSettings, Flows, Limits, Step};
use sunmao_simulator::{ChangeKind, Options, Simulator};
use sunmao_store::{DeliveryState, NewRecord, RecordName};
use support::Parts;
use tokio::sync::{Notify, watch};

const MAPPING: &str = r#"fn map(record) {
    #{ customer_name: record.company_name, customer_number: record.k_code, customer_category: "1",
       contact_name: record.real_name, remarks: record.notes }
}"#;
const PATIENCE: Duration = Duration::from_secs(60);

/// A proxy in front of the simulator that spoils the first so many saves or reads of a customer.
#[derive(Clone)]
struct Proxy {
    target: String,
    http: reqwest::Client,
    saves_to_swallow: Arc<AtomicUsize>,
    reads_to_fail: Arc<AtomicUsize>,
    /// Told of each read that will fail.
    failing: Arc<Notify>,
    /// A read fails only once it may.
    may_fail: watch::Sender<bool>,
}

fn name(id: &str) -> RecordName {
    RecordName::new("contact", id)
}

fn take(counter: &AtomicUsize) -> bool {
    counter
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
        .is_ok()
}

async fn forward(State(proxy): State<Proxy>, uri: Uri, body: Bytes) -> (StatusCode, Bytes) {
    let is_customer = uri.path().ends_with("/custom/add");
    let is_save = is_customer && body.windows(12).any(|window| window == b"__sys_dosave");
    let is_read = is_customer && uri.query().is_some_and(|query| query.contains("edit=1"));
    if is_save && take(&proxy.saves_to_swallow) {
        let said = r#"{"header":{"status":0,"message":""},"body":{"message":{"text":"保存成功"}}}"#;
        return (StatusCode::OK, said.into());
    }
    if is_read && take(&proxy.reads_to_fail) {
        proxy.failing.notify_one();
        let _ = proxy.may_fail.subscribe().wait_for(|may| *may).await;
        return (StatusCode::BAD_GATEWAY, "Bad Gateway".into());
    }
    let answer = proxy
        .http
        .post(format!("{}{uri}", proxy.target))
        .body(body)
        .send()
        .await
        .expect("the simulator");
    (answer.status(), answer.bytes().await.expect("a body"))
}

struct Installation {
    parts: Parts,
    proxy: Proxy,
    extensions: Extensions,
    flows: Flows,
}

async fn installation() -> Installation {
    let options = Options {
        size: 20,
        ..Options::default()
    };
    let (username, password) = (options.username.clone(), options.password.clone());
    let simulator = Simulator::start(options, ([127, 0, 0, 1], 0).into())
        .await
        .expect("simulator");
    let proxy = Proxy {
        target: simulator.base_url().trim_end_matches('/').to_owned(),
        http: reqwest::Client::new(),
        saves_to_swallow: Arc::default(),
        reads_to_fail: Arc::default(),
        failing: Arc::default(),
        may_fail: watch::Sender::new(true),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().fallback(forward).with_state(proxy.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let parts = support::parts_behind(simulator, &format!("http://{address}"), username, password).await;

    let folder = parts.folder.path();
    std::fs::write(folder.join("mapping.rhai"), MAPPING).expect("mapping");
    let settings = ExtensionsSettings {
        plugins_folder: folder.join("plugins"),
        scripts_folder: folder.to_owned(),
        limits: Limits::default(),
        plugins: BTreeMap::new(),
        scripts: BTreeMap::new(),
    };
    let extensions = Extensions::start(parts.host.clone(), engine(None).expect("engine"), settings).await;
    let flow = FlowSettings {
        on: Some("contact.saved".to_owned()),
        mapping: Some("mapping.rhai".to_owned()),
        write: Some("customers.save-company".to_owned()),
        link: Some("customer".to_owned()),
        ..FlowSettings::default()
    };
    let flows = BTreeMap::from([("push".to_owned(), flow)]);
    let flows = Flows::start(parts.host.clone(), extensions.clone(), &flows, Limits::default())
        .expect("a sound flow");
    Installation {
        parts,
        proxy,
        extensions,
        flows,
    }
}

impl Installation {
    async fn file(&self, id: &str, number: &str, notes: &str) {
        let body = serde_json::json!({ "k_code": number, "company_name": format!("示例 {id}"),
            "real_name": "李一", "notes": notes });
        let host = &self.parts.host;
        let kinds = host.kinds.load();
        let routes = host.routes(kinds.find("contact").expect("contact"));
        let contact = NewRecord::saved(name(id), body.to_string());
        let accepted = host
            .store
            .records
            .accept(vec![contact], routes, "http", host.clock.now());
        accepted.await.expect("accepted");
    }

    /// Waits until the contact's delivery ends, done or dead.
    async fn ended(&self, id: &str) -> (DeliveryState, String) {
        let waiting = async {
            loop {
                let deliveries = &self.parts.host.store.deliveries;
                let of_key = deliveries
                    .of_key(&name(id).to_string(), 10)
                    .await
                    .expect("deliveries");
                let last = of_key
                    .into_iter()
                    .find(|found| found.state != DeliveryState::Superseded);
                match last {
                    Some(found) if [DeliveryState::Done, DeliveryState::Dead].contains(&found.state) => {
                        let words = found.outcome.or(found.letter.map(|letter| letter.message));
                        return (found.state, words.unwrap_or_default());
                    }
                    _ => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .expect("ended in time")
    }

    async fn customer(&self, id: &str, field: &str) -> String {
        let host = &self.parts.host;
        let link = host
            .store
            .links
            .get("customer", &name(id))
            .await
            .expect("links")
            .expect("a link");
        let operation = host.catalogue.find("customers.get").expect("customers.get");
        let key = Record::from_iter([("ord".to_owned(), Value::Integer(link.erp_key))]);
        let answer = host
            .gateway
            .call(&support::caller(host), operation, &key)
            .await
            .expect("the customer");
        let Answer::Document(document) = answer else {
            panic!("{answer:?}")
        };
        document.value(field).and_then(Value::to_text).unwrap_or_default()
    }

    /// A customer that somebody else enters, about a contact if need be. Returns its key.
    async fn entered(&self, number: &str, actor: &str, contact: Option<&str>) -> i64 {
        let host = &self.parts.host;
        let mut caller = support::caller(host);
        caller.actor = actor.parse().expect("an actor");
        caller.invocation.subject = contact.map(Into::into);
        let find = |name: &str| host.catalogue.find(name).expect("an operation");
        let reserved = host
            .gateway
            .call(&caller, find("customers.reserve"), &Record::default())
            .await
            .expect("a key");
        let Answer::Document(Document { key: Some(key), .. }) = reserved else {
            panic!("{reserved:?}")
        };
        let record = Record::from_iter([
            ("ord".to_owned(), Value::Integer(key)),
            ("customer-name".to_owned(), Value::from(format!("示例 {number}"))),
            ("customer-number".to_owned(), Value::from(number)),
            ("customer-category".to_owned(), Value::from("1")),
            ("contact-name".to_owned(), Value::from("王二")),
            ("remarks".to_owned(), Value::from("entered by a colleague")),
        ]);
        let saved = host
            .gateway
            .call(&caller, find("customers.save-company"), &record);
        saved.await.expect("saved");
        key
    }

    fn customers_created(&self) -> usize {
        let ledger = self.parts.simulator.ledger();
        let changes = ledger.iter().flat_map(|entry| &entry.changes);
        changes
            .filter(|change| change.object == "customers" && change.kind == ChangeKind::Created)
            .count()
    }

    async fn stop(self) {
        self.flows.stop().await;
        self.extensions.stop();
        self.parts.host.store.close().await.expect("close");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_save_that_stored_nothing_is_sent_again() {
    let installation = installation().await;
    installation.proxy.saves_to_swallow.store(1, Ordering::SeqCst);
    installation.file("a", "N-1", "first").await;
    let (state, words) = installation.ended("a").await;
    assert_eq!(state, DeliveryState::Done, "{words}");
    assert_eq!(installation.customers_created(), 1);
    assert_eq!(installation.customer("a", "intro").await, "first");
    installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_contact_is_written_although_the_older_was_applied_unseen() {
    let installation = installation().await;
    // The client's own look fails, and the one that the flow has after it.
    installation.proxy.reads_to_fail.store(6, Ordering::SeqCst);
    let mut progress = installation.flows.progress();
    installation.file("a", "N-1", "older").await;
    let put_off =
        async { while !matches!(progress.recv().await.expect("progress").step, Step::PutOff { .. }) {} };
    tokio::time::timeout(PATIENCE, put_off)
        .await
        .expect("put off in time");
    installation.file("a", "N-1", "newer").await;
    let (state, words) = installation.ended("a").await;
    assert_eq!(state, DeliveryState::Done, "{words}");
    assert_eq!(installation.customers_created(), 1);
    assert_eq!(installation.customer("a", "intro").await, "newer");
    installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_contact_filed_while_the_older_is_in_hand_is_taken_over_by_it() {
    let installation = installation().await;
    let proxy = &installation.proxy;
    proxy.may_fail.send_replace(false);
    proxy.reads_to_fail.store(1, Ordering::SeqCst);
    installation.file("a", "N-1", "older").await;
    tokio::time::timeout(PATIENCE, proxy.failing.notified())
        .await
        .expect("read back in time");
    installation.file("a", "N-1", "newer").await;
    proxy.may_fail.send_replace(true);
    let (state, words) = installation.ended("a").await;
    assert_eq!(state, DeliveryState::Done, "{words}");
    assert_eq!(installation.customers_created(), 1);
    assert_eq!(installation.customer("a", "intro").await, "newer");
    installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_another_contacts_is_refused_and_its_customer_left_alone() {
    let installation = installation().await;
    installation.file("a", "N-1", "mine").await;
    assert_eq!(installation.ended("a").await.0, DeliveryState::Done);
    installation.file("b", "N-1", "theirs").await;
    let (state, words) = installation.ended("b").await;
    assert_eq!(state, DeliveryState::Dead, "{words}");
    assert!(words.contains("已被使用"), "the ERP's own words: {words}");
    assert_eq!(installation.customer("a", "intro").await, "mine");
    installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_colleagues_customer_of_the_same_number_is_found_behind_all_that_contain_it() {
    let installation = installation().await;
    let theirs = installation.entered("N-1", "http", None).await;
    for number in 0..101 {
        let number = format!("N-1{number:03}");
        installation.entered(&number, "http", None).await;
    }
    installation.file("a", "N-1", "mine").await;
    let (state, words) = installation.ended("a").await;
    assert_eq!(state, DeliveryState::Done, "{words}");
    let store = &installation.parts.host.store;
    let link = store.links.get("customer", &name("a")).await.expect("links");
    assert_eq!(link.expect("a link").erp_key, theirs);
    // Nobody rules over the remarks, in which both differ: the colleague's stay until a person decides.
    let intro = installation.customer("a", "intro").await;
    assert_eq!(intro, "entered by a colleague");
    let conflicts = store.conflicts.of_record("customer", &name("a")).await;
    let conflicts = conflicts.expect("conflicts");
    assert!(
        conflicts.iter().any(|one| one.field == "remarks"),
        "{conflicts:?}"
    );
    installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_another_contact_is_about_to_be_linked_under_is_left_alone() {
    let installation = installation().await;
    installation.entered("N-1", "flow push", Some("contact/b")).await;
    installation.file("a", "N-1", "mine").await;
    let (state, words) = installation.ended("a").await;
    assert_eq!(state, DeliveryState::Dead, "{words}");
    assert_eq!(installation.customers_created(), 1);
    installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_wrote_about_the_contact_is_not_taken_for_its_customer() {
    let installation = installation().await;
    let other = installation
        .entered("N-2", "plugin greeter", Some("contact/a"))
        .await;
    installation.file("a", "N-1", "mine").await;
    let (state, words) = installation.ended("a").await;
    assert_eq!(state, DeliveryState::Done, "{words}");
    assert_eq!(installation.customers_created(), 2);
    let link = installation
        .parts
        .host
        .store
        .links
        .get("customer", &name("a"))
        .await;
    assert_ne!(link.expect("links").expect("a link").erp_key, other);
    installation.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_outlives_a_mapping_that_does_not_map() {
    let installation = installation().await;
    let mapping = installation.parts.folder.path().join("mapping.rhai");
    let serving = || {
        let extension = installation.extensions.get(ExtensionKind::Script, "mapping");
        extension.map(|extension| extension.identity().version.clone())
    };
    let before = serving();
    std::fs::write(&mapping, "fn judge(record) { true }").expect("mapping");
    let replaced = async {
        while serving() == before {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, replaced)
        .await
        .expect("replaced in time");
    let mut progress = installation.flows.progress();
    installation.file("a", "N-1", "mine").await;
    let step = tokio::time::timeout(PATIENCE, async {
        loop {
            match progress.recv().await.expect("progress").step {
                Step::Admitted { .. } => {}
                step => return step,
            }
        }
    });
    assert!(matches!(step.await.expect("in time"), Step::PutOff { .. }));
    std::fs::write(&mapping, MAPPING).expect("mapping");
    assert_eq!(installation.ended("a").await.0, DeliveryState::Done);
    installation.stop().await;
}
