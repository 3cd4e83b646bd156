//! Bounds of a whole invocation: all that it holds, all that it asks of the host, and all the time it takes.

use super::slow;
use super::support::{Parts, parts, parts_with};
use super::{event, now, script_with};
use std::time::Duration;
use sunmao_runtime::{Extension, ExtensionError, Invocation, Limits};

/// Milliseconds of computing that no test reaches.
const FAR_AWAY: u64 = 600_000;

async fn run(parts: &Parts, limits: Limits, body: &str) -> Result<(), ExtensionError> {
    let script = script_with(parts, limits, &format!("fn handle(event) {{ {body} }}"));
    script.handle(&now(parts), &event("{}")).await
}

async fn exceeded(parts: &Parts, limits: Limits, body: &str) -> String {
    match run(parts, limits, body).await {
        Err(ExtensionError::OverLimit { limit, .. }) => limit,
        other => panic!("{body}: {other:?}"),
    }
}

fn small() -> Limits {
    Limits {
        memory_megabytes: 16,
        wall_time_milliseconds: FAR_AWAY,
        invocation_seconds: FAR_AWAY,
        ..Limits::default()
    }
}

#[tokio::test]
async fn all_that_a_script_holds_counts_whatever_it_keeps_it_in() {
    let parts = parts().await;
    for body in [
        // Strings in a map, in an array, bytes in a map, strings in the variables of calls; and one that catches errors.
        "let m = #{}; for i in 0..90000 { m[`k${i}`] = s + i; }",
        "let a = []; a.pad(1000, ()); for i in 0..1000 { a[i] = s + i; }",
        "let m = #{}; for i in 0..1000 { m[`k${i}`] = blob(90000, 1); }",
        "deeper(s, 0);",
        "let m = #{}; for i in 0..1000 { try { m[`k${i}`] = s + i; } catch { } }",
    ] {
        let body = format!(
            "let s = \"x\"; s.pad(900000, \"y\"); {body} return; }} fn deeper(s, n) {{ let t = s + n; deeper(s, n + 1)"
        );
        assert_eq!(
            exceeded(&parts, small(), &body).await,
            "memory of 16 MiB",
            "{body}"
        );
    }
}

#[tokio::test]
async fn what_a_script_gives_back_does_not_count() {
    let parts = parts().await;
    let body = r#"for i in 0..20 { let s = "x"; s.pad(900000, "y"); let t = s + i; }"#;
    run(&parts, small(), body).await.expect("a megabyte at a time");
    // Nor does what the host allocates for it in passing.
    let body = "for i in 0..10 { customers::list(#{ page_size: 100 }); }";
    run(&parts, small(), body).await.expect("a page at a time");
}

#[tokio::test]
async fn host_calls_are_counted_and_the_script_cannot_go_on() {
    let parts = parts().await;
    let limits = Limits {
        host_calls: 10,
        ..small()
    };
    let expected = "10 host calls of one invocation (host_calls)";
    for body in [
        "loop { try { state::get(\"a\"); } catch { } }",
        "loop { try { customers::list(); } catch { } }",
        // It makes nothing of it and ends well.
        "for i in 0..11 { try { state::get(\"a\"); } catch { } }",
    ] {
        assert_eq!(exceeded(&parts, limits, body).await, expected, "{body}");
    }
    let body = "for i in 0..10 { state::get(\"a\"); }";
    run(&parts, limits, body).await.expect("as many as it may");
}

#[tokio::test]
async fn an_invocation_ends_in_time_however_it_spends_it() {
    let limits = Limits {
        invocation_seconds: 1,
        host_call_milliseconds: FAR_AWAY,
        script_operations: u64::MAX,
        ..small()
    };
    let slow_erp = parts_with(|options| options.latency = Duration::from_millis(100)).await;
    let silent_erp = parts_with(|options| options.latency = Duration::from_secs(3_600)).await;
    let slow_store = slow::state(parts().await, Duration::from_millis(50));
    let silent_store = slow::state(parts().await, Duration::from_secs(3_600));
    for (parts, body) in [
        (
            &slow_erp,
            "for page in 1..101 { customers::list(#{ page_index: page }) }",
        ),
        (&silent_erp, "try { customers::list(); } catch { }"),
        (&slow_store, "loop { try { state::get(\"a\"); } catch { } }"),
        (&silent_store, "try { state::put(\"a\", \"b\"); } catch { }"),
        (&slow_store, "loop { }"),
    ] {
        let limit = exceeded(parts, limits, body).await;
        let expected = "time of 1 s for one invocation, host calls included (invocation_seconds)";
        assert_eq!(limit, expected, "{body}");
    }
}

/// Looping scripts take turns, so one that is soon done need not wait until they have ended.
#[tokio::test]
async fn a_short_script_does_not_wait_for_those_that_compute_for_long() {
    let parts = parts().await;
    let limits = Limits {
        script_operations: u64::MAX,
        ..small()
    };
    let endless = script_with(&parts, limits, "fn handle(event) { loop { } }");
    let short = script_with(&parts, limits, "fn handle(event) { state::put(\"a\", \"b\"); }");
    let (invocation, event) = (now(&parts), event("{}"));
    let looping = futures::future::join_all((0..8).map(|_| endless.handle(&invocation, &event)));
    let done = async {
        for _ in 0..10 {
            short.handle(&invocation, &event).await.expect("done");
        }
    };
    tokio::select! {
        ended = looping => panic!("it ended: {ended:?}"),
        () = done => {}
    }
}

#[tokio::test]
async fn state_has_room_for_so_much() {
    let parts = parts().await;
    let limits = Limits {
        state_keys: 3,
        state_megabytes: 1,
        ..small()
    };
    let text = |body: &str| {
        format!(
            "let s = \"\"; s.pad(400000, \"y\"); try {{ {body} }} catch (problem) {{ throw problem.message + problem.hint; }}"
        )
    };
    for body in [
        "for i in 0..4 { state::put(`k${i}`, \"\"); }",
        "for i in 0..4 { state::compare_and_set(`k${i}`, (), \"\"); }",
        "for i in 0..3 { state::put(`k${i}`, s); }",
    ] {
        let error = run(&parts, limits, &text(body))
            .await
            .expect_err("full")
            .to_string();
        assert!(
            error.contains("at most 3 keys of 1048576 bytes"),
            "{body}: {error}"
        );
        assert!(error.contains("state_keys"), "{body}: {error}");
        run(&parts, limits, "for i in 0..3 { state::delete(`k${i}`); }")
            .await
            .expect("room again");
    }
}

#[tokio::test]
async fn events_are_bounded_in_number_and_in_hops() {
    let parts = parts().await;
    let heard = vec!["script listener".to_owned()];
    parts.host.automations.store(heard.into());
    let emit = "events::emit(\"again\", event.key, #{});";
    let waiting = || async {
        parts
            .host
            .store
            .deliveries
            .counts()
            .await
            .expect("counts")
            .pending
    };

    let limits = Limits { events: 5, ..small() };
    let error = run(&parts, limits, &format!("loop {{ {emit} }}"))
        .await
        .expect_err("enough");
    assert!(
        error.to_string().contains("more than 5 events of one invocation"),
        "{error}"
    );
    assert_eq!(waiting().await, 5);

    let script = script_with(&parts, limits, &format!("fn handle(event) {{ {emit} }}"));
    for (hops, may) in [(7, true), (8, false)] {
        let invocation = Invocation { hops, ..now(&parts) };
        let outcome = script.handle(&invocation, &event("{}")).await;
        assert_eq!(outcome.is_ok(), may, "{hops}: {outcome:?}");
        if let Err(error) = outcome {
            assert!(error.to_string().contains("event_hops"), "{error}");
        }
    }
    assert_eq!(waiting().await, 6);

    let limits = Limits {
        events_waiting: 8,
        ..small()
    };
    let error = run(&parts, limits, &format!("loop {{ {emit} }}"))
        .await
        .expect_err("enough");
    assert!(
        error
            .to_string()
            .contains("8 events already wait for script listener (events_waiting)"),
        "{error}"
    );
    assert_eq!(waiting().await, 8);
}

#[tokio::test]
async fn arguments_and_values_are_bounded() {
    let parts = parts().await;
    let limits = Limits {
        value_bytes: 10_000,
        ..small()
    };
    let text = "let s = \"\"; s.pad(9000, \"y\");";
    for (body, expected) in [
        (
            "customers::list(#{ customer_name: s, customer_number: s });",
            "arguments of 18 KB, at most 10 KB",
        ),
        ("state::put(\"a\", s + s);", "value of 18000 bytes"),
        ("events::emit(\"a\", \"b\", s + s);", "event payload of"),
    ] {
        let error = run(&parts, limits, &format!("{text} {body}"))
            .await
            .expect_err("too large");
        assert!(error.to_string().contains(expected), "{body}: {error}");
    }
}
