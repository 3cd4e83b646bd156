//! Kinds and flows that nobody here heard of before, put into a running host by files alone.

use crate::bare::bare;
use crate::serve::send;
use crate::support::eventually;
use reqwest::Client;
use serde_json::{Value, json};

const VISIT: &str = r#"
label = "展厅来访"
plural = "showroom-visits"
description = "A visit to the showroom."
fields = [
  { name = "visitor", label = "访客", type = "text", max_length = 50, required = true },
  { name = "wish", label = "需求", type = "text", max_length = 500 },
]
"#;

const PARTNER: &str = r#"
label = "合作方"
plural = "partners"
description = "A supplier, as the hub knows it."
fields = [
  { name = "name", label = "名称", type = "text", max_length = 100, required = true },
  { name = "number", label = "编号", type = "text", max_length = 50, identity = "number" },
]
"#;

const FROM_VISIT: &str = r#"
fn map(visit) {
    #{
        repair_subject: "展厅来访：" + visit.visitor, repair_number: "ZT-" + visit.id, service_request_key: 1,
        repair_process: "1", repair_summary: visit.wish, quantity: 1, repair_fee: "0",
    }
}
"#;

const FROM_SUPPLIER: &str =
    "fn map(row, known) { #{ id: row.id, name: row.supplier_name, number: row.supplier_number } }";

const FLOWS: &str = r#"
[flow.visits]
on = "showroom-visit.saved"
mapping = "scripts/visit.rhai"
write = "repairs.save"
link = "repair"

[flow.partners]
sweep = "suppliers.list"
every = "1h"
mapping = "scripts/partner.rhai"
into = "partner"
"#;

fn done(record: &Value, revision: i64) -> bool {
    let delivery = &record["deliveries"][0];
    delivery["state"] == "done" && delivery["revision"] == revision
}

#[tokio::test]
async fn a_running_host_takes_kinds_and_flows_as_files() {
    let host = bare("", &[]).await;
    let sunmao = &host.sunmao;
    sunmao.write("kinds/showroom-visit.toml", VISIT);
    sunmao.write("kinds/partner.toml", PARTNER);
    sunmao.write("scripts/visit.rhai", FROM_VISIT);
    sunmao.write("scripts/partner.rhai", FROM_SUPPLIER);
    eventually(&host.address("/v1/kinds"), |kinds| {
        let names: Vec<&Value> = kinds["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|kind| &kind["name"])
            .collect();
        names.contains(&&json!("partner")) && names.contains(&&json!("showroom-visit"))
    })
    .await;
    sunmao.replace("sunmao.toml", FLOWS);
    eventually(&host.address("/v1/status"), |status| {
        status["flows"] == json!(["partners", "visits"])
    })
    .await;

    // The ERP's suppliers come in as records of the one kind.
    let partners = eventually(&host.address("/v1/records/partner?limit=50"), |page| {
        page["items"].as_array().is_some_and(|items| items.len() == 10)
    })
    .await;
    assert_eq!(partners["items"][0]["origin"], "flow partners");

    // A record of the other goes out by an operation that no flow was ever written for: made once, then changed.
    let address = host.address("/v1/records/showroom-visit/v-1");
    let mut keys = Vec::new();
    for (revision, wish) in [(1, "看看新柜子"), (2, "要五个柜子")] {
        let visit = json!({ "visitor": "王五", "wish": wish });
        let (status, _) = send(Client::new().put(&address).json(&visit)).await;
        assert_eq!(status, 202);
        let record = eventually(&address, |record| done(record, revision)).await;
        assert_eq!(record["links"][0]["number"], "ZT-v-1", "{record}");
        keys.push(record["links"][0]["erp_key"].to_string());
    }
    assert_eq!(keys[0], keys[1]);
    let repairs = sunmao.run(&["call", "repairs.list", "--json"]).await.json();
    let of_visit: Vec<&Value> = repairs["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|repair| repair["SerialNumber"] == "ZT-v-1")
        .collect();
    assert_eq!(of_visit.len(), 1, "{repairs}");
    assert_eq!(of_visit[0]["Summary"], "要五个柜子");
    assert_eq!(host.running.terminate().await, Some(0));
}
