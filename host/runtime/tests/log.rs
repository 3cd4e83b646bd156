//! What extensions may write to the host's log: so much in a minute, in lines of a length, and it is said what is missing.

#![cfg(test)]

mod support;

use std::io;
use std::sync::{Arc, Mutex};
use sunmao_runtime::scripts::Script;
use sunmao_runtime::{Event, Extension, Invocation, Limits, Permit};

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("unbroken").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_script_that_logs_without_end_fills_no_disk() {
    let kept = Kept::default();
    let writer = kept.clone();
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .init();
    let parts = support::parts().await;
    let permit = Permit {
        limits: Limits {
            log_lines_per_minute: 20,
            wall_time_milliseconds: 600_000,
            ..Limits::default()
        },
        ..Permit::default()
    };
    let source = "fn handle(event) { let s = \"\"; s.pad(100000, \"y\"); \
                  for i in 0..200 { log::info(s, #{ field: s }); print(s); debug(s); } }";
    let script = Script::load(parts.host.clone(), Arc::new(permit), "guest", source).expect("sound");
    let event = Event {
        id: 1,
        name: "test".into(),
        key: "k".into(),
        payload: "{}".into(),
        attempt: 1,
    };
    // What it may write is counted over its invocations.
    for _ in 0..3 {
        let invocation = Invocation::at(parts.host.clock.now());
        script.handle(&invocation, &event).await.expect("handled");
    }
    let log = String::from_utf8(kept.0.lock().expect("unbroken").clone()).expect("text");
    let lines = log.lines().filter(|line| line.contains("extension: ")).count();
    // A minute's worth, and a line for each three seconds that this took.
    assert!((20..200).contains(&lines), "{lines} lines");
    assert!(log.len() < 2_000_000, "{} bytes", log.len());
    assert!(log.contains("… (100 KB in all)"));
    assert!(log.contains("its log is dropped: more than 20 lines (log_lines_per_minute)"));
}
