//! Bad guests beside good ones in one host: contacts still become customers, and the bad ones are paused or cut short.

#![cfg(test)]

mod support;

use serde_json::Value;
use support::{Installation, contact};

const CONTACTS: u64 = 20;
/// Deliveries that end with a letter before a version is paused: the third one in a row waits.
const BEFORE_A_PAUSE: u64 = 2;

const LOOPING: &str = "fn handle(event) { loop { } }";
const HOARDING: &str = r#"fn handle(event) {
    let s = "x"; s.pad(100000, "y"); let m = #{}; for i in 0..90000 { m[`k${i}`] = s + i; }
}"#;
const TALKING: &str = r#"fn handle(event) { let s = "客"; s.pad(200000, "客"); log::error(s); throw s; }"#;

#[tokio::test(flavor = "multi_thread")]
async fn bad_guests_that_hear_of_every_contact_stop_nobody() {
    let host = Installation::start(|_| {}).await;
    for (name, source) in [("looping", LOOPING), ("hoarding", HOARDING), ("talking", TALKING)] {
        std::fs::write(host.script(name), source).expect("script");
    }
    host.until("all serve", async |status| {
        (status["extensions"]["all"] == 6).then_some(())
    })
    .await;
    let contacts: Vec<Value> = (0..CONTACTS)
        .map(|number| contact(usize::try_from(number).expect("few")))
        .collect();
    host.file(&contacts).await;
    let dead = CONTACTS + 2 * BEFORE_A_PAUSE;
    host.until(
        "all contacts are customers and the bad guests at rest",
        async |status| {
            let counts = &status["deliveries"];
            (counts["done"] == CONTACTS && counts["dead"] == dead && counts["leased"] == 0).then_some(())
        },
    )
    .await;
    let all = host.get("/v1/extensions").await;
    let items = all["items"].as_array().expect("items");
    for (name, limit) in [
        ("looping", "exceeded its "),
        ("hoarding", "exceeded its memory of 64 MiB"),
    ] {
        let item = items
            .iter()
            .find(|item| item["name"] == name)
            .expect("it is listed");
        assert_eq!(item["state"], "paused", "{item}");
        let why = item["error"]["message"].as_str().expect("a reason");
        assert!(why.contains(limit) && why.ends_with("3 times in a row"), "{why}");
    }
    let letters = host.get("/v1/dead").await.to_string();
    assert!(letters.contains("KB in all)"), "cut, with its length");
    // 600 KB each, kept in more than one place, and as many log lines.
    let store = std::fs::metadata(host.folder.path().join("sunmao.sqlite")).expect("store");
    assert!(
        letters.len() < 200_000 && store.len() < 2_000_000,
        "{} and {} bytes",
        letters.len(),
        store.len()
    );
    // A better version ends the pause, and what waited is handled.
    std::fs::write(host.script("looping"), "fn handle(event) { }").expect("script");
    std::fs::write(host.script("hoarding"), "fn handle(event) { let better = 1; }").expect("script");
    host.until("what waited is handled", async |status| {
        let counts = &status["deliveries"];
        (counts["pending"] == 0 && counts["leased"] == 0).then_some(())
    })
    .await;
    assert_eq!(host.get("/v1/status").await["deliveries"]["dead"], dead);
    assert_eq!(host.stop().await, Some(0));
}
