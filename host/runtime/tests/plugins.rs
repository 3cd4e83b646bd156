//! What the host lets a component do: what it imports, what it was granted, and how long and large it may be.

#![cfg(test)]

#[path = "support/guests.rs"]
mod guests;
mod support;

use guests::{automation, component, foreign_component};
use std::sync::Arc;
use sunmao_runtime::plugins::{Plugin, engine, surface};
use sunmao_runtime::{Event, Extension, ExtensionError, Grants, Invocation, Limits, LoadError, Permit};
use support::{Parts, parts};

const AUTOMATION: &str = "world guest { export sunmao:plugin/event-handler@0.1.0; }";
const RESERVING: &str =
    "world guest { import zhibang:erp/customers@0.1.0; export sunmao:plugin/event-handler@0.1.0; }";

/// Calls `customers.reserve` with no fields at all: two absent options (at 0 and 12) and an empty `extra`.
fn reserving() -> Vec<u8> {
    let import = r#"(import "zhibang:erp/customers@0.1.0" "reserve"
        (func $reserve (param i32 i32 i32 i32 i32 i32 i32 i32 i32)))"#;
    let zero = "(i32.const 0)".repeat(8);
    component(
        RESERVING,
        &automation(import, &format!("(call $reserve {zero} (i32.const 2048))")),
    )
}

fn event() -> Event {
    Event {
        id: 1,
        name: "test".into(),
        key: "k".into(),
        payload: "{}".into(),
        attempt: 1,
    }
}

fn permit(parts: &Parts, grants: &[&str], limits: Limits) -> Arc<Permit> {
    let patterns: Vec<String> = grants.iter().map(|grant| (*grant).to_owned()).collect();
    let grants = Grants::resolve(&parts.host.catalogue, &patterns).expect("known grants");
    Arc::new(Permit {
        grants,
        limits,
        ..Permit::default()
    })
}

fn load(parts: &Parts, permit: Arc<Permit>, content: &[u8]) -> Result<Plugin, LoadError> {
    let engine = engine(None).expect("engine");
    Plugin::load(&engine, parts.host.clone(), permit, "guest", content)
}

async fn handle(parts: &Parts, plugin: &Plugin) -> Result<(), ExtensionError> {
    plugin
        .handle(&Invocation::at(parts.host.clock.now()), &event())
        .await
}

#[tokio::test]
async fn a_components_imports_are_listed_before_it_runs() {
    let parts = parts().await;
    let engine = engine(None).expect("engine");
    let surface = surface(&engine, &parts.host.catalogue, "guest", &reserving()).expect("surface");
    assert_eq!(surface.operations, ["customers.reserve"]);
    assert_eq!(surface.roles, ["automation"]);
    assert!(surface.services.is_empty());
}

#[tokio::test]
async fn a_granted_operation_reaches_the_erp_and_the_audit_log() {
    let parts = parts().await;
    let plugin = load(
        &parts,
        permit(&parts, &["customers.reserve"], Limits::default()),
        &reserving(),
    )
    .expect("load");
    handle(&parts, &plugin).await.expect("handled");
    let reserved = parts
        .simulator
        .ledger()
        .into_iter()
        .filter(|entry| entry.operations.contains(&15))
        .count();
    assert_eq!(reserved, 1);
    parts.host.store.close().await.expect("close");
}

#[tokio::test]
async fn a_missing_grant_keeps_the_plugin_from_starting_and_is_named() {
    let parts = parts().await;
    let error = load(
        &parts,
        permit(&parts, &["customers.list"], Limits::default()),
        &reserving(),
    )
    .expect_err("refused");
    assert_eq!(error.phase, "check grants");
    assert_eq!(error.message, "not granted: customers.reserve");
    assert!(
        error
            .hint
            .contains("[plugin.guest] grants = [\"customers.reserve\"]"),
        "{}",
        error.hint
    );
    assert!(parts.simulator.ledger().is_empty());
}

#[tokio::test]
async fn an_unknown_operation_is_refused_with_the_nearest() {
    let parts = parts().await;
    let erp = "package zhibang:erp@0.1.0; interface customers { lists: func(); }";
    let plugin = "package sunmao:plugin@0.1.0; interface event-handler { f: func(); }";
    let module = r#"(module (import "zhibang:erp/customers@0.1.0" "lists" (func $lists))
        (func (export "sunmao:plugin/event-handler@0.1.0#f") (call $lists)))"#;
    let world =
        "world guest { import zhibang:erp/customers@0.1.0; export sunmao:plugin/event-handler@0.1.0; }";
    let content = foreign_component(&[erp, plugin], world, module);
    let error = load(&parts, permit(&parts, &["*"], Limits::default()), &content).expect_err("refused");
    assert_eq!(error.phase, "check imports");
    assert!(error.message.contains("customers.lists"), "{error}");
    assert!(error.message.contains("customers.list"), "{error}");
}

#[tokio::test]
async fn other_types_than_ours_are_refused_with_the_difference() {
    let parts = parts().await;
    let erp = "package zhibang:erp@0.1.0; interface customers {
        record protect-request { record-key: string } protect: func(request: protect-request) -> result<string, string>; }";
    let plugin = "package sunmao:plugin@0.1.0; interface event-handler { f: func(); }";
    let module = r#"(module (import "zhibang:erp/customers@0.1.0" "protect" (func $protect (param i32 i32 i32)))
        (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
        (func (export "sunmao:plugin/event-handler@0.1.0#f")
            (call $protect (i32.const 0) (i32.const 0) (i32.const 16))))"#;
    let world =
        "world guest { import zhibang:erp/customers@0.1.0; export sunmao:plugin/event-handler@0.1.0; }";
    let content = foreign_component(&[erp, plugin], world, module);
    let error = load(&parts, permit(&parts, &["*"], Limits::default()), &content).expect_err("refused");
    assert_eq!(error.phase, "check imports");
    assert!(
        error.message.contains("customers.protect") && error.message.contains("record-key"),
        "{error}"
    );
}

#[tokio::test]
async fn wasi_is_not_to_be_had() {
    let parts = parts().await;
    let wasi = "package wasi:clocks@0.2.0; interface wall-clock { now: func() -> u64; }";
    let plugin = "package sunmao:plugin@0.1.0; interface event-handler { f: func(); }";
    let module = r#"(module (import "wasi:clocks/wall-clock@0.2.0" "now" (func $now (result i64)))
        (func (export "sunmao:plugin/event-handler@0.1.0#f") (drop (call $now))))"#;
    let world =
        "world guest { import wasi:clocks/wall-clock@0.2.0; export sunmao:plugin/event-handler@0.1.0; }";
    let content = foreign_component(&[wasi, plugin], world, module);
    let error = load(&parts, permit(&parts, &["*"], Limits::default()), &content).expect_err("refused");
    assert!(error.message.contains("wasi:clocks/wall-clock@0.2.0"), "{error}");
}

#[tokio::test]
async fn an_endless_loop_ends_at_its_computing_time_and_the_next_call_runs() {
    let parts = parts().await;
    let limits = Limits {
        wall_time_milliseconds: 50,
        ..Limits::default()
    };
    let endless = component(AUTOMATION, &automation("", "(loop (br 0))"));
    let plugin = load(&parts, permit(&parts, &[], limits), &endless).expect("load");
    for _ in 0..3 {
        let error = handle(&parts, &plugin).await.expect_err("cut off");
        let ExtensionError::OverLimit { limit, phase, .. } = error else {
            panic!("{error}")
        };
        assert_eq!((limit.as_str(), phase), ("computing time of 50 ms", "handle"));
    }
}

#[tokio::test]
async fn memory_ends_at_its_limit() {
    let parts = parts().await;
    let limits = Limits {
        memory_megabytes: 2,
        ..Limits::default()
    };
    let greedy = component(
        AUTOMATION,
        &automation("", "(loop (drop (memory.grow (i32.const 1))) (br 0))"),
    );
    let plugin = load(&parts, permit(&parts, &[], limits), &greedy).expect("load");
    let error = handle(&parts, &plugin).await.expect_err("stopped");
    let ExtensionError::OverLimit { limit, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(limit, "memory of 2 MiB");
}

#[tokio::test]
async fn a_slow_erp_does_not_count_as_computing_time() {
    let parts = support::parts_with(|options| options.latency = std::time::Duration::from_millis(150)).await;
    let limits = Limits {
        wall_time_milliseconds: 50,
        ..Limits::default()
    };
    let plugin = load(
        &parts,
        permit(&parts, &["customers.reserve"], limits),
        &reserving(),
    )
    .expect("load");
    handle(&parts, &plugin)
        .await
        .expect("handled although the call took longer than the guest may compute");
}

#[tokio::test]
async fn a_file_that_is_no_component_says_so() {
    let parts = parts().await;
    let error = load(&parts, permit(&parts, &[], Limits::default()), b"not wasm").expect_err("refused");
    assert_eq!(error.phase, "compile");
    assert!(error.hint.contains("WebAssembly component"));
}
