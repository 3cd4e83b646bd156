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
