//! Copies of the store: by hand beside a running host, by a plan, and back in its place.

use crate::bare::{Bare, bare, served};
use crate::serve::send;
use crate::support::{Sunmao, eventually, simulator, until};
use reqwest::Client;
use serde_json::{Value, json};
use std::path::PathBuf;
use sunmao_simulator::Options;

async fn file(host: &Bare, id: &str, company: &str) -> Value {
    let request = Client::new().put(host.address(&format!("/v1/records/contact/{id}")));
    let (status, answer) = send(request.json(&json!({ "company_name": company }))).await;
    assert_eq!(status, 202, "{answer}");
    answer
}

fn copies(host: &Bare) -> Vec<PathBuf> {
    let found = std::fs::read_dir(host.sunmao.folder.path().join("backups"));
    let mut copies: Vec<PathBuf> = found
        .into_iter()
        .flatten()
        .map(|copy| copy.unwrap().path())
        .collect();
    copies.retain(|copy| copy.extension().is_some_and(|ending| ending == "sqlite"));
    copies.sort_unstable();
    copies
}

/// Serves again in the same folder.
async fn again(host: &mut Bare) {
    host.running = host.sunmao.start(&["serve", "--json", "--listen", "127.0.0.1:0"]);
    let ready = host.running.next().await.expect("the host is ready");
    host.url = ready["url"].as_str().unwrap().to_owned();
}

#[tokio::test]
async fn a_running_host_is_copied_and_the_copy_takes_its_place_once_it_has_ended() {
    let host = bare("", &[]).await;
    file(&host, "c-1", "样例木作").await;
    let copied = host.sunmao.run(&["backup", "copies/one.sqlite", "--json"]).await;
    assert_eq!(copied.code, Some(0), "{}", copied.stderr);
    assert_eq!(
        (&copied.json()["records"], &copied.json()["file"]),
        (&json!(1), &json!("copies/one.sqlite"))
    );
    let last = file(&host, "c-2", "别家").await["change"].as_i64().unwrap();

    let twice = host.sunmao.run(&["backup", "copies/one.sqlite"]).await;
    assert_eq!(twice.code, Some(1));
    assert!(twice.stderr.contains("is there already"), "{}", twice.stderr);
    let nowhere = host.sunmao.run(&["backup"]).await;
    assert_eq!(nowhere.code, Some(2), "{}", nowhere.stderr);
    assert!(nowhere.stderr.contains("[store.backup]"), "{}", nowhere.stderr);
    let served = host.sunmao.run(&["restore", "copies/one.sqlite"]).await;
    assert_eq!(served.code, Some(1));
    assert!(served.stderr.contains("already works on it"), "{}", served.stderr);
    let looked = host.sunmao.run(&["restore", "copies/one.sqlite", "--dry"]).await;
    assert_eq!(looked.code, Some(0), "{}", looked.stderr);
    assert!(
        looked.stdout.contains("1 records") && looked.stdout.contains("sound"),
        "{}",
        looked.stdout
    );

    host.running.signal("-TERM").await;
    let mut host = host;
    assert_eq!(host.running.ended().await, Some(0));
    let restored = host.sunmao.run(&["restore", "copies/one.sqlite"]).await;
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    assert!(
        restored.stdout.contains("sunmao.sqlite.before-"),
        "{}",
        restored.stdout
    );
    again(&mut host).await;
    let page = eventually(&host.address("/v1/records/contact"), |_| true).await;
    let ids: Vec<&Value> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["id"])
        .collect();
    assert_eq!(ids, [&json!("c-1")]);
    assert!(file(&host, "c-3", "又一家").await["change"].as_i64().unwrap() > last + 1_000_000);
    let audit = eventually(&host.address("/v1/audit"), |_| true).await;
    let words = audit["items"][0]["message"].as_str().unwrap_or_default();
    assert!(words.starts_with("restored from copies/one.sqlite"), "{audit}");
}

#[tokio::test]
async fn a_host_copies_itself_by_its_plan_and_keeps_the_newest() {
    let plan = "[store.backup]\nfolder = \"backups\"\nevery = \"1s\"\nkeep = 2\n";
    let host = bare(plan, &[]).await;
    let strange = host.sunmao.write("backups/sunmao-notes.sqlite", "somebody's");
    let cut_short = host
        .sunmao
        .write("backups/sunmao-20200101T000000Z.sqlite.partial", "half");
    file(&host, "c-1", "样例木作").await;
    until("two copies lie beside what is somebody's", async || {
        let newest = copies(&host);
        newest.len() >= 3
    })
    .await;
    let first = copies(&host)[0].clone();
    until("the first is forgotten", async || !first.exists()).await;
    assert!(!cut_short.exists(), "what a killed host left of a copy is gone");
    assert!(
        strange.exists(),
        "what the host did not make is not its to delete"
    );
    let status = eventually(&host.address("/v1/status"), |status| {
        !status["backup"]["last_at"].is_null()
    })
    .await;
    assert_eq!(status["backup"]["error"], Value::Null, "{status}");
    let newest = copies(&host).into_iter().rfind(|copy| *copy != strange).unwrap();
    let newest = newest
        .strip_prefix(host.sunmao.folder.path())
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    // It may be forgotten meanwhile; then a newer one is there.
    let looked = host.sunmao.run(&["restore", &newest, "--dry"]).await;
    assert!(
        looked.code == Some(0) || !host.sunmao.folder.path().join(&newest).exists(),
        "{}",
        looked.stderr
    );
}

#[tokio::test]
async fn a_copy_that_cannot_be_made_is_told_and_the_host_goes_on() {
    let plan = "[store.backup]\nfolder = \"backups\"\nevery = \"1h\"\n";
    let host = bare(plan, &[]).await;
    until("the first copy is made", async || copies(&host).len() == 1).await;
    assert_eq!(host.sunmao.run(&["backup"]).await.code, Some(0));
    let second = bare(
        "[store.backup]\nfolder = \"sunmao.toml/backups\"\nevery = \"1h\"\n",
        &[],
    )
    .await;
    let failed = eventually(&second.address("/v1/status"), |status| {
        status["backup"]["error"].is_object()
    })
    .await;
    let message = failed["backup"]["error"]["message"].as_str().unwrap_or_default();
    assert!(message.contains("sunmao.toml/backups"), "{failed}");
    file(&second, "c-1", "样例木作").await;
    let doctor = second
        .sunmao
        .run(&["doctor", "--json", "--url", &second.url])
        .await;
    let report: Value = serde_json::from_str(&doctor.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let found = findings
        .iter()
        .find(|finding| finding["subject"] == "[store.backup]")
        .unwrap();
    assert_eq!(found["sound"], false, "{found}");
    file(&host, "c-1", "样例木作").await;
    let doctor = host.sunmao.run(&["doctor", "--json", "--url", &host.url]).await;
    let report: Value = doctor.json();
    let findings = report["findings"].as_array().unwrap();
    let growth = findings
        .iter()
        .find(|finding| finding["subject"] == "[store] growth")
        .unwrap();
    let note = growth["note"].as_str().unwrap();
    assert!(
        note.contains("a day") && note.contains("records 1 (1 new, ") && note.contains("left on its disk"),
        "{note}"
    );
    let found = findings
        .iter()
        .find(|finding| finding["subject"] == "[store.backup]")
        .unwrap();
    assert_eq!(found["sound"], true, "{found}");
}

#[tokio::test]
async fn a_damaged_store_is_not_served_and_says_how_to_go_on() {
    let mut host = bare("", &[]).await;
    for number in 0..50 {
        file(&host, &format!("c-{number}"), &"木".repeat(90)).await;
    }
    assert_eq!(host.sunmao.run(&["backup", "copy.sqlite"]).await.code, Some(0));
    host.running.signal("-TERM").await;
    assert_eq!(host.running.ended().await, Some(0));
    let store = host.sunmao.folder.path().join("data/sunmao.sqlite");
    let mut content = std::fs::read(&store).unwrap();
    let page = 4_096 * (content.len() / 4_096 / 2);
    content[page..page + 4_096].fill(0xA5);
    std::fs::write(&store, content).unwrap();
    let refused = host.sunmao.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("sunmao restore FILE"),
        "{}",
        refused.stderr
    );
    let restored = host.sunmao.run(&["restore", "copy.sqlite"]).await;
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    again(&mut host).await;
    eventually(&host.address("/v1/records/contact/c-49"), |record| {
        record["body"].is_object()
    })
    .await;
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten_as_the_settings_say() {
    let options = Options::default();
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options).with("SUNMAO_TEST_CLOCK_FILE", "clock");
    let settings = "[store.keep]\naudit_days = 5\n[server]\ngrants = [\"customers.list\"]\n";
    sunmao.write("sunmao.toml", settings);
    sunmao.write("clock", "0");
    let mut host = served(erp, sunmao).await;
    let asked = Client::new()
        .post(host.address("/v1/erp/customers.list"))
        .json(&json!({}));
    assert_eq!(send(asked).await.0, 200);
    let listed = |audit: &Value| {
        let rows = audit["items"].as_array().unwrap();
        rows.iter().any(|row| row["operation"] == "customers.list")
    };
    eventually(&host.address("/v1/audit"), listed).await;
    for (days, is_kept) in [(4, true), (6, false)] {
        host.running.signal("-TERM").await;
        assert_eq!(host.running.ended().await, Some(0));
        host.sunmao.write("clock", &(days * 86_400).to_string());
        again(&mut host).await;
        let audit = match is_kept {
            true => eventually(&host.address("/v1/audit"), listed).await,
            false => eventually(&host.address("/v1/audit"), |audit| !listed(audit)).await,
        };
        assert_eq!(listed(&audit), is_kept);
        let verified = host
            .sunmao
            .run(&["audit", "verify", "--json", "--url", &host.url])
            .await;
        assert_eq!(verified.code, Some(0), "{}", verified.stderr);
        let forgotten = verified.json()["forgotten"].as_i64();
        assert_eq!(forgotten > Some(0), !is_kept, "{}", verified.stdout);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_look_into_the_store_its_copies_and_the_cache() {
    use std::os::unix::fs::PermissionsExt as _;
    let plan = "[store.backup]\nfolder = \"backups\"\nevery = \"1h\"\n";
    let options = Options::default();
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    sunmao.write("sunmao.toml", plan);
    // As an earlier installation left it.
    let cache = sunmao
        .write("data/cache/verdicts/one", "{}")
        .parent()
        .unwrap()
        .parent()
        .unwrap()
        .to_owned();
    for folder in [cache.as_path(), cache.parent().unwrap()] {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    std::fs::write(cache.parent().unwrap().join("sunmao.sqlite"), "").unwrap();
    let host = served(erp, sunmao).await;
    file(&host, "c-1", "样例木作").await;
    until("a copy is made", async || copies(&host).len() == 1).await;
    let folder = host.sunmao.folder.path();
    let mut looked_at = 0;
    for place in ["data/cache", "backups"] {
        let place = folder.join(place);
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&place), 0o700, "{}", place.display());
    }
    for place in ["data", "backups"] {
        for file in std::fs::read_dir(folder.join(place)).unwrap() {
            let file = file.unwrap();
            if file.file_name() == "cache" {
                continue;
            }
            let mode = file.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}", file.path().display());
            looked_at += 1;
        }
    }
    // The store, its log, its index, its lock, what is known of logins, and a copy.
    assert!(looked_at >= 5, "{looked_at}");
}
