//! A host that dies in the middle of its work: what it accepted goes on with the next one, once.

#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;
use sunmao_simulator::ChangeKind;
use support::{Installation, contact};

const CONTACTS: usize = 60;
const CRASHES: usize = 3;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_goes_on_after_a_crash_and_makes_no_second_customer() {
    // Calls take a while, so that each crash finds some of them under way.
    let mut installation = Installation::start(|options| options.latency = Duration::from_millis(30)).await;
    let contacts: Vec<_> = (0..CONTACTS).map(contact).collect();
    installation.file(&contacts).await;
    for crash in 1..=CRASHES {
        let enough = (CONTACTS * crash / (CRASHES + 2)) as u64;
        installation
            .until("some of the work is done", async |status| {
                (status["deliveries"]["done"].as_u64() >= Some(enough)).then_some(())
            })
            .await;
        installation.crash_and_start().await;
    }
    let counts = installation.until_idle().await;
    assert_eq!(
        (&counts["done"], &counts["dead"]),
        (&CONTACTS.into(), &0.into()),
        "{counts}"
    );

    let ledger = installation.simulator.ledger();
    let changes = ledger.iter().flat_map(|entry| &entry.changes);
    let created: Vec<i64> = changes
        .filter(|change| change.object == "customers" && change.kind == ChangeKind::Created)
        .map(|change| change.ord)
        .collect();
    assert_eq!(created.len(), CONTACTS, "customers created");
    let page = installation
        .get(&format!("/v1/records/contact?limit={CONTACTS}"))
        .await;
    let linked: BTreeSet<i64> = page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["links"][0]["erp_key"].as_i64().expect("a link"))
        .collect();
    assert_eq!(linked, created.into_iter().collect());
    assert_eq!(installation.stop().await, Some(0));
}
