//! What the gateway adds to a call: the same `customers.list` request sent by a bare HTTP client (baseline), by the ERP
//! client with decoding, and through the gateway with checking, decoding, presenting and auditing.
//!
//! `cargo bench --bench gateway`. The three take turns, call by call, so that a machine that grows slower or faster does
//! so for all of them; the difference between `gateway` and `bare` is the cost, which is judged.

#![allow(
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a bench that cannot be set up ends"
)]

mod summary;
#[path = "../tests/support/mod.rs"]
mod support;
mod turns;

use serde_json::json;
use std::time::Duration;
use summary::Bound;
use sunmao_catalogue::{Face, Record, Value};
use turns::Turns;

/// Rounds, of one call each way: enough for a median that holds still.
const ROUNDS: usize = 10_000;

fn main() {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let parts = support::parts().await;
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
    let arguments = operation.check(&given).expect("sound");
    let caller = support::caller(&parts.host);

    let client = reqwest::Client::new();
    let base_url = parts.simulator.base_url();
    let url = format!("{}{}", base_url.trim_end_matches('/'), operation.path);
    let session = login(&client, &base_url).await;
    let body = json!({"session": session, "cmdkey": "refresh",
        "datas": [{"id": "pagesize", "val": 20}, {"id": "pageindex", "val": 1}]})
    .to_string();

    let [mut bare, mut decoded, mut gated] = <[Turns; 3]>::default();
    for _ in 0..ROUNDS {
        bare.turn(async {
            let answer = client
                .post(&url)
                .header("content-type", "application/json")
                .body(body.clone())
                .send()
                .await;
            answer.expect("answer").bytes().await.expect("body")
        })
        .await;
        decoded
            .turn(async { parts.erp.call(&operation, &arguments).await.expect("answer") })
            .await;
        gated
            .turn(async {
                let answer = parts.host.gateway.call(&caller, &operation, &given).await;
                operation.present(answer.expect("answer"), Face::Typed)
            })
            .await;
    }
    let baseline = ("bare", bare.median());
    let most = Bound::Added(Duration::from_micros(200));
    summary::head();
    summary::judge(
        "the client adds to a bare call",
        baseline,
        ("client", decoded.median()),
        &Bound::None,
    );
    summary::judge(
        "the gateway adds to a bare call",
        baseline,
        ("gateway", gated.median()),
        &most,
    );
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
