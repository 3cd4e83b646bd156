//! What plugins share: the host's instances and its threads. None may keep the others from theirs.

use super::guests::{automation, component};
use super::support::{parts, parts_with};
use super::{AUTOMATION, admitting, handle, load, load_on, permit, reserving};
use futures::FutureExt;
use std::sync::Arc;
use std::time::Duration;
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{ExtensionError, Limits};

/// More than the host has instances.
const TOO_MANY: usize = 201;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_work_goes_on_while_guests_loop_on_every_thread() {
    let parts = Arc::new(parts().await);
    let limits = Limits {
        wall_time_milliseconds: 30_000,
        ..Limits::default()
    };
    let endless = component(AUTOMATION, &automation("", "(loop (br 0))"));
    let plugin = load(&parts, permit(&parts, &[], limits), &endless).expect("load");
    let plugin = Arc::new(plugin);
    let guests = [0, 1].map(|_| {
        let (parts, plugin) = (parts.clone(), plugin.clone());
        tokio::spawn(async move { handle(&parts, &plugin).await })
    });
    let other_work = tokio::spawn(async {
        for _ in 0..50 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    other_work.await.expect("done");
    for guest in guests {
        assert!(!guest.is_finished(), "the guests still loop");
        guest.abort();
    }
}

#[tokio::test]
async fn a_host_without_a_free_instance_is_asked_again_later() {
    let parts = parts_with(|options| options.latency = Duration::from_secs(60)).await;
    let permit = permit(&parts, &["customers.reserve"], Limits::default());
    let plugin = load(&parts, permit, &reserving()).expect("load");
    // All but the last have an instance, and wait for the ERP.
    let calls = (0..TOO_MANY).map(|_| handle(&parts, &plugin).boxed_local());
    let (first, ..) = futures::future::select_all(calls).await;
    let error = first.expect_err("no instance");
    assert!(error.is_transient(), "{error}");
    assert!(matches!(error, ExtensionError::Broken { .. }), "{error}");
}

#[tokio::test]
async fn idle_instances_leave_room_for_others() {
    let parts = parts().await;
    let (engine, content) = (engine(None).expect("engine"), admitting(""));
    let permit = permit(&parts, &[], Limits::default());
    let mut plugins = Vec::new();
    for _ in 0..TOO_MANY {
        let plugin = load_on(&engine, &parts, permit.clone(), &content).expect("load");
        plugin.self_test().await.expect("an instance to start");
        plugins.push(plugin);
    }
}
