//! The host while its disk is full, while its ERP is out, and with guests that never end.

use crate::support::{Running, Sunmao, eventually, nobody, simulator};
use serde_json::{Value, json};
use std::time::Duration;
use sunmao_simulator::{Options, Simulator};

const CONFIGURATION: &str = r#"
    [extensions]
    plugins_folder = "plugins"
    scripts_folder = "scripts"
    cache_folder = "cache"
    [erp]
    requests_per_second = 10000
    [script.endless]
    grants = ["customers.list"]
    [flow.push]
    on = "contact.saved"
    mapping = "scripts/mapping.rhai"
    write = "customers.save-company"
    link = "customer"
"#;
const MAPPING: &str = r#"fn map(record) {
    #{ customer_name: record.company_name, customer_number: record.k_code, customer_category: "1",
       contact_name: record.real_name }
}"#;
const ENDLESS: &str =
    "fn handle(event) { for page in 1..100000 { customers::list(#{ page_index: page }); } }";
const SERVE: [&str; 4] = ["serve", "--json", "--listen", "127.0.0.1:0"];

fn furnished(sunmao: Sunmao) -> Sunmao {
    sunmao.write("sunmao.toml", CONFIGURATION);
    sunmao.write("scripts/mapping.rhai", MAPPING);
    sunmao
}

async fn slow_erp() -> (Simulator, Sunmao) {
    let options = Options {
        size: 10,
        latency: Duration::from_millis(100),
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = furnished(Sunmao::of(&erp, &options));
    (erp, sunmao)
}

async fn url(running: &mut Running) -> String {
    let ready = running.next().await.expect("the host is ready");
    ready["url"].as_str().unwrap().to_owned()
}

async fn file(url: &str, contacts: usize) {
    let lines: Vec<String> = (0..contacts)
        .map(|number| {
            json!({ "id": format!("c-{number}"), "k_code": format!("N-{number}"), "real_name": "李一",
                    "company_name": format!("示例 {number}") })
            .to_string()
        })
        .collect();
    let filed = reqwest::Client::new()
        .post(format!("{url}/v1/records/contact"))
        .header("content-type", "application/x-ndjson")
        .body(lines.join("\n"))
        .send();
    assert_eq!(filed.await.unwrap().status(), 202);
}

async fn until_deliveries(url: &str, stand: impl Fn(&Value) -> bool) -> Value {
    eventually(&format!("{url}/v1/status"), |status| stand(&status["deliveries"])).await
}

#[tokio::test]
async fn a_disk_that_was_full_holds_work_up_no_longer_than_it_was() {
    let (_erp, sunmao) = slow_erp().await;
    let mut running = sunmao.start_unharmed_by_full_disks(&SERVE);
    let url = url(&mut running).await;
    let contacts = 8;
    file(&url, contacts).await;
    until_deliveries(&url, |deliveries| deliveries["leased"].as_u64() > Some(2)).await;
    running.limit_files("1").await;
    // Long enough for what is in hand to come to its end, which cannot be written.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let full = reqwest::Client::new()
        .put(format!("{url}/v1/records/contact/late"))
        .json(&json!({}));
    assert_eq!(full.send().await.unwrap().status(), 503, "the disk is full");
    running.limit_files("unlimited").await;
    until_deliveries(&url, |deliveries| deliveries["done"] == contacts).await;
    assert_eq!(running.terminate().await, Some(0));
}

#[tokio::test]
async fn an_erp_that_is_out_is_told_of_once() {
    let sunmao = furnished(Sunmao::new())
        .with("SUNMAO_ERP_BASE_URL", &nobody())
        .with("SUNMAO_ERP_USERNAME", "sunmao")
        .with("SUNMAO_ERP_PASSWORD", "secret");
    let (mut running, log) = sunmao.start_logged(&SERVE);
    let url = url(&mut running).await;
    file(&url, 500).await;
    let held_up = |status: &Value| status["held_up"]["flow push"]["message"].is_string();
    let status = eventually(&format!("{url}/v1/status"), held_up).await;
    let message = status["held_up"]["flow push"]["message"].as_str().unwrap();
    assert!(message.contains("the ERP account main is out"), "{status}");
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(running.terminate().await, Some(0));
    let log = log.await.unwrap();
    let told = log.iter().filter(|line| line.contains("the ERP is out")).count();
    assert_eq!(told, 1, "{}", log.join("\n"));
    assert!(log.len() < 100, "{} lines:\n{}", log.len(), log.join("\n"));
}

#[tokio::test]
async fn a_host_whose_guests_never_end_stops_all_the_same() {
    let (_erp, sunmao) = slow_erp().await;
    sunmao.write("scripts/endless.rhai", ENDLESS);
    let mut running = sunmao.start(&SERVE);
    let first = url(&mut running).await;
    file(&first, 8).await;
    until_deliveries(&first, |deliveries| {
        deliveries["done"] == 8 && deliveries["leased"].as_u64() > Some(0)
    })
    .await;
    let stopped = tokio::time::timeout(Duration::from_secs(30), running.terminate()).await;
    assert_eq!(stopped.expect("stopped in time"), Some(0));

    std::fs::remove_file(sunmao.folder.path().join("scripts/endless.rhai")).unwrap();
    let mut running = sunmao.start(&SERVE);
    let again = url(&mut running).await;
    let status = until_deliveries(&again, |deliveries| deliveries["leased"] == 0).await;
    assert_eq!(status["deliveries"]["pending"], 8, "none is lost: {status}");
    assert_eq!(running.terminate().await, Some(0));
}

#[tokio::test]
async fn an_erp_that_may_be_asked_more_at_once_is() {
    let options = Options {
        size: 10,
        latency: Duration::from_millis(300),
        ..Options::default()
    };
    let erp = simulator(&options).await;
    let sunmao = furnished(Sunmao::of(&erp, &options)).with("SUNMAO_ERP_CONCURRENCY", "16");
    let mut running = sunmao.start(&SERVE);
    let url = url(&mut running).await;
    file(&url, 40).await;
    until_deliveries(&url, |deliveries| deliveries["leased"].as_u64() > Some(16)).await;
    until_deliveries(&url, |deliveries| deliveries["done"] == 40).await;
    assert_eq!(running.terminate().await, Some(0));
}
