//! What goes to the ERP is what the vendor's menu says. The simulator reads the same tables as the client, so that only
//! a record of the facts beside them notices a path that is wrong in both.

use super::catalogue;
use std::collections::BTreeMap;
use sunmao_catalogue::{Dialect, Operation};

const FACTS: &str = include_str!("requests.txt");

fn request(operation: &Operation) -> String {
    let dialect = match operation.dialect {
        Dialect::Form => "form",
        Dialect::Json => "json",
        Dialect::Helper => "helper",
    };
    let query: Vec<String> = operation
        .fixed_query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let query = query.join("&");
    let parts = [
        Some(dialect),
        Some(operation.path.as_str()),
        operation.legacy_path.as_deref(),
        operation.cmdkey.as_deref(),
        operation.mode.as_deref(),
        Some(query.as_str()).filter(|query| !query.is_empty()),
    ];
    parts.map(|part| part.unwrap_or("-")).join(" ")
}

#[test]
fn every_request_is_the_vendors() {
    let facts: BTreeMap<u32, &str> = FACTS
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let (id, request) = line.split_once(' ').expect("an id and a request");
            (id.parse().expect("a menu id"), request)
        })
        .collect();
    assert_eq!(facts.len(), catalogue().operations().len());
    for operation in catalogue().operations() {
        let fact = facts
            .get(&operation.id)
            .unwrap_or_else(|| panic!("the menu has no entry {}", operation.id));
        assert_eq!(
            request(operation),
            *fact,
            "{} (menu id {}): the table on the left, the vendor's menu on the right",
            operation.name,
            operation.id
        );
    }
}
