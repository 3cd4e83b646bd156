//! `sunmao init`: a folder that serves right away, and nothing overwritten.

use crate::support::{Sunmao, calls, plugins_folder, simulator};
use serde_json::Value;
use sunmao_simulator::Options;

async fn init(sunmao: &Sunmao, arguments: &[&str]) -> crate::support::Ended {
    let plugins = plugins_folder();
    let folder = plugins.to_str().unwrap();
    let all = [&["init", "--plugins-folder", folder], arguments].concat();
    sunmao.run(&all).await
}

#[tokio::test]
async fn what_is_chosen_is_checked_written_and_served() {
    let options = Options {
        size: 12,
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = Sunmao::of(&erp, &options);
    let done = init(&sunmao, &["--integration", "tickets", "--json"]).await;
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let report = done.json();
    assert_eq!(
        report["integrations"],
        serde_json::json!(["customers", "tickets"])
    );
    let asked = report["erp"]["operations"].as_array().unwrap();
    let answer = |name: &str| {
        let mut asked = asked.iter();
        let found = asked.find(|one| one["operation"] == name).unwrap();
        found["answer"].as_str().unwrap().to_owned()
    };
    for read in [
        "customers.list",
        "customers.get",
        "service-tickets.list",
        "service-tickets.get",
    ] {
        assert_eq!(answer(read), "allowed", "{report}");
    }
    assert_eq!(answer("customers.save-company"), "not-asked");
    let flows = report["erp"]["flows"].as_array().unwrap();
    let forecast = |flow: &str| {
        let mut flows = flows.iter();
        let found = flows.find(|one| one["flow"] == flow).unwrap();
        found["words"].as_str().unwrap().to_owned()
    };
    assert_eq!(
        forecast("customer-pull"),
        "12 rows of customers.list would come in as contact"
    );
    let wrote = |name: &&String| {
        ["save", "reserve", "handle"]
            .iter()
            .any(|verb| name.contains(verb))
    };
    assert_eq!(calls(&erp).iter().find(wrote), None, "only reads");
    for file in [
        "sunmao.toml",
        ".env",
        "scripts/ticket-pull.rhai",
        "fixtures/ticket-pull.json",
        "plugins/wechat-customer.wasm",
    ] {
        assert!(sunmao.folder.path().join(file).is_file(), "{file}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(sunmao.folder.path().join(".env"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let mut running = sunmao.start(&["serve", "--json", "--listen", "127.0.0.1:0"]);
    let url = running.next().await.expect("the host is ready")["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let flows: Value = reqwest::get(format!("{url}/v1/flows"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let names: Vec<&str> = flows["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|flow| flow["name"].as_str())
        .collect();
    assert_eq!(
        names,
        ["customer-pull", "customer-push", "ticket-handle", "ticket-pull"]
    );
}

#[tokio::test]
async fn nothing_is_overwritten_and_what_is_missing_is_named() {
    let sunmao = Sunmao::new();
    let unsaid = init(&sunmao, &["--offline", "--json"]).await;
    assert_eq!(unsaid.code, Some(2), "{}", unsaid.stderr);
    assert!(
        unsaid.error()["hint"].as_str().unwrap().contains("customers"),
        "{}",
        unsaid.stderr
    );
    let slip = init(&sunmao, &["--offline", "--integration", "ticket", "--json"]).await;
    assert!(
        slip.error()["hint"]
            .as_str()
            .unwrap()
            .contains("did you mean tickets"),
        "{}",
        slip.stderr
    );
    let unreached = init(&sunmao, &["--integration", "tickets", "--json"]).await;
    assert_ne!(unreached.code, Some(0));
    assert!(
        !sunmao.folder.path().join("sunmao.toml").exists(),
        "nothing was written"
    );
    sunmao.write("scripts/ticket-pull.rhai", "fn map(row) { #{} }");
    let refused = init(&sunmao, &["--offline", "--integration", "tickets", "--json"]).await;
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("scripts/ticket-pull.rhai"),
        "{}",
        refused.stderr
    );
    assert!(
        !sunmao.folder.path().join("sunmao.toml").exists(),
        "nothing was written"
    );
    std::fs::remove_file(sunmao.folder.path().join("scripts/ticket-pull.rhai")).unwrap();
    let done = init(&sunmao, &["--offline", "--all"]).await;
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    for template in ["quotation.html", "quotation.sheet.toml"] {
        let file = sunmao.folder.path().join("templates").join(template);
        assert!(file.is_file(), "{}", file.display());
    }
    let read = sunmao.run(&["doctor", "--json"]).await;
    assert!(
        read.stdout.contains("[erp]"),
        "the configuration is sound: {}{}",
        read.stdout,
        read.stderr
    );
    let again = init(&sunmao, &["--offline", "--all", "--json"]).await;
    assert_eq!(again.code, Some(0), "{}", again.stderr);
    let files = again.json()["files"].as_array().unwrap().clone();
    assert!(files.iter().all(|file| file["what"] == "kept"), "{files:?}");
}
