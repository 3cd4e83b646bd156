//! What the gateway adds to a call: the same `customers.list` request sent by a bare HTTP client (baseline), by the ERP
//! client with decoding, and through the gateway with checking, decoding, presenting and auditing.
//!
//! `cargo bench --bench gateway`; the difference between `gateway` and `bare` is the cost, which the last line judges.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench that cannot be set up ends"
)]

mod summary;
#[path = "../tests/support/mod.rs"]
mod support;

use criterion::Criterion;
use serde_json::json;
use std::time::Duration;
use summary::{Bound, Results};
use sunmao_catalogue::{Face, Record, Value};

fn gateway(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let parts = runtime.block_on(support::parts());
    let operation = parts
        .host
        .catalogue
        .find("customers.list")
        .expect("customers.list")
        .clone();
    let given = Record::from_iter([
        ("page-size".to_owned(), Value::Integer(20)),
        ("page-index".to_owned(), Value::Integer(1)),
    ]);
    let caller = support::caller(&parts.host);

    let bare = reqwest::Client::new();
    let url = format!(
        "{}{}",
        parts.simulator.base_url().trim_end_matches('/'),
        operation.path
    );
    let session = runtime.block_on(login(&bare, &parts.simulator.base_url()));
    let body = json!({"session": session, "cmdkey": "refresh",
        "datas": [{"id": "pagesize", "val": 20}, {"id": "pageindex", "val": 1}]})
    .to_string();

    let mut group = criterion.benchmark_group("customers.list");
    group.bench_function("bare", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let answer = bare
                .post(&url)
                .header("content-type", "application/json")
                .body(body.clone())
                .send()
                .await;
            answer.expect("answer").bytes().await.expect("body").len()
        });
    });
    let arguments = operation.check(&given).expect("sound");
    group.bench_function("client", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| async { parts.erp.call(&operation, &arguments).await.expect("answer") });
    });
    group.bench_function("gateway", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let answer = parts
                .host
                .gateway
                .call(&caller, &operation, &given)
                .await
                .expect("answer");
            operation.present(&answer, Face::Typed)
        });
    });
    group.finish();
}

async fn login(client: &reqwest::Client, base_url: &str) -> String {
    let options = sunmao_simulator::Options::default();
    let body = json!({"datas": [
        {"id": "user", "val": format!("txt:{}", options.username)},
        {"id": "password", "val": format!("txt:{}", options.password)},
        {"id": "serialnum", "val": "txt:bare"}, {"id": "rndcode", "val": ""}]});
    let url = format!("{}/webapi/v3/ov1/login", base_url.trim_end_matches('/'));
    let answer = client
        .post(url)
        .body(body.to_string())
        .send()
        .await
        .expect("login")
        .text()
        .await
        .expect("body");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    answer["header"]["session"].as_str().expect("session").to_owned()
}

fn main() {
    let (mut criterion, results) = Results::of_this_run();
    gateway(&mut criterion);
    criterion.final_summary();
    Results::head();
    results.line(
        "the gateway adds to a bare call",
        "customers.list",
        "bare",
        "gateway",
        &Bound::Added(Duration::from_micros(200)),
    );
}
