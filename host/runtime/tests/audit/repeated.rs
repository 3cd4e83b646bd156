//! A write whose earlier attempt nobody saw the end of.

use super::{behind_a_gate, call, delivery, in_delivery, log, until_a_row_is_open};
use crate::support::caller;
use sunmao_catalogue::{Record, Value};
use sunmao_store::IntentOutcome;

/// The name of some customer of the simulator's.
async fn a_customer(erp: &str) -> String {
    let page = reqwest::get(format!(
        "{}/_simulator/records/customers",
        erp.trim_end_matches('/')
    ))
    .await;
    let page: serde_json::Value = page.expect("an answer").json().await.expect("JSON");
    page["records"][0]["name"].as_str().expect("a name").to_owned()
}

fn contract(number: &str, customer: &str) -> Record {
    let members = serde_json::json!({
        "contract-subject": "桌椅", "contract-number": number, "customer_name": customer, "SignDate": "2026-03-02",
        "BeginDate": "2026-03-02", "SortName": "销售合同", "Currency": "人民币", "AutoCreateType": 0,
        "StatusName": "执行中", "PaymentStatus": 1, "PaybackMode": 1, "InvoiceStatus": 2, "InvoiceMode": 0,
        "contractList": [],
    });
    let members = serde_json::from_value::<Value>(members).expect("values");
    members.as_record().expect("a record").clone()
}

/// Its number finds it again; no person has to look.
#[tokio::test]
async fn a_create_that_nobody_saw_is_looked_for_by_its_number_and_made_once() {
    for took_effect in [false, true] {
        let (parts, gate) = behind_a_gate().await;
        let id = delivery(&parts).await;
        let contract = contract("HT-77", &a_customer(&parts.simulator.base_url()).await);
        let first = in_delivery(&parts, id);
        tokio::select! {
            outcome = call(&parts, &first, "contracts.create", &contract) => panic!("{outcome:?}"),
            () = until_a_row_is_open(&parts) => {}
        }
        log(&parts.host.store).await;
        gate.send_replace(true);
        if took_effect {
            call(&parts, &caller(&parts.host), "contracts.create", &contract)
                .await
                .expect("made");
        }
        call(&parts, &in_delivery(&parts, id), "contracts.create", &contract)
            .await
            .expect("made or found");
        let ledger = parts.simulator.ledger();
        let changes = ledger.iter().flat_map(|entry| &entry.changes);
        let made = changes.filter(|change| change.object == "contracts").count();
        assert_eq!(made, 1, "one contract");
        let intents = parts
            .host
            .store
            .intents
            .of_delivery(sunmao_store::DeliveryId(id))
            .await;
        assert_eq!(intents.expect("intents")[0].outcome, IntentOutcome::Applied);
    }
}
