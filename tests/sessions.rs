//! A thousand contacts through an ERP that drops the session every fifty calls.

#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use sunmao_simulator::{ChangeKind, LedgerEntry, Outcome};
use support::{Installation, contact};

const CONTACTS: usize = 1_000;
const SESSION_CALLS: usize = 50;
const LOGIN: u32 = 11;
const LOGOUT: u32 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_contacts_become_a_thousand_customers_with_one_login_a_session() {
    let installation =
        Installation::start(|options| options.session_calls = Some(SESSION_CALLS as u64)).await;
    let contacts: Vec<_> = (0..CONTACTS).map(contact).collect();
    installation.file(&contacts).await;
    let counts = installation.until_idle().await;
    assert_eq!(
        (&counts["done"], &counts["dead"]),
        (&CONTACTS.into(), &0.into()),
        "{counts}"
    );

    let ledger = installation.simulator.ledger();
    let created: Vec<i64> = changes(&ledger, ChangeKind::Created);
    let distinct: BTreeSet<i64> = created.iter().copied().collect();
    assert_eq!(
        (created.len(), distinct.len()),
        (CONTACTS, CONTACTS),
        "customers created, and under distinct keys"
    );

    let mut keys = BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = installation
            .get(&format!("/v1/records/contact?limit=1000{after}"))
            .await;
        let items = page["items"].as_array().expect("items");
        keys.extend(
            items
                .iter()
                .map(|item| item["links"][0]["erp_key"].as_i64().expect("a link")),
        );
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(
        keys, distinct,
        "each contact is linked to the customer that was made for it"
    );

    let logins = ledger
        .iter()
        .filter(|entry| entry.operations.contains(&LOGIN))
        .count();
    let served = ledger.iter().filter(|entry| served(entry)).count();
    assert_eq!(
        logins,
        served.div_ceil(SESSION_CALLS),
        "{served} calls were served in sessions of {SESSION_CALLS}"
    );
    assert_eq!(installation.stop().await, Some(0));
}

fn served(entry: &LedgerEntry) -> bool {
    let is_business = !entry.operations.iter().any(|id| [LOGIN, LOGOUT].contains(id));
    is_business && matches!(entry.outcome, Outcome::Done | Outcome::Refused)
}

fn changes(ledger: &[LedgerEntry], kind: ChangeKind) -> Vec<i64> {
    let changes = ledger.iter().flat_map(|entry| &entry.changes);
    changes
        .filter(|change| change.object == "customers" && change.kind == kind)
        .map(|change| change.ord)
        .collect()
}
