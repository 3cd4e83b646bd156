//! A warm call of the shipped mapping plugin, as the host makes it (by the component's own types) and by bindings that were
//! generated for it, against the same mapping compiled natively from JSON text to JSON text (baseline).
//!
//! `cargo xtask guests && cargo bench --bench mapping`; `benches/extism` runs the same through Extism's SDK.

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
use sunmao_catalogue::{Joint, Record};
use sunmao_runtime::plugins::{Engine, Plugin, engine};
use sunmao_runtime::{Extension, Invocation, Permit};
use wasmtime::Store;
use wasmtime::component::{Component, Linker};

const CONTACT: &str = r#"{
    "id": "c-1001", "wx_id": "wxid_shanmu", "remark": "杉木贸易 李经理", "k_code": "K1001", "source": "wechat",
    "type": "customer", "confidence": 92, "owner": "王芳", "company_name": "杉木贸易有限公司", "real_name": "李明",
    "phone": "19900001001", "phone_verified": true, "email": "liming@example.com", "address": "示例市榫卯路 1 号",
    "notes": "想要报价", "summary": "询问 200 套榫卯桌椅的价格和交期", "score": 88, "has_order": false,
    "has_contract": false, "has_payment": false, "invalid": false
}"#;

/// The bindings that a host would have that knew this one plugin.
mod typed {
    wasmtime::component::bindgen!({
        path: "../../plugins/wechat-customer/wit",
        world: "plugin",
        exports: { default: async },
    });
}

use typed::exports::sunmao::plugin::contact_to_customers_save_company::Contact;

fn typed_contact(record: &Record) -> Contact {
    let text = |name: &str| record.get(name).and_then(|value| value.to_text());
    let whole = |name: &str| record.get(name).and_then(|value| value.as_integer());
    Contact {
        id: text("id").unwrap_or_default(),
        wx_id: text("wx_id"),
        remark: text("remark"),
        k_code: text("k_code"),
        source: text("source").unwrap_or_default(),
        type_: text("type").unwrap_or_default(),
        confidence: whole("confidence").unwrap_or_default(),
        owner: text("owner"),
        company_name: text("company_name"),
        company_contact: text("company_contact"),
        real_name: text("real_name"),
        phone: text("phone"),
        phone_verified: true,
        email: text("email"),
        address: text("address"),
        notes: text("notes"),
        summary: text("summary"),
        score: whole("score"),
        has_order: false,
        has_contract: false,
        has_payment: false,
        invalid: false,
        updated_at: None,
    }
}

/// An instance with bindings. Its time is not limited, and nobody looks at it.
async fn bound(engine: &Engine, content: &[u8]) -> (Store<()>, typed::Plugin) {
    let component = Component::from_binary(engine.wasmtime(), content).expect("component");
    let mut store = Store::new(engine.wasmtime(), ());
    store.set_epoch_deadline(u64::MAX / 2);
    let linker = Linker::new(engine.wasmtime());
    let bindings = typed::Plugin::instantiate_async(&mut store, &component, &linker);
    let bindings = bindings.await.expect("instance");
    (store, bindings)
}

fn mapping(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let parts = runtime.block_on(support::parts());
    let engine = engine(None).expect("engine");
    let content = support::guest("wechat-customer");
    let permit = Arc::new(Permit::default());
    let plugin =
        Plugin::load(&engine, parts.host.clone(), permit, "wechat-customer", &content).expect("plugin");
    runtime.block_on(plugin.self_test()).expect("self-test");
    let contact: Record = serde_json::from_str(CONTACT).expect("contact");
    let kinds = parts.host.kinds.load();
    let joint = Joint::of_names("contact", "customers.save-company", &parts.host.catalogue, &kinds);
    let joint = joint.expect("a joint");
    let invocation = Invocation::at(parts.host.clock.now());

    let mut group = criterion.benchmark_group(GROUP);
    group.bench_function(NATIVE, |bencher| {
        bencher.iter(|| wechat_customer::json::to_customer(CONTACT).expect("customer"));
    });
    group.bench_function(TYPED, |bencher| {
        let (mut store, bindings) = runtime.block_on(bound(&engine, &content));
        let mapping = bindings.sunmao_plugin_contact_to_customers_save_company();
        bencher.iter(|| {
            let contact = typed_contact(&contact);
            let mapped = runtime.block_on(mapping.call_map(&mut store, &contact));
            mapped.expect("returned").expect("customer")
        });
    });
    group.bench_function(DYNAMIC, |bencher| {
        bencher.iter(|| {
            let mapped = runtime.block_on(plugin.map(&invocation, &joint, &contact, None));
            mapped.expect("customer")
        });
    });
    group.finish();
}

const GROUP: &str = "contact-to-customers-save-company";
const NATIVE: &str = "native JSON to JSON";
const TYPED: &str = "plugin, warm, by bindings";
const DYNAMIC: &str = "plugin, warm, as the host calls it";

fn main() {
    let (mut criterion, results) = Results::of_this_run();
    mapping(&mut criterion);
    criterion.final_summary();
    summary::head();
    results.line("a mapping by bindings", GROUP, NATIVE, TYPED, &Bound::None);
    results.line(
        "a mapping as the host calls it",
        GROUP,
        NATIVE,
        DYNAMIC,
        &Bound::Times(5.0),
    );
    results.line(
        "what calling it dynamically adds",
        GROUP,
        TYPED,
        DYNAMIC,
        &Bound::None,
    );
}
