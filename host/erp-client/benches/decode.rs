//! How fast answers become neutral values: a page of 500 customers, as the simulator writes it, against the same bytes
//! read by `serde_json` into its own value (baseline).
//!
//! `cargo bench --bench decode`; criterion prints the throughput of each.

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench that cannot be set up ends"
)]

use criterion::{Criterion, Throughput};
use reqwest::StatusCode;
use serde_json::{Value as Json, json};
use std::hint::black_box;
use sunmao_catalogue::{Answer, Catalogue, Record};
use sunmao_erp_client::{Installation, read_answer};
use sunmao_simulator::{Options, Simulator};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROWS: usize = 500;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let body = runtime.block_on(page());
    let catalogue = Catalogue::shared();
    let operation = catalogue.find("customers.list").expect("customers.list");
    let arguments = operation.check(&Record::default()).expect("sound");
    let decode = || {
        read_answer(
            &Installation::Standard,
            operation,
            &arguments,
            StatusCode::OK,
            black_box(&body),
        )
        .expect("answer")
    };
    assert!(matches!(decode(), Answer::Table(table) if table.rows.len() == ROWS));

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("500 customers");
    group.throughput(Throughput::Bytes(body.len() as u64));
    group.bench_function("serde_json", |bencher| {
        bencher.iter_with_large_drop(|| serde_json::from_slice::<Json>(black_box(&body)).expect("JSON"));
    });
    group.bench_function("decode", |bencher| bencher.iter_with_large_drop(decode));
    group.finish();
    criterion.final_summary();
}

/// The bytes that the simulator answers.
async fn page() -> Vec<u8> {
    let options = Options {
        size: ROWS,
        ..Options::default()
    };
    let (username, password) = (options.username.clone(), options.password.clone());
    let simulator = Simulator::start(options, ([127, 0, 0, 1], 0).into())
        .await
        .expect("simulator");
    let login = json!({"datas": [
        {"id": "user", "val": format!("txt:{username}")},
        {"id": "password", "val": format!("txt:{password}")},
        {"id": "serialnum", "val": "txt:bench"}, {"id": "rndcode", "val": ""}]});
    let answer: Json =
        serde_json::from_slice(&post(&simulator, "/webapi/v3/ov1/login", &login).await).expect("JSON");
    let catalogue = Catalogue::shared();
    let operation = catalogue.find("customers.list").expect("customers.list");
    let list = json!({"session": answer["header"]["session"], "cmdkey": "refresh",
        "datas": [{"id": "pagesize", "val": ROWS}, {"id": "pageindex", "val": 1}]});
    post(&simulator, &operation.path, &list).await
}

async fn post(simulator: &Simulator, path: &str, body: &Json) -> Vec<u8> {
    let url = format!("{}{path}", simulator.base_url().trim_end_matches('/'));
    let answer = reqwest::Client::new()
        .post(url)
        .body(body.to_string())
        .send()
        .await;
    answer.expect("answer").bytes().await.expect("body").to_vec()
}
