//! Where a script is stopped: each limit by its name, and the host serves on.

use super::support::{Parts, parts, parts_with};
use super::{event, now, script, script_with};
use std::time::{Duration, Instant};
use sunmao_runtime::{Extension, ExtensionError, Limits};

async fn stopped(parts: &Parts, limits: Limits, body: &str) -> String {
    let script = script_with(
        parts,
        limits,
        &format!("fn handle(event) {{ {body} }} fn down(n) {{ down(n + 1) }}"),
    );
    match script.handle(&now(parts), &event("{}")).await {
        Err(ExtensionError::OverLimit {
            extension,
            phase,
            limit,
            ..
        }) => {
            assert_eq!((extension.as_str(), phase), ("script test", "handle"));
            limit
        }
        other => panic!("{body}: {other:?}"),
    }
}

#[tokio::test]
async fn each_limit_stops_a_script_and_is_named() {
    let parts = parts().await;
    let limits = Limits {
        script_operations: 10_000,
        script_string_bytes: 1_000,
        script_collection_items: 100,
        script_call_depth: 10,
        ..Limits::default()
    };
    for (body, expected) in [
        ("loop { }", "10000 operations"),
        (
            "let text = \"x\"; loop { text += text; }",
            "longest string of 1000 bytes",
        ),
        (
            "let text = \"\"; text.pad(1000000000, 'x');",
            "longest string of 1000 bytes",
        ),
        (
            "let items = []; loop { items.push(1); }",
            "100 items in an array or map",
        ),
        (
            "let items = [1]; loop { items += items; }",
            "100 items in an array or map",
        ),
        (
            "let map = #{}; for i in 0..1000 { map.set(`k${i}`, i); }",
            "100 items in an array or map",
        ),
        ("blob(1000000000);", "100 items in an array or map"),
        ("down(0);", "call depth of 10"),
        ("try { loop { } } catch { }", "10000 operations"),
        ("try { down(0); } catch { }", "call depth of 10"),
    ] {
        assert_eq!(stopped(&parts, limits, body).await, expected, "{body}");
    }
}

#[tokio::test]
async fn computing_time_is_limited() {
    let parts = parts().await;
    let limits = Limits {
        script_operations: u64::MAX,
        wall_time_milliseconds: 50,
        ..Limits::default()
    };
    let begun = Instant::now();
    assert_eq!(
        stopped(&parts, limits, "loop { }").await,
        "computing time of 50 ms"
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn waiting_for_the_erp_is_not_computing() {
    let parts = parts_with(|options| options.latency = Duration::from_millis(120)).await;
    let limits = Limits {
        wall_time_milliseconds: 100,
        ..Limits::default()
    };
    let script = script_with(
        &parts,
        limits,
        "fn handle(event) { customers::list(); for i in 0..200 { i; } }",
    );
    script.handle(&now(&parts), &event("{}")).await.expect("in time");
}

#[tokio::test]
async fn an_erp_call_has_a_deadline_of_its_own() {
    let parts = parts_with(|options| options.latency = Duration::from_secs(60)).await;
    let limits = Limits {
        host_call_milliseconds: 100,
        ..Limits::default()
    };
    let script = script_with(&parts, limits, "fn handle(event) { customers::list(); }");
    let error = script
        .handle(&now(&parts), &event("{}"))
        .await
        .expect_err("too late");
    assert!(error.to_string().contains("no answer within 100 ms"), "{error}");
}

/// The stack is the one resource whose end would take the process down.
#[tokio::test]
async fn the_deepest_calls_and_values_do_not_overflow_the_stack() {
    let parts = parts().await;
    let deepest = Limits {
        script_call_depth: usize::MAX,
        ..Limits::default()
    };
    let nested = format!("{}down(n){}", "[".repeat(7), "]".repeat(7));
    let source = format!("fn handle(event) {{ down(1) }} fn down(n) {{ {nested} }}");
    let script = script_with(&parts, deepest, &source);
    let error = script
        .handle(&now(&parts), &event("{}"))
        .await
        .expect_err("no end");
    assert!(matches!(error, ExtensionError::OverLimit { .. }), "{error}");
    for body in [
        "let a = []; loop { a = [a]; }",
        "let a = #{}; loop { a = #{ a: a }; }",
        "let a = 1; loop { let b = a; a = || b; }",
    ] {
        stopped(&parts, Limits::default(), body).await;
    }
}

#[tokio::test]
async fn a_value_nested_too_deep_does_not_leave_a_script() {
    let parts = parts().await;
    let mapping = script(
        &parts,
        "fn to_customer(contact) { let deep = 1; for i in 0..500 { deep = [deep]; } #{ customer_name: deep } }",
    );
    let error = mapping
        .to_customer(&now(&parts), &super::contact())
        .await
        .expect_err("too deep");
    assert!(error.to_string().contains("nested deeper than 64"), "{error}");
}

#[tokio::test]
async fn a_script_that_nobody_waits_for_stops() {
    let parts = parts().await;
    let limits = Limits {
        script_operations: u64::MAX,
        wall_time_milliseconds: 600_000,
        ..Limits::default()
    };
    let source = "fn handle(event) { let n = 0; loop { state::put(\"n\", n.to_string()); n += 1; } }";
    let script = script_with(&parts, limits, source);
    let state = parts.host.store.state.clone();
    let (invocation, event) = (now(&parts), event("{}"));
    let running = script.handle(&invocation, &event);
    let _ = tokio::time::timeout(Duration::from_millis(200), running)
        .await
        .expect_err("it runs on");
    // Two readings that agree are only possible once it has stopped: it writes as fast as it can.
    let read = async || {
        state
            .get("script test", "n")
            .await
            .expect("store")
            .map(|entry| entry.revision)
    };
    let stopped = async {
        let mut before = read().await;
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let after = read().await;
            if before == after {
                return;
            }
            before = after;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), stopped)
        .await
        .expect("it stops");
}

#[tokio::test]
async fn many_scripts_run_beside_each_other() {
    let parts = parts_with(|options| options.latency = Duration::from_millis(20)).await;
    let script = script(&parts, "fn handle(event) { customers::list(); }");
    let invocation = now(&parts);
    let event = event("{}");
    let runs = (0..200).map(|_| script.handle(&invocation, &event));
    let failed = futures::future::join_all(runs)
        .await
        .into_iter()
        .filter(Result::is_err)
        .count();
    assert_eq!(failed, 0);
}
