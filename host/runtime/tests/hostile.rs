//! Extensions that serve and mean no good: what they hand over is kept small, and one that keeps running into its limits
//! is paused until it changes.

#![cfg(test)]

#[path = "support/roles.rs"]
mod asking;
mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use sunmao_catalogue::Record;
use sunmao_runtime::plugins::engine;
use sunmao_runtime::{
    Decision, Event, ExtensionError, ExtensionKind, ExtensionSettings, ExtensionState, ExtensionStatus,
    Extensions, ExtensionsSettings, Flows, Invocation, Limits, SharedExtension,
};
use sunmao_store::NewDelivery;
use support::{Parts, parts};

/// Whatever a test waits for happens within this time, or the test fails.
const PATIENCE: Duration = Duration::from_secs(120);
/// A long text, `s`.
const LONG: &str = "let s = \"\"; s.pad(100000, \"客\"); ";
/// What is kept of one, with what the host says around it.
const KEPT: usize = 5 * 1024;

fn settings(parts: &Parts, limits: Limits) -> ExtensionsSettings {
    let granted = ExtensionSettings {
        grants: vec!["events".to_owned()],
        ..ExtensionSettings::default()
    };
    ExtensionsSettings {
        plugins_folder: parts.folder.path().join("plugins"),
        scripts_folder: parts.folder.path().join("scripts"),
        limits,
        plugins: BTreeMap::new(),
        scripts: BTreeMap::from([("guest".to_owned(), granted)]),
    }
}

fn write(parts: &Parts, source: &str) {
    let folder = parts.folder.path().join("scripts");
    std::fs::create_dir_all(&folder).expect("folder");
    std::fs::write(folder.join("guest.rhai"), source).expect("script");
}

async fn start(parts: &Parts, limits: Limits, source: &str) -> Extensions {
    write(parts, source);
    let engine = engine(None).expect("engine");
    Extensions::start(parts.host.clone(), engine, settings(parts, limits)).await
}

fn guest(extensions: &Extensions) -> SharedExtension {
    extensions.get(ExtensionKind::Script, "guest").expect("it serves")
}

fn status(extensions: &Extensions) -> ExtensionStatus {
    let mut status = extensions.status();
    assert_eq!(status.len(), 1);
    status.remove(0)
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

fn now(parts: &Parts) -> Invocation {
    Invocation::at(parts.host.clock.now())
}

async fn handle(parts: &Parts, extensions: &Extensions) -> Result<(), ExtensionError> {
    guest(extensions).handle(&now(parts), &event()).await
}

#[tokio::test]
async fn every_text_that_a_guest_hands_over_is_cut_and_says_how_long_it_was() {
    let parts = parts().await;
    for body in [
        "throw s;",
        "throw #{ message: s, retry: true };",
        "throw #{ kind: \"refused\", message: s, hint: s };",
        "let m = #{}; m.a = [s]; throw m;",
    ] {
        let source = format!("fn handle(event) {{ {LONG} {body} }} fn map(contact) {{ {LONG} {body} }}");
        let extensions = start(&parts, Limits::default(), &source).await;
        let contact = Record::default();
        let failures = [
            handle(&parts, &extensions).await.expect_err(body),
            asking::map(&*guest(&extensions), &parts, &contact)
                .await
                .expect_err(body),
        ];
        for failure in failures {
            let whole = format!("{failure:?}");
            assert!(whole.len() < 3 * KEPT, "{body}: {} bytes", whole.len());
            assert!(
                whole.contains("in all)"),
                "{body}: {}",
                &whole[whole.len() - 100..]
            );
        }
        extensions.stop();
    }
}

#[tokio::test]
async fn a_reason_is_cut_and_a_record_refused() {
    let parts = parts().await;
    let source = format!(
        "fn judge(contact) {{ {LONG} s }} \
         fn map(contact) {{ {LONG} let m = #{{ customer_name: s }}; m.remarks = s; m }}"
    );
    let limits = Limits {
        value_bytes: 500_000,
        ..Limits::default()
    };
    let extensions = start(&parts, limits, &source).await;
    let (guest, contact) = (guest(&extensions), Record::default());
    let Ok(Decision::Skip(reason)) = asking::judge(&*guest, &parts, &contact).await else {
        panic!("skipped")
    };
    assert!(
        reason.len() < KEPT && reason.contains("in all)"),
        "{} bytes",
        reason.len()
    );
    let error = asking::map(&*guest, &parts, &contact)
        .await
        .expect_err("too large");
    assert!(
        error
            .to_string()
            .contains("a record of 600 KB, at most 500 KB (value_bytes)"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_cut() {
    let parts = parts().await;
    let calls: String = (0..5_000)
        .map(|number| format!("unknown_function_{number}();"))
        .collect();
    let extensions = start(
        &parts,
        Limits::default(),
        &format!("fn handle(event) {{ {calls} }}"),
    )
    .await;
    let error = status(&extensions).error.expect("broken");
    assert!(error.message.len() < KEPT, "{} bytes", error.message.len());
    assert!(error.message.contains("in all)"), "{error}");
}

async fn until_it_serves_again(extensions: &Extensions) {
    let begun = Instant::now();
    while status(extensions).state != ExtensionState::Serving {
        assert!(begun.elapsed() < PATIENCE, "{:?}", status(extensions));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_version_that_runs_into_its_limits_three_times_is_paused_until_it_changes() {
    let parts = parts().await;
    let short = Limits {
        wall_time_milliseconds: 50,
        script_operations: u64::MAX,
        ..Limits::default()
    };
    let extensions = start(&parts, short, "fn handle(event) { loop { } }").await;
    for _ in 0..2 {
        let error = handle(&parts, &extensions).await.expect_err("too long");
        assert!(matches!(error, ExtensionError::OverLimit { .. }), "{error}");
        assert_eq!(status(&extensions).state, ExtensionState::Serving);
    }
    // The third, and every later one without running it again.
    for _ in 0..20 {
        let error = handle(&parts, &extensions).await.expect_err("paused");
        assert!(matches!(error, ExtensionError::Paused { .. }), "{error}");
        assert!(error.is_transient(), "its deliveries wait");
    }
    let paused = status(&extensions);
    assert_eq!(paused.state, ExtensionState::Paused);
    let why = paused.error.expect("a reason").to_string();
    assert!(
        why.contains("exceeded its computing time of 50 ms 3 times in a row"),
        "{why}"
    );

    // Other limits are another try, and so is another version.
    let longer = Limits {
        wall_time_milliseconds: 60,
        ..short
    };
    extensions.reconfigure(settings(&parts, longer)).await;
    until_it_serves_again(&extensions).await;
    for _ in 0..3 {
        handle(&parts, &extensions).await.expect_err("too long");
    }
    assert_eq!(status(&extensions).state, ExtensionState::Paused);
    write(&parts, "fn handle(event) { }");
    until_it_serves_again(&extensions).await;
    handle(&parts, &extensions).await.expect("a good version");
}

#[tokio::test]
async fn a_guest_that_answers_events_with_events_comes_to_an_end() {
    let parts = parts().await;
    let source = "fn handle(event) { events::emit(\"again\", `${event.key}a`, #{}); events::emit(\"again\", `${event.key}b`, #{}); }";
    let limits = Limits {
        event_hops: 3,
        ..Limits::default()
    };
    let extensions = start(&parts, limits, source).await;
    let flows = Flows::start(parts.host.clone(), extensions, &BTreeMap::new(), limits).expect("no flows");
    let deliveries = &parts.host.store.deliveries;
    let first = NewDelivery {
        event: "begin".to_owned(),
        target: "script guest".to_owned(),
        key: "k".to_owned(),
        payload: "{}".to_owned(),
        revision: None,
        hops: 0,
    };
    deliveries
        .enqueue(vec![first], parts.host.clock.now())
        .await
        .expect("enqueued");
    let begun = Instant::now();
    loop {
        let counts = deliveries.counts().await.expect("counts");
        assert!(
            counts.pending + counts.leased + counts.done + counts.dead <= 15,
            "{counts:?}"
        );
        if counts.pending + counts.leased == 0 {
            // One, two and four were answered; the eight that may not be are told why.
            assert_eq!((counts.done, counts.dead), (7, 8));
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "{counts:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let dead = deliveries.dead(None, 1).await.expect("dead");
    let letter = dead[0].letter.as_ref().expect("a letter");
    assert!(letter.message.contains("event_hops"), "{letter:?}");
    flows.stop().await;
}
