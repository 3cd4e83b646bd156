//! Walking a list of a simulated ERP while others add and remove records between the pages.

use std::collections::BTreeSet;
use sunmao_catalogue::{Arguments, Catalogue, Value};
use sunmao_erp_client::{ErpClient, Settings};
use sunmao_simulator::{Fault, Faults, Options, Simulator};

async fn start(seed: u64, faults: Faults) -> (Simulator, ErpClient) {
    let options = Options {
        seed,
        size: 240,
        faults,
        ..Options::default()
    };
    let address = ([127, 0, 0, 1], 0).into();
    let simulator = Simulator::start(options.clone(), address).await.unwrap();
    let mut settings = Settings::new(
        simulator.base_url().parse().unwrap(),
        options.username,
        options.password.into(),
        "SUNMAOTEST01",
    );
    settings.requests_per_second = 1_000_000;
    (simulator, ErpClient::new(settings).unwrap())
}

/// The keys of all customers that the ERP holds now.
async fn held(simulator: &Simulator) -> BTreeSet<i64> {
    let url = format!("{}/_simulator/records/customers", simulator.base_url());
    let page: serde_json::Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let records = page["records"].as_array().unwrap();
    let keys = records.iter().map(|record| record["ord"].to_string());
    keys.map(|key| key.trim_matches('"').parse().unwrap()).collect()
}

#[tokio::test]
async fn each_record_comes_once_and_none_that_stays_is_missed() {
    let catalogue = Catalogue::shared();
    let list = catalogue.find("customers.list").unwrap();
    for fault in [Fault::RowInserted, Fault::RowDeleted] {
        for seed in 1..=5 {
            let (simulator, client) = start(seed, Faults::none().with(fault, 0.4).unwrap()).await;
            let before = held(&simulator).await;
            let mut arguments = Arguments::default();
            arguments.set("pagesize", Value::Integer(20));
            let mut pages = client.pages(list, arguments).unwrap();
            let mut came = Vec::new();
            while let Some(page) = pages.next().await.unwrap() {
                let key = page.column("ord").unwrap();
                came.extend(page.rows.iter().filter_map(|row| row[key].as_integer()));
            }
            let happened = simulator
                .ledger()
                .iter()
                .filter(|entry| entry.fault.is_some())
                .count();
            assert!(happened > 1, "{fault} {seed}: the list did not move");
            let once: BTreeSet<i64> = came.iter().copied().collect();
            assert_eq!(once.len(), came.len(), "{fault} {seed}: a record came twice");
            let after = held(&simulator).await;
            let missed: Vec<&i64> = before
                .intersection(&after)
                .filter(|key| !once.contains(key))
                .collect();
            assert!(missed.is_empty(), "{fault} {seed}: {missed:?} were missed");
            assert_eq!(pages.doubt(), None);
            simulator.stop().await;
        }
    }
}
