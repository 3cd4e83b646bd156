//! Scripts and plugins replaced under load: nothing is lost, and no broken version ever judges.

#![cfg(test)]

mod support;

use serde_json::{Value, json};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use support::{Installation, contact, guest};

const CHANGES: usize = 20;
/// With this many deliveries waiting, there is load enough; more would only have to be waited for at the end.
const ENOUGH: u64 = 50;

/// Skips the contacts it is told to and says by which version.
fn policy(version: usize) -> String {
    format!("fn judge(record) {{ if record.k_code == \"skip\" {{ return \"by version {version}\"; }} true }}")
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
    replace(
        &installation,
        &installation.script("admission"),
        policy(0).as_bytes(),
    );
    until_serving(&installation, "admission", &shipped).await;

    let done = AtomicBool::new(false);
    let filed = AtomicUsize::new(0);
    let load = async {
        while !done.load(Ordering::Relaxed) {
            let status = installation.get("/v1/status").await;
            if status["deliveries"]["pending"].as_u64() >= Some(ENOUGH) {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
            let first = filed.fetch_add(10, Ordering::Relaxed);
            let contacts: Vec<Value> = (first..first + 10).map(numbered).collect();
            installation.file(&contacts).await;
        }
    };
    let change = async {
        let mut versions = Vec::new();
        for version in 1..=CHANGES {
            let script = installation.script("admission");
            let broken = b"fn judge(record) { return \"broken\"; ";
            let before =
                until_broken(&installation, &script, || replace(&installation, &script, broken)).await;
            replace(&installation, &script, policy(version).as_bytes());
            until_serving(&installation, "admission", &before).await;
            judged_by(&installation, version).await;

            let plugin = installation.plugin("wechat-customer");
            let good = mapping(&component, version);
            // Written in place, as by someone who copies it slowly: the first half stays alone for a while.
            let half = || std::fs::write(&plugin, &good[..good.len() / 2]).expect("half a plugin");
            let before = until_broken(&installation, &plugin, half).await;
            replace(&installation, &plugin, &good);
            until_serving(&installation, "wechat-customer", &before).await;
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
        (&(filed + CHANGES).into(), &0.into()),
        "{counts}"
    );
    for number in 0..filed {
        let contact = installation
            .get(&format!("/v1/records/contact/c-{number:05}"))
            .await;
        let outcome = contact["deliveries"][0]["outcome"]
            .as_str()
            .expect("an outcome")
            .to_owned();
        if number.is_multiple_of(2) {
            assert!(outcome.starts_with("linked: "), "{outcome}");
        } else {
            assert!(outcome.starts_with("skipped: by version "), "{contact}");
        }
    }
    assert_eq!(installation.stop().await, Some(0));
}

/// Every other contact is one that the policy skips.
fn numbered(number: usize) -> Value {
    let mut contact = contact(number);
    contact["k_code"] = json!(if number.is_multiple_of(2) { "keep" } else { "skip" });
    contact
}

/// Puts new content in a file's place at once: whoever looks sees the old or the new, never half of it.
fn replace(installation: &Installation, file: &Path, content: &[u8]) {
    let temporary = installation.folder.path().join("replacement.tmp");
    std::fs::write(&temporary, content).expect("the new content");
    std::fs::rename(temporary, file).expect("in its place");
}

/// Files a contact that the policy skips, and waits until this version has said so.
async fn judged_by(installation: &Installation, version: usize) {
    let id = format!("probe-{version}");
    let mut probe = contact(version);
    probe["id"] = json!(id);
    probe["k_code"] = json!("skip");
    installation.file(&[probe]).await;
    let judgement = installation
        .until("the new version judges", async |_| {
            let probe = installation.get(&format!("/v1/records/contact/{id}")).await;
            probe["deliveries"][0]["outcome"].as_str().map(str::to_owned)
        })
        .await;
    assert_eq!(judgement, format!("skipped: by version {version}"));
}

/// Breaks a file and waits until the host has said so; the version that goes on serving.
async fn until_broken(installation: &Installation, file: &Path, break_it: impl FnOnce()) -> Value {
    let name = file.file_stem().and_then(|stem| stem.to_str()).expect("a name");
    let before = version_of(installation, name).await;
    break_it();
    installation
        .until("the broken file is noticed", async |_| {
            let found = extension(installation, name).await;
            assert_eq!(found["version"], before, "the old version goes on");
            (found["state"] == "serving-previous").then_some(())
        })
        .await;
    before
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
