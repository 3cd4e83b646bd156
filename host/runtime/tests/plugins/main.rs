//! What the host lets a component do: what it imports, what it was granted, and how long and large it may be.

#![cfg(test)]

#[path = "../support/guests.rs"]
mod guests;
#[path = "../support/slow.rs"]
mod slow;
#[path = "../support/mod.rs"]
mod support;

mod imports;
mod limits;
mod roles;
mod sharing;

use guests::{automation, component, policy};
use std::sync::Arc;
use sunmao_catalogue::{Record, RecordKind, Value};
use sunmao_runtime::plugins::{Engine, Plugin, engine};
use sunmao_runtime::{
    Decision, Event, Extension, ExtensionError, Grants, Invocation, Limits, LoadError, Permit,
};
use support::Parts;

const AUTOMATION: &str = "world guest { export sunmao:plugin/event-handler@0.1.0; }";
const RESERVING: &str =
    "world guest { import zhibang:erp/customers@0.1.0; export sunmao:plugin/event-handler@0.1.0; }";
const POLICY: &str = "world guest { export sunmao:plugin/contact-policy@0.1.0; }";

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

/// Reads one of its own keys with the body's help: `$get` takes the key's place and length, and a place for the result.
fn reading_state(body: &str) -> Vec<u8> {
    let import = r#"(import "sunmao:host/state@0.1.0" "get" (func $get (param i32 i32 i32)))"#;
    component(
        "world guest { import sunmao:host/state@0.1.0; export sunmao:plugin/event-handler@0.1.0; }",
        &automation(import, body),
    )
}

/// Admits every contact, after the body has run.
fn admitting(body: &str) -> Vec<u8> {
    component(POLICY, &policy("", body))
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

/// A contact as guests see it.
fn contact() -> Record {
    Record::from_iter([("id".to_owned(), Value::from("c-1"))])
}

fn contacts(parts: &Parts) -> Arc<RecordKind> {
    parts.host.kinds.load().find("contact").expect("shipped").clone()
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
    load_on(&engine(None).expect("engine"), parts, permit, content)
}

fn load_on(engine: &Engine, parts: &Parts, permit: Arc<Permit>, content: &[u8]) -> Result<Plugin, LoadError> {
    Plugin::load(engine, parts.host.clone(), permit, "guest", content)
}

async fn handle(parts: &Parts, plugin: &Plugin) -> Result<(), ExtensionError> {
    plugin
        .handle(&Invocation::at(parts.host.clock.now()), &event())
        .await
}

async fn admit(parts: &Parts, plugin: &Plugin) -> Result<Decision, ExtensionError> {
    plugin
        .judge(
            &Invocation::at(parts.host.clock.now()),
            &contacts(parts),
            &contact(),
        )
        .await
}
