//! `sunmao call --all`, where the ERP's pages and its own count disagree.

use crate::scripted::{Reply, Scripted};
use crate::support::Sunmao;
use serde_json::{Value, json};

fn list(rows: &[i64], told: i64) -> Value {
    let rows: Vec<[i64; 1]> = rows.iter().map(|ord| [*ord]).collect();
    json!({"header": {"status": 0, "message": ""}, "body": {"source": {"type_": "table", "table": {
        "cols": [{"id": "ord", "caption": "数据唯一标识"}], "rows": rows,
        "page": {"pagesize": 100, "pageindex": 1, "pagecount": 1, "recordcount": told},
    }}}})
}

#[tokio::test]
async fn rows_that_are_missing_are_shown_and_said() {
    let erp = Scripted::erp(|_| Reply::Json(list(&[1, 2], 3))).await;
    let ended = Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", &erp.url())
        .with("SUNMAO_ERP_USERNAME", "sunmao")
        .with("SUNMAO_ERP_PASSWORD", "secret")
        .run(&["call", "customers.list", "--all", "--json"])
        .await;
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let answer = ended.json();
    assert_eq!(
        (
            answer["items"].as_array().unwrap().len(),
            &answer["page"]["total"]
        ),
        (2, &json!(3))
    );
    let message = ended.error()["message"].as_str().unwrap().to_owned();
    assert!(
        message.contains("2 rows came where the ERP counts 3"),
        "{message}"
    );
}
