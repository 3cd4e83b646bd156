//! What the shipped components may call. `cargo xtask guests` builds them.

use super::calls;
use std::fs;
use std::path::Path;

fn calls_of(component: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../plugins/dist")
        .join(component);
    let bytes = fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; build it with `cargo xtask guests`", path.display()));
    calls(&bytes).unwrap()
}

#[test]
fn a_mapping_calls_nothing() {
    assert!(calls_of("wechat-customer.wasm").is_empty());
}

#[test]
fn an_automation_calls_what_it_uses_and_nothing_else() {
    let mut calls = calls_of("examples/hello-automation.wasm");
    calls.sort();
    let expected = [
        "sunmao:host/log.write",
        "sunmao:host/state.compare-and-set",
        "sunmao:host/state.get",
        "zhibang:erp/customers.list",
    ];
    assert_eq!(calls, expected);
}
