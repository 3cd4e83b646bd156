//! The generated year is coherent: sums add up, and what follows from a contract has its amounts and its state.

use crate::common::{Caller, of_size};
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

async fn records(caller: &Caller, object: &str) -> Vec<Map<String, Json>> {
    let page = caller.admin(&format!("records/{object}")).await;
    let mut records: Vec<Map<String, Json>> = serde_json::from_value(page["records"].clone()).unwrap();
    records.reverse();
    records
}

fn amount(record: &Map<String, Json>, name: &str) -> Decimal {
    match &record[name] {
        Json::Null => Decimal::ZERO,
        Json::String(text) if text.is_empty() => Decimal::ZERO,
        Json::String(text) => text.parse().unwrap(),
        other => other.to_string().parse().unwrap(),
    }
}

#[tokio::test]
async fn contracts_add_up_and_their_documents_fit() {
    let caller = of_size(40).await;
    let contracts = records(&caller, "contracts").await;
    let lines = records(&caller, "contract-lines").await;
    let collections = records(&caller, "collections").await;
    let invoices = records(&caller, "sales-invoices").await;
    let issues = records(&caller, "stock-issues").await;
    let mut seen = std::collections::BTreeSet::new();
    for (position, contract) in contracts.iter().enumerate() {
        let (total, off, rest) = (
            amount(contract, "premoney"),
            amount(contract, "yhvalue"),
            amount(contract, "money1"),
        );
        assert_eq!(total - off, rest, "{contract:?}");
        assert!(rest > Decimal::ZERO);
        let line = &lines[position];
        if line["contract"] == contract["ord"] {
            assert_eq!(amount(line, "moneyAfterTax"), total);
            assert_eq!(amount(line, "money1"), rest);
            let percents = amount(line, "moneyAfterConcessions") * Decimal::new(113, 2) - rest;
            assert!(percents.abs() <= Decimal::new(1, 2), "{line:?}");
        }
        let collection = &collections[position];
        assert_eq!(amount(collection, "money2"), amount(contract, "HkMoney1"));
        assert_eq!(amount(collection, "money1"), rest);
        let invoice = &invoices[position];
        let written = if invoice["zt"] == "1" {
            amount(invoice, "money1")
        } else {
            Decimal::ZERO
        };
        assert_eq!(written, amount(contract, "kpmoney"), "{invoice:?}");
        let issue = &issues[position];
        let is_whole = contract["mZt1"] == "出库完毕";
        if is_whole {
            assert_eq!(issue["chustate"], "3");
            assert_eq!(issue["contractord"], contract["ord"]);
        }
        seen.insert((
            contract["SpStatus"].to_string(),
            is_whole,
            contract["skzt"].to_string(),
        ));
    }
    assert!(seen.len() >= 4, "{seen:?}");
}
