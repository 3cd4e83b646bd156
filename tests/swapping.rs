//! Scripts and plugins replaced under load: nothing is lost, and no broken version ever judges.

#![cfg(test)]

mod support;

use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use support::{Installation, contact, guest};

const CHANGES: usize = 20;

/// Skips the contacts it is told to and says by which version.
fn policy(version: usize) -> String {
    format!(
        "fn admit(contact) {{ if contact.k_code == \"skip\" {{ return \"by version {version}\"; }} true }}"
    )
}

/// A component of other content that does the same: a custom section at the end counts for nothing but its hash.
fn mapping(component: &[u8], version: usize) -> Vec<u8> {
    let mut content = component.to_vec();
    content.extend([0, 6, 4]);
    content.extend(b"mark");
    content.push(u8::try_from(version).expect("few versions"));
    content
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_changes_of_each_under_load_lose_nothing() {
    let installation = Installation::start(|_| {}).await;
    let component = guest("plugins/dist/wechat-customer.wasm");
    let shipped = version_of(&installation, "admission").await;
    std::fs::write(installation.script("admission"), policy(0)).expect("policy");
    until_serving(&installation, "admission", &shipped).await;

    let done = AtomicBool::new(false);
    let filed = AtomicUsize::new(0);
    let load = async {
        while !done.load(Ordering::Relaxed) {
            let first = filed.fetch_add(10, Ordering::Relaxed);
            let contacts: Vec<Value> = (first..first + 10).map(numbered).collect();
            installation.file(&contacts).await;
        }
    };
    let change = async {
        let mut versions = Vec::new();
        for version in 1..=CHANGES {
            replace_twice(
                &installation.script("admission"),
                b"fn admit(contact) { return \"broken\"; ",
                policy(version).as_bytes(),
                &installation,
            )
            .await;
            let good = mapping(&component, version);
            replace_twice(
                &installation.plugin("wechat-customer"),
                &good[..good.len() / 2],
                &good,
                &installation,
            )
            .await;
            versions.push(version_of(&installation, "wechat-customer").await);
        }
        done.store(true, Ordering::Relaxed);
        versions
    };
    let ((), versions) = tokio::join!(load, change);
    let distinct: std::collections::BTreeSet<String> = versions.iter().map(Value::to_string).collect();
    assert_eq!(distinct.len(), CHANGES, "every version of the plugin served");

    let counts = installation.until_idle().await;
    let filed = filed.load(Ordering::Relaxed);
    assert_eq!(
        (&counts["done"], &counts["dead"]),
        (&filed.into(), &0.into()),
        "{counts}"
    );
    let mut judges = std::collections::BTreeSet::new();
    for number in 0..filed {
        let contact = installation.get(&format!("/v1/hub/contacts/c-{number:05}")).await;
        let outcome = contact["deliveries"][0]["outcome"]
            .as_str()
            .expect("an outcome")
            .to_owned();
        if number.is_multiple_of(2) {
            assert!(outcome.starts_with("linked: "), "{outcome}");
        } else {
            let judge = outcome
                .strip_prefix("skipped: by version ")
                .unwrap_or_else(|| panic!("{contact}"));
            judges.insert(judge.parse::<usize>().expect("a version"));
        }
    }
    assert!(judges.len() > CHANGES / 2, "versions that judged: {judges:?}");
    assert_eq!(installation.stop().await, Some(0));
}

/// Every other contact is one that the policy skips.
fn numbered(number: usize) -> Value {
    let mut contact = contact(number);
    contact["k_code"] = json!(if number.is_multiple_of(2) { "keep" } else { "skip" });
    contact
}

/// Writes a broken version, waits until the host has said so, and then a good one, and waits until it serves.
async fn replace_twice(file: &Path, broken: &[u8], good: &[u8], installation: &Installation) {
    let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
    let before = version_of(installation, name).await;
    std::fs::write(file, broken).expect("broken");
    installation
        .until("the broken file is noticed", async |_| {
            let found = extension(installation, name).await;
            assert_eq!(found["version"], before, "the old version goes on");
            (found["state"] == "serving-previous").then_some(())
        })
        .await;
    std::fs::write(file, good).expect("good");
    until_serving(installation, name, &before).await;
}

async fn until_serving(installation: &Installation, name: &str, not: &Value) {
    installation
        .until("the new version serves", async |_| {
            let found = extension(installation, name).await;
            (found["state"] == "serving" && found["version"] != *not).then_some(())
        })
        .await;
}

async fn version_of(installation: &Installation, name: &str) -> Value {
    extension(installation, name).await["version"].clone()
}

async fn extension(installation: &Installation, name: &str) -> Value {
    let all = installation.get("/v1/extensions").await;
    let items = all["items"].as_array().expect("a list");
    items
        .iter()
        .find(|item| item["name"] == name)
        .expect("the extension")
        .clone()
}
