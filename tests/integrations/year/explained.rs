//! Every write of the host in the ERP's ledger, held against its audit row and the record that it was made for.

use super::Year;
use crate::books::COLLEAGUE;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use sunmao_simulator::LedgerEntry;

/// Writes that are shown of a year that is not explained.
const SHOWN: usize = 20;

/// Asserts that the host wrote as often as its audit log says, and each time for a record that has the ERP's as its own. What
/// it comes to, in words.
pub async fn explain(year: &Year) -> String {
    let own = year
        .written
        .iter()
        .filter(|entry| entry.device.as_deref() != Some(COLLEAGUE));
    let own: Vec<&LedgerEntry> = own.collect();
    let rows = audit_rows(year).await;
    let mut of_ledger: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &own {
        *of_ledger.entry(&entry.names[0]).or_default() += 1;
    }
    let mut of_audit: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        *of_audit
            .entry(row["operation"].as_str().unwrap_or_default())
            .or_default() += 1;
    }
    assert_eq!(
        of_ledger, of_audit,
        "the ERP's ledger, and the host's log of what it wrote"
    );
    let owners = owners(year, &rows).await;
    let unexplained = own.iter().filter(|entry| {
        let object = entry.names[0].split('.').next().unwrap_or_default();
        let mut keys = entry
            .changes
            .iter()
            .filter(|change| change.object == object)
            .map(|change| change.ord);
        !keys.any(|key| owners.contains(&(entry.names[0].clone(), key)))
    });
    let unexplained: Vec<(&Vec<String>, &_)> = unexplained
        .map(|entry| (&entry.names, &entry.changes))
        .take(SHOWN)
        .collect();
    assert!(unexplained.is_empty(), "no record explains {unexplained:#?}");
    format!("{} writes of the host are explained: {of_ledger:?}", own.len())
}

/// The rows of what the host wrote and the ERP took.
async fn audit_rows(year: &Year) -> Vec<Json> {
    let (mut rows, mut after) = (Vec::new(), 0);
    loop {
        let page = year
            .stage
            .get(&format!("/v1/audit?limit=1000&after={after}"))
            .await;
        let items = page["items"].as_array().expect("rows");
        let writes = items.iter().filter(|row| {
            let operation = row["operation"].as_str().unwrap_or_default();
            row["outcome"] == "applied" && !operation.starts_with("session.")
        });
        rows.extend(writes.cloned());
        match page["next"].as_i64() {
            Some(next) if !items.is_empty() => after = next,
            _ => return rows,
        }
    }
}

/// Operations and the keys of the ERP's records that they were carried out on, for records that there are.
async fn owners(year: &Year, rows: &[Json]) -> BTreeSet<(String, i64)> {
    let mut keys: BTreeMap<String, BTreeSet<i64>> = BTreeMap::new();
    for kind in ["contact", "quotation", "repair", "ticket", "conversation"] {
        for (id, record) in year.records(kind).await {
            let links = record["links"].as_array().expect("links").iter();
            let own = keys.entry(format!("{kind}/{id}")).or_default();
            own.extend(links.filter_map(|link| link["erp_key"].as_i64()));
        }
    }
    let contacts: BTreeMap<String, BTreeSet<i64>> = keys.clone();
    for (id, conversation) in year.records("conversation").await {
        let contact = format!(
            "contact/{}",
            conversation["body"]["contact_id"].as_str().unwrap_or_default()
        );
        let of_contact = contacts.get(&contact).cloned().unwrap_or_default();
        keys.entry(format!("conversation/{id}"))
            .or_default()
            .extend(of_contact);
    }
    let mut owners = BTreeSet::new();
    for row in rows {
        let (operation, subject) = (
            row["operation"].as_str().unwrap_or_default(),
            row["subject"].as_str().unwrap_or_default(),
        );
        let own = keys
            .get(subject)
            .unwrap_or_else(|| panic!("there is no {subject}: {row}"));
        owners.extend(own.iter().map(|key| (operation.to_owned(), *key)));
    }
    owners
}
