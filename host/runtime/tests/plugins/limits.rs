//! How long and how large a guest may be, and what does not count.

use super::guests::{automation, component, with_memories};
use super::slow;
use super::support::{parts, parts_with};
use super::{AUTOMATION, admit, admitting, handle, load, permit, reading_state, reserving};
use std::time::Duration;
use sunmao_runtime::{ExtensionError, Limits};

/// What a guest here may compute: a thousand times what it needs, so that no busy machine makes it run over.
const COMPUTING: Duration = Duration::from_secs(1);
/// What the host takes in the meantime.
const WAITING: Duration = Duration::from_millis(1_500);

fn computing() -> Limits {
    Limits {
        wall_time_milliseconds: u64::try_from(COMPUTING.as_millis()).expect("small"),
        ..Limits::default()
    }
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

/// 32 pages are the limit, and no memory here has more than 20.
#[tokio::test]
async fn the_memory_limit_is_that_of_all_memories_together() {
    let parts = parts().await;
    let limits = Limits {
        memory_megabytes: 2,
        ..Limits::default()
    };
    let small = component(AUTOMATION, &automation("", ""));
    let one = load(
        &parts,
        permit(&parts, &[], limits),
        &with_memories(small.clone(), 20, 1),
    )
    .expect("load");
    one.self_test().await.expect("room enough");
    let two = load(&parts, permit(&parts, &[], limits), &with_memories(small, 20, 2)).expect("load");
    let error = two.self_test().await.expect_err("too large");
    assert_eq!(error.phase, "self-test");
    assert_eq!(error.message, "starting it exceeded its memory of 2 MiB");
    assert!(error.hint.contains("[plugin.guest.limits]"), "{error}");
}

/// Each call keeps 5 MiB; the fourth on one instance would be the end of it.
#[tokio::test]
async fn an_instance_that_grows_is_replaced_before_it_runs_into_its_limit() {
    let parts = parts().await;
    let limits = Limits {
        memory_megabytes: 16,
        ..Limits::default()
    };
    let leaking = admitting("(drop (memory.grow (i32.const 80)))");
    let plugin = load(&parts, permit(&parts, &[], limits), &leaking).expect("load");
    for _ in 0..20 {
        admit(&parts, &plugin).await.expect("judged");
    }
}

#[tokio::test]
async fn a_slow_erp_does_not_count_as_computing_time() {
    let parts = parts_with(|options| options.latency = WAITING).await;
    let plugin = load(
        &parts,
        permit(&parts, &["customers.reserve"], computing()),
        &reserving(),
    )
    .expect("load");
    handle(&parts, &plugin)
        .await
        .expect("handled although the call took longer than the guest may compute");
}

#[tokio::test]
async fn a_slow_store_does_not_count_as_computing_time() {
    let parts = slow::state(parts().await, WAITING);
    let get = "(call $get (i32.const 0) (i32.const 0) (i32.const 2048))";
    // Only guest code that runs after the call can be stopped for what the call took.
    let body = format!(
        "(local $left i32) (local.set $left (i32.const 1000)) {get}
        (loop (br_if 0 (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))"
    );
    let plugin = load(&parts, permit(&parts, &[], computing()), &reading_state(&body)).expect("load");
    handle(&parts, &plugin).await.expect("handled");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_given_up_and_the_guest_told() {
    let parts = slow::state(parts().await, Duration::from_secs(3_600));
    let limits = Limits {
        host_call_milliseconds: 20,
        ..Limits::default()
    };
    // Whether the look-up failed is what `handle` returns.
    let body = "(call $get (i32.const 0) (i32.const 0) (i32.const 2048))
        (i32.store8 (i32.const 1024) (i32.load8_u (i32.const 2048)))";
    let plugin = load(&parts, permit(&parts, &[], limits), &reading_state(body)).expect("load");
    let outcome = tokio::time::timeout(Duration::from_secs(60), handle(&parts, &plugin)).await;
    let error = outcome.expect("given up").expect_err("told");
    assert!(
        matches!(error, ExtensionError::Broken { phase: "handle", .. }),
        "{error}"
    );
}

fn reading(body: &str) -> Vec<u8> {
    // The key's place and length, and a place for the result.
    reading_state(&body.replace("READ", "(call $get (i32.const 0) (i32.const 1) (i32.const 2048))"))
}

#[tokio::test]
async fn host_calls_are_counted_and_the_plugin_cannot_go_on() {
    let parts = parts().await;
    let limits = Limits {
        host_calls: 10,
        wall_time_milliseconds: 600_000,
        ..Limits::default()
    };
    // For ever, and eleven times before it ends well.
    let for_ever = "(loop READ (br 0))".to_owned();
    for body in [for_ever, "READ ".repeat(11)] {
        let plugin = load(&parts, permit(&parts, &[], limits), &reading(&body)).expect("load");
        let error = handle(&parts, &plugin).await.expect_err("too many");
        let ExtensionError::OverLimit { limit, .. } = error else {
            panic!("{error}")
        };
        assert_eq!(limit, "10 host calls of one invocation (host_calls)");
    }
    let plugin = load(&parts, permit(&parts, &[], limits), &reading(&"READ ".repeat(10))).expect("load");
    handle(&parts, &plugin).await.expect("as many as it may");
}

#[tokio::test]
async fn an_invocation_ends_in_time_host_calls_included() {
    let limits = Limits {
        invocation_seconds: 1,
        wall_time_milliseconds: 600_000,
        host_call_milliseconds: 600_000,
        ..Limits::default()
    };
    let slow_store = slow::state(parts().await, Duration::from_millis(50));
    let silent_store = slow::state(parts().await, Duration::from_secs(3_600));
    let silent_erp = parts_with(|options| options.latency = Duration::from_secs(3_600)).await;
    for (parts, plugin) in [
        (&slow_store, reading("(loop READ (br 0))")),
        (&silent_store, reading("READ")),
        (&silent_erp, reserving()),
        (
            &slow_store,
            component(AUTOMATION, &automation("", "(loop (br 0))")),
        ),
    ] {
        let plugin = load(parts, permit(parts, &["customers.reserve"], limits), &plugin).expect("load");
        let error = handle(parts, &plugin).await.expect_err("too long");
        let ExtensionError::OverLimit { limit, .. } = error else {
            panic!("{error}")
        };
        assert!(limit.starts_with("time of 1 s for one invocation"), "{limit}");
    }
}

/// Guests that compute for long take turns, also with themselves: none of them is lost.
#[tokio::test]
async fn guests_that_compute_for_long_all_end_at_their_computing_time() {
    let parts = parts().await;
    let limits = Limits {
        wall_time_milliseconds: 100,
        ..Limits::default()
    };
    let endless = component(AUTOMATION, &automation("", "(loop (br 0))"));
    let plugin = load(&parts, permit(&parts, &[], limits), &endless).expect("load");
    let ended = futures::future::join_all((0..8).map(|_| handle(&parts, &plugin))).await;
    for outcome in ended {
        assert!(
            matches!(outcome, Err(ExtensionError::OverLimit { .. })),
            "{outcome:?}"
        );
    }
}

/// An instance that waits for its next call keeps nobody from computing.
#[tokio::test]
async fn an_idle_instance_holds_no_turn() {
    let parts = parts().await;
    let patient = Limits {
        wall_time_milliseconds: 600_000,
        invocation_seconds: 600,
        ..Limits::default()
    };
    let count = "(local $n i32) (local.set $n (i32.const 300000000)) \
                 (loop $on (local.set $n (i32.sub (local.get $n) (i32.const 1))) (br_if $on (local.get $n)))";
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut idle = Vec::new();
    for _ in 0..cores {
        let plugin = load(&parts, permit(&parts, &[], patient), &admitting(count)).expect("load");
        admit(&parts, &plugin).await.expect("admitted");
        idle.push(plugin);
    }
    let limits = Limits {
        wall_time_milliseconds: 100,
        ..Limits::default()
    };
    let endless = component(AUTOMATION, &automation("", "(loop (br 0))"));
    let plugin = load(&parts, permit(&parts, &[], limits), &endless).expect("load");
    let ended = tokio::time::timeout(Duration::from_secs(120), handle(&parts, &plugin)).await;
    let error = ended.expect("its turn comes").expect_err("cut off");
    assert!(matches!(error, ExtensionError::OverLimit { .. }), "{error}");
}
