//! How many calls a second go through the client, sixteen at once, against the same bodies posted by a bare HTTP client
//! (baseline), and whether memory stays flat over many of them.
//!
//! `cargo bench --bench calls`. The simulator answers at once, from a process of its own that shares the processors. The
//! two take turns, so that a machine that grows slower or faster does so for both; each figure is the median of its turns.

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench that cannot be set up ends"
)]

mod apart;

use apart::{Apart, memory, verdict};
use futures::future::join_all;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::Instant;
use sunmao_catalogue::{Answer, Arguments, Catalogue, Operation, Value};
use sunmao_erp_client::ErpClient;

/// Calls at once.
const CALLERS: usize = 16;

/// Calls in a turn of either, and turns.
const CALLS: usize = 4_000;
const TURNS: usize = 7;

/// Calls between the two looks at memory.
const MANY: usize = 200_000;

/// Least calls a second.
const BOUND: f64 = 2_000.0;

/// Most bytes that memory may grow by over the many calls.
const GROWTH: u64 = 16 << 20;

fn main() {
    apart::serve_if_asked();
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let simulator = Apart::start(100);
    let catalogue = Catalogue::shared();
    let operation = Arc::new(catalogue.find("customers.list").expect("customers.list").clone());
    let mut arguments = Arguments::default();
    arguments.set("pagesize", Value::from(20));
    arguments.set("pageindex", Value::from(1));
    let through_client = Through {
        client: simulator.client(CALLERS),
        operation: Arc::clone(&operation),
        arguments: Arc::new(arguments),
    };
    let bare = Bare::new(&simulator.base_url, &operation).await;

    let mut rates = [Vec::new(), Vec::new()];
    for turn in 0..=TURNS {
        let figures = [bare.run(CALLS).await, through_client.run(CALLS).await];
        // The first turn warms up.
        if turn > 0 {
            rates
                .iter_mut()
                .zip(figures)
                .for_each(|(rates, figure)| rates.push(figure));
        }
    }
    let [bare, client] = rates.map(median);
    println!("| question | bare | client | ratio | bound | |");
    println!("| --- | --- | --- | --- | --- | --- |");
    println!(
        "| calls a second, {CALLERS} at once | {bare:.0} | {client:.0} | {:.2} | at least {BOUND} | {} |",
        client / bare,
        verdict(client >= BOUND)
    );

    let before = memory::resident();
    let rate = through_client.run(MANY).await;
    let after = memory::resident();
    let growth = after.saturating_sub(before);
    println!();
    println!("| question | before | after | growth | bound | |");
    println!("| --- | --- | --- | --- | --- | --- |");
    println!(
        "| resident MiB over {MANY} calls ({rate:.0} a second) | {:.1} | {:.1} | {:.1} | at most {:.0} | {} |",
        memory::mebibytes(before),
        memory::mebibytes(after),
        memory::mebibytes(growth),
        memory::mebibytes(GROWTH),
        verdict(growth <= GROWTH)
    );
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Calls a second of as many callers as make so many calls together.
async fn rate(calls: usize, caller: impl Fn(usize) -> tokio::task::JoinHandle<()>) -> f64 {
    let begun = Instant::now();
    for ended in join_all((0..CALLERS).map(|_| caller(calls / CALLERS))).await {
        ended.expect("a caller that ends well");
    }
    calls as f64 / begun.elapsed().as_secs_f64()
}

/// Calls by the client, decoded.
struct Through {
    client: ErpClient,
    operation: Arc<Operation>,
    arguments: Arc<Arguments>,
}

impl Through {
    async fn run(&self, calls: usize) -> f64 {
        rate(calls, |calls| {
            let (client, operation) = (self.client.clone(), Arc::clone(&self.operation));
            let arguments = Arc::clone(&self.arguments);
            tokio::spawn(async move {
                for _ in 0..calls {
                    let answer = client.call(&operation, &arguments).await.expect("answer");
                    assert!(matches!(answer, Answer::Table(table) if table.rows.len() == 20));
                }
            })
        })
        .await
    }
}

/// The same requests, whose answers nobody reads.
struct Bare {
    client: reqwest::Client,
    url: String,
    body: String,
}

impl Bare {
    async fn new(base_url: &str, operation: &Operation) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().expect("client");
        let options = sunmao_simulator::Options::default();
        let login = json!({"datas": [
            {"id": "user", "val": format!("txt:{}", options.username)},
            {"id": "password", "val": format!("txt:{}", options.password)},
            {"id": "serialnum", "val": "txt:bare"}, {"id": "rndcode", "val": ""}]});
        let answer = post(
            &client,
            &format!("{base_url}/webapi/v3/ov1/login"),
            login.to_string(),
        )
        .await;
        let answer: Json = serde_json::from_slice(&answer).expect("JSON");
        let body = json!({"session": answer["header"]["session"], "cmdkey": operation.cmdkey,
            "datas": [{"id": "pagesize", "val": 20}, {"id": "pageindex", "val": 1}]});
        Bare {
            url: format!("{base_url}{}", operation.path),
            body: body.to_string(),
            client,
        }
    }

    async fn run(&self, calls: usize) -> f64 {
        rate(calls, |calls| {
            let (client, url, body) = (self.client.clone(), self.url.clone(), self.body.clone());
            tokio::spawn(async move {
                for _ in 0..calls {
                    assert!(!post(&client, &url, body.clone()).await.is_empty());
                }
            })
        })
        .await
    }
}

async fn post(client: &reqwest::Client, url: &str, body: String) -> Vec<u8> {
    let request = client
        .post(url)
        .header("content-type", "application/json; charset=utf-8");
    let answer = request.body(body).send().await.expect("answer");
    answer.bytes().await.expect("body").to_vec()
}
