//! A warm call of the shipped mapping plugin on typed records, against the same mapping compiled natively from JSON text
//! to JSON text (baseline).
//!
//! `cargo xtask guests && cargo bench --bench mapping`

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
use std::sync::Arc;
use summary::{Bound, Results};
use sunmao_runtime::plugins::{Plugin, engine};
use sunmao_runtime::{Contact, Extension, Invocation, Permit};

const CONTACT: &str = r#"{
    "id": "c-1001", "wx_id": "wxid_shanmu", "remark": "杉木贸易 李经理", "k_code": "K1001", "source": "wechat",
    "type": "customer", "confidence": 92, "owner": "王芳", "company_name": "杉木贸易有限公司", "real_name": "李明",
    "phone": "19900001001", "phone_verified": true, "email": "liming@example.com", "address": "示例市榫卯路 1 号",
    "notes": "想要报价", "summary": "询问 200 套榫卯桌椅的价格和交期", "score": 88, "has_order": false,
    "has_contract": false, "has_payment": false, "invalid": false
}"#;

fn mapping(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let parts = runtime.block_on(support::parts());
    let engine = engine(None).expect("engine");
    let content = support::guest("wechat-customer");
    let permit = Arc::new(Permit::default());
    let plugin =
        Plugin::load(&engine, parts.host.clone(), permit, "wechat-customer", &content).expect("plugin");
    runtime.block_on(plugin.self_test()).expect("self-test");
    let contact: Contact = serde_json::from_str(CONTACT).expect("contact");
    let invocation = Invocation::at(parts.host.clock.now());

    let mut group = criterion.benchmark_group("to-customer");
    group.bench_function("native JSON to JSON", |bencher| {
        bencher.iter(|| wechat_customer::json::to_customer(CONTACT).expect("customer"));
    });
    group.bench_function("plugin, warm, typed", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(|| async { plugin.to_customer(&invocation, &contact).await.expect("customer") });
    });
    group.finish();
}

fn main() {
    let (mut criterion, results) = Results::of_this_run();
    mapping(&mut criterion);
    criterion.final_summary();
    summary::head();
    results.line(
        "a warm mapping call",
        "to-customer",
        "native JSON to JSON",
        "plugin, warm, typed",
        &Bound::Times(1.0),
    );
}
