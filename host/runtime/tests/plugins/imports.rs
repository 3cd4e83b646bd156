//! What a component imports: listed, compared with ours, granted, and proven pure where it must be.

use super::guests::{automation, component, foreign_component, policy};
use super::support::parts;
use super::{RESERVING, admit, handle, load, permit, reserving};
use sunmao_runtime::plugins::{engine, surface};
use sunmao_runtime::{Decision, Limits};

#[tokio::test]
async fn a_components_imports_are_listed_before_it_runs() {
    let parts = parts().await;
    let engine = engine(None).expect("engine");
    let surface = surface(
        &engine,
        &parts.host.catalogue,
        &parts.host.kinds.load(),
        "guest",
        &reserving(),
    )
    .expect("surface");
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
    assert_eq!(error.phase, "check types");
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
    assert_eq!(error.phase, "check types");
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
async fn a_file_that_is_no_component_says_so() {
    let parts = parts().await;
    let error = load(&parts, permit(&parts, &[], Limits::default()), b"not wasm").expect_err("refused");
    assert_eq!(error.phase, "compile");
    assert!(error.hint.contains("WebAssembly component"));
}

/// Ours but for the order of the states, which is what a guest would read wrongly.
#[tokio::test]
async fn another_session_status_than_ours_is_refused_before_it_is_called() {
    let parts = parts().await;
    let types = include_str!("../../../../wit/deps/zhibang-erp/types.wit");
    let session = include_str!("../../../../wit/deps/zhibang-erp/session.wit");
    let swapped = session
        .replace("signed-out,", "first,")
        .replace("signed-in,", "signed-out,")
        .replace("first,", "signed-in,");
    assert_ne!(swapped, session);
    let erp = format!("{types}{swapped}");
    let plugin = "package sunmao:plugin@0.1.0; interface event-handler { f: func(); }";
    let module = r#"(module (import "zhibang:erp/session@0.1.0" "status" (func $status (param i32)))
        (memory (export "memory") 1)
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 0))
        (func (export "sunmao:plugin/event-handler@0.1.0#f") (call $status (i32.const 16))))"#;
    let world = "world guest { import zhibang:erp/session@0.1.0; export sunmao:plugin/event-handler@0.1.0; }";
    let content = foreign_component(&[&erp, plugin], world, module);
    let error = load(&parts, permit(&parts, &["*"], Limits::default()), &content).expect_err("refused");
    assert_eq!(error.phase, "check types");
    assert!(
        error.message.contains("imports session.status with other types"),
        "{error}"
    );
}

#[tokio::test]
async fn our_own_session_status_is_served() {
    let parts = parts().await;
    let import = r#"(import "zhibang:erp/session@0.1.0" "status" (func $status (param i32)))"#;
    let content = component(
        "world guest { import zhibang:erp/session@0.1.0; export sunmao:plugin/event-handler@0.1.0; }",
        &automation(import, "(call $status (i32.const 2048))"),
    );
    let plugin = load(&parts, permit(&parts, &[], Limits::default()), &content).expect("load");
    handle(&parts, &plugin).await.expect("handled");
}

#[tokio::test]
async fn a_policy_that_touches_something_is_refused_with_what_it_touches() {
    let parts = parts().await;
    for (interface, function, touched) in [
        (
            "sunmao:host/state@0.1.0",
            r#""delete" (func (param i32 i32 i32))"#,
            "state",
        ),
        (
            "zhibang:erp/session@0.1.0",
            r#""status" (func (param i32))"#,
            "session.status",
        ),
        (
            "zhibang:erp/customers@0.1.0",
            r#""reserve" (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32))"#,
            "customers.reserve",
        ),
    ] {
        let world =
            format!("world guest {{ import {interface}; export sunmao:plugin/contact-policy@0.1.0; }}");
        let content = component(
            &world,
            &policy(&format!("(import \"{interface}\" {function})"), ""),
        );
        let error = load(&parts, permit(&parts, &["*"], Limits::default()), &content).expect_err("refused");
        assert_eq!(error.phase, "check types");
        let expected = format!(
            "plays the role policy contact, which may import log, settings, clock only, and imports {touched};"
        );
        assert!(error.message.contains(&expected), "{error}");
    }
}

#[tokio::test]
async fn a_policy_may_read_the_clock_and_its_settings_and_write_to_the_log() {
    let parts = parts().await;
    let imports = r#"(import "sunmao:host/clock@0.1.0" "unix-milliseconds" (func $now (result i64)))
        (import "sunmao:host/settings@0.1.0" "get" (func $setting (param i32 i32 i32)))
        (import "sunmao:host/log@0.1.0" "write" (func $log (param i32 i32 i32 i32 i32)))"#;
    let zeros = "(i32.const 0)".repeat(2);
    let body = format!(
        "(drop (call $now)) (call $setting {zeros} (i32.const 2048)) (call $log (i32.const 2) {zeros} {zeros})"
    );
    let world = "world guest { import sunmao:host/clock@0.1.0; import sunmao:host/settings@0.1.0;
        import sunmao:host/log@0.1.0; export sunmao:plugin/contact-policy@0.1.0; }";
    let content = component(world, &policy(imports, &body));
    let plugin = load(&parts, permit(&parts, &[], Limits::default()), &content).expect("load");
    plugin.self_test().await.expect("starts");
    assert_eq!(admit(&parts, &plugin).await.expect("judged"), Decision::Admit);
}

#[tokio::test]
async fn an_object_at_two_versions_is_listed_once() {
    let parts = parts().await;
    let engine = engine(None).expect("engine");
    let types = include_str!("../../../../wit/deps/zhibang-erp/types.wit");
    let customers = include_str!("../../../../wit/deps/zhibang-erp/customers.wit");
    let newer = format!("{types}{customers}").replace("zhibang:erp@0.1.0", "zhibang:erp@0.1.9");
    let function = "(func (param i32 i32 i32 i32 i32 i32 i32 i32 i32))";
    let imports = ["0.1.0", "0.1.9"]
        .map(|version| format!("(import \"zhibang:erp/customers@{version}\" \"reserve\" {function})"));
    let world = RESERVING.replace("{ import", "{ import zhibang:erp/customers@0.1.9; import");
    let content = super::guests::component_with(&[&newer], &world, &automation(&imports.concat(), ""));
    let surface = surface(
        &engine,
        &parts.host.catalogue,
        &parts.host.kinds.load(),
        "guest",
        &content,
    )
    .expect("surface");
    assert_eq!(surface.operations, ["customers.reserve"]);
}
