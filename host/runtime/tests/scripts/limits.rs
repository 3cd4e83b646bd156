//! Where a script is stopped: each limit by its name, and the host serves on.

use super::slow;
use super::support::{Parts, parts, parts_with};
use super::{event, now, script, script_with};
use std::sync::Arc;
use std::time::{Duration, Instant};
use sunmao_runtime::{Extension, ExtensionError, Limits};

/// Whatever a test waits for happens within this time, or the test fails.
const PATIENCE: Duration = Duration::from_secs(120);
/// Milliseconds of computing that no test reaches.
const FAR_AWAY: u64 = 600_000;

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
        wall_time_milliseconds: FAR_AWAY,
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
    assert_eq!(
        stopped(&parts, limits, "loop { }").await,
        "computing time of 50 ms"
    );
}

/// The script may compute a thousand times what it needs, and waits for longer than that.
#[tokio::test]
async fn waiting_for_the_host_is_not_computing() {
    let waiting = Duration::from_millis(1_500);
    let limits = Limits {
        wall_time_milliseconds: 1_000,
        ..Limits::default()
    };
    let slow_erp = parts_with(|options| options.latency = waiting).await;
    let slow_store = slow::state(parts().await, waiting);
    for (parts, call) in [(slow_erp, "customers::list()"), (slow_store, "state::get(\"a\")")] {
        // The clock is looked at while the script computes.
        let source = format!("fn handle(event) {{ {call}; let n = 0; for i in 0..1000 {{ n += i; }} }}");
        let script = script_with(&parts, limits, &source);
        script.handle(&now(&parts), &event("{}")).await.expect(call);
    }
}

#[tokio::test]
async fn waiting_for_a_thread_is_not_computing() {
    // 128 scripts on 64 threads, and an ERP that answers 4 of them at once: half of them wait for 1.6 s and more before
    // they begin, which is longer than they may compute.
    let parts = parts_with(|options| options.latency = Duration::from_millis(100)).await;
    let limits = Limits {
        wall_time_milliseconds: 1_000,
        ..Limits::default()
    };
    let script = script_with(
        &parts,
        limits,
        "fn handle(event) { customers::list(); let n = 0; for i in 0..1000 { n += i; } }",
    );
    let (invocation, event) = (now(&parts), event("{}"));
    let runs = (0..128).map(|_| script.handle(&invocation, &event));
    for run in futures::future::join_all(runs).await {
        run.expect("begun late and in time");
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_given_up_and_the_script_told() {
    let parts = slow::state(parts().await, Duration::from_secs(3_600));
    let limits = Limits {
        host_call_milliseconds: 20,
        ..Limits::default()
    };
    let source = "fn handle(event) { try { state::get(\"a\"); } catch (problem) { throw `told: ${problem.message}`; } }";
    let script = script_with(&parts, limits, source);
    let outcome = tokio::time::timeout(PATIENCE, script.handle(&now(&parts), &event("{}"))).await;
    let error = outcome.expect("given up").expect_err("told");
    assert!(
        error.to_string().contains("told: state: no answer within 20 ms"),
        "{error}"
    );
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
    assert!(
        error.to_string().contains("longer than the call may take"),
        "{error}"
    );
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
        "fn map(contact) { let deep = 1; for i in 0..500 { deep = [deep]; } #{ customer_name: deep } }",
    );
    let error = super::asking::map(&mapping, &parts, &super::contact())
        .await
        .expect_err("too deep");
    assert!(error.to_string().contains("nested deeper than 64"), "{error}");
}

#[tokio::test]
async fn a_script_that_nobody_waits_for_stops() {
    let parts = parts().await;
    let limits = Limits {
        script_operations: u64::MAX,
        wall_time_milliseconds: FAR_AWAY,
        ..Limits::default()
    };
    let script = script_with(
        &parts,
        limits,
        "fn handle(event) { state::put(\"n\", \"1\"); loop { } }",
    );
    let state = &parts.host.store.state;
    // A script that runs holds the host.
    let idle = Arc::strong_count(&parts.host);
    let (invocation, event) = (now(&parts), event("{}"));
    let begun = async {
        while state.get("script test", "n").await.expect("store").is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        outcome = script.handle(&invocation, &event) => panic!("it runs on: {outcome:?}"),
        () = begun => {}
    }
    let dropped = Instant::now();
    while Arc::strong_count(&parts.host) > idle {
        assert!(dropped.elapsed() < PATIENCE, "it runs on");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
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
