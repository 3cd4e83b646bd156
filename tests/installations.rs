//! Contacts become customers on every kind of installation, whatever it shows and however it wants to be spoken to.

#![cfg(test)]

mod support;

use std::collections::BTreeSet;
use sunmao_simulator::{ChangeKind, Variant};
use support::{Installation, contact};

const CONTACTS: usize = 12;

#[tokio::test(flavor = "multi_thread")]
async fn contacts_become_customers_once_each_on_every_kind_of_installation() {
    for variant in [
        Variant::Standard,
        Variant::Legacy,
        Variant::Gateway,
        Variant::GatewayPlain,
        Variant::LowerCase,
        Variant::LooseText,
        Variant::Strict,
    ] {
        let installation = Installation::start(|options| {
            options.variant = variant;
            options.size = 4;
        })
        .await;
        let contacts: Vec<_> = (0..CONTACTS).map(contact).collect();
        installation.file(&contacts).await;
        let counts = installation.until_idle().await;
        assert_eq!(
            (&counts["done"], &counts["dead"]),
            (&CONTACTS.into(), &0.into()),
            "{variant}: {counts}"
        );
        let ledger = installation.simulator.ledger();
        let changes = ledger.iter().flat_map(|entry| &entry.changes);
        let created =
            changes.filter(|change| change.object == "customers" && change.kind == ChangeKind::Created);
        let created: Vec<i64> = created.map(|change| change.ord).collect();
        let distinct: BTreeSet<&i64> = created.iter().collect();
        assert_eq!((created.len(), distinct.len()), (CONTACTS, CONTACTS), "{variant}");
        assert_eq!(installation.stop().await, Some(0), "{variant}");
    }
}
