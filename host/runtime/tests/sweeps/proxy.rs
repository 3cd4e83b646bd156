//! What stands between a host and the ERP: a proxy that loses, empties, hides or holds back what a test says.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

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
    /// The next look at a record is not answered before the test says so.
    pub held_look: bool,
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
    /// How long a call takes, in milliseconds.
    pub latency: Arc<AtomicU64>,
    pub reached: Arc<Notify>,
    pub release: Arc<Notify>,
}

impl Proxy {
    /// One in front of the ERP of this address, and its own address.
    pub async fn start(erp: &str) -> (Proxy, String) {
        let proxy = Proxy {
            target: erp.trim_end_matches('/').to_owned(),
            http: reqwest::Client::new(),
            plan: Arc::default(),
            details: Arc::default(),
            latency: Arc::default(),
            reached: Arc::default(),
            release: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = Router::new().fallback(forward).with_state(proxy.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (proxy, format!("http://{address}"))
    }
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
    tokio::time::sleep(Duration::from_millis(proxy.latency.load(Ordering::SeqCst))).await;
    if uri.path().ends_with("/custom/add") && uri.query().is_some_and(|query| query.contains("edit=1")) {
        proxy.details.fetch_add(1, Ordering::SeqCst);
        let is_held = std::mem::take(&mut proxy.plan().held_look);
        if is_held {
            proxy.reached.notify_one();
            proxy.release.notified().await;
        }
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
