//! Scripts on a host with real parts: what they may call, what they are told, where they are stopped.

#![cfg(test)]

#[path = "../support/roles.rs"]
mod asking;
#[path = "../support/slow.rs"]
mod slow;
#[path = "../support/mod.rs"]
mod support;

mod bounds;
mod calls;
mod check;
mod limits;
mod roles;
mod services;
mod shipped;

use std::alloc::System;
use std::sync::Arc;
use sunmao_catalogue::{Record, Value};
use sunmao_runtime::scripts::Script;
use sunmao_runtime::scripts::memory::Counting;
use sunmao_runtime::{Event, Extension, ExtensionError, Grants, Invocation, Limits, LoadError, Permit};
use support::Parts;

/// As the program has it: without it, a script's memory is bounded by its strings and collections alone.
#[global_allocator]
static ALLOCATOR: Counting<System> = Counting(System);

/// A script that may do everything, on `parts`.
fn script(parts: &Parts, source: &str) -> Script {
    script_with(parts, Limits::default(), source)
}

fn script_with(parts: &Parts, limits: Limits, source: &str) -> Script {
    let grants = Grants::everything(&parts.host.catalogue);
    load(
        parts,
        Permit {
            grants,
            limits,
            ..Permit::default()
        },
        source,
    )
    .expect("a sound script")
}

fn load(parts: &Parts, permit: Permit, source: &str) -> Result<Script, LoadError> {
    Script::load(parts.host.clone(), Arc::new(permit), "test", source)
}

fn now(parts: &Parts) -> Invocation {
    Invocation::at(parts.host.clock.now())
}

/// Runs the body of `handle(event)`.
async fn handle(parts: &Parts, body: &str) -> Result<(), ExtensionError> {
    let script = script(parts, &format!("fn handle(event) {{ {body} }}"));
    script.handle(&now(parts), &event("{}")).await
}

/// The text that an expression gives, as `handle` logs it into the script's own state.
async fn evaluate(parts: &Parts, body: &str) -> String {
    let body = format!("let value = {{ {body} }}; state::put(\"value\", value.to_string());");
    handle(parts, &body).await.expect("handled");
    let entry = parts
        .host
        .store
        .state
        .get("script test", "value")
        .await
        .expect("store")
        .expect("a value");
    entry.value
}

fn event(payload: &str) -> Event {
    Event {
        id: 7,
        name: "test.event".into(),
        key: "k".into(),
        payload: payload.into(),
        attempt: 2,
    }
}

fn contact() -> Record {
    asking::record([
        ("id", Value::from("c-1")),
        ("wx_id", Value::from("wx-1")),
        ("company_name", Value::from("宁波晨光机械有限公司")),
        ("phone", Value::from("19900000001")),
        ("phone_verified", Value::Bool(true)),
        ("score", Value::Integer(80)),
    ])
}
