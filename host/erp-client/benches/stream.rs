//! How much memory a list of 100,000 customers takes that is read page by page, against the same list held as a whole
//! (baseline).
//!
//! `cargo bench --bench stream`. The simulator runs in a process of its own; what is measured is the most that this
//! process ever held, beyond what it held before.

#![allow(
    clippy::expect_used,
    missing_docs,
    reason = "a bench that cannot be set up ends"
)]

mod apart;

use apart::{Apart, memory, verdict};
use std::time::Instant;
use sunmao_catalogue::{Arguments, Catalogue, Operation, Value};
use sunmao_erp_client::{ErpClient, Pages};

const CUSTOMERS: usize = 100_000;
const PAGE: i64 = 500;

/// The largest part of the whole list that the pages may take.
const BOUND: f64 = 0.15;

fn main() {
    apart::serve_if_asked();
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let simulator = Apart::start(CUSTOMERS);
    let client = simulator.client(4);
    let catalogue = Catalogue::shared();
    let operation = catalogue.find("customers.list").expect("customers.list");
    // Signs in, and lets the simulator make up its customers.
    pages(&client, operation).next().await.expect("a page");

    let (before, begun) = begin();
    let mut streamed = 0;
    let mut list = pages(&client, operation);
    while let Some(page) = list.next().await.expect("a page") {
        streamed += page.rows.len();
    }
    assert_eq!((streamed, list.doubt()), (CUSTOMERS, None));
    drop(list);
    let (streaming, streaming_time) = (memory::peak() - before, begun.elapsed());

    let (before, begun) = begin();
    let whole = pages(&client, operation).collect().await.expect("a list");
    assert_eq!(whole.rows.len(), CUSTOMERS);
    let (holding, holding_time) = (memory::peak() - before, begun.elapsed());
    drop(whole);

    let part = streaming as f64 / holding as f64;
    println!("| question | whole list | page by page | part | bound | |");
    println!("| --- | --- | --- | --- | --- | --- |");
    println!(
        "| peak growth in MiB, {CUSTOMERS} customers | {:.1} | {:.1} | {part:.3} | at most {BOUND} | {} |",
        memory::mebibytes(holding),
        memory::mebibytes(streaming),
        verdict(part <= BOUND)
    );
    println!("| time | {holding_time:.1?} | {streaming_time:.1?} | | | |");
}

fn begin() -> (u64, Instant) {
    memory::forget_peak();
    (memory::resident(), Instant::now())
}

fn pages<'a>(client: &ErpClient, operation: &'a Operation) -> Pages<'a> {
    let mut arguments = Arguments::default();
    arguments.set("pagesize", Value::from(PAGE));
    client.pages(operation, arguments).expect("pages")
}
