//! A row of the ERP refers to the record of the hub that has a link to it, whichever of the two came first.

use crate::stage::Stage;
use crate::support::contact;
use std::path::Path;

const FLOW: &str = r#"
[flow.copy]
sweep = "customers.list"
cron = "0 0 29 2 *"
mapping = "scripts/copy.rhai"
into = "repair"
linked = { customer = "customer" }
"#;

const SCRIPT: &str = r#"fn map(row, known) { #{ id: "r-" + row.id, subject: "回访" } }"#;

/// A flow beside the shipped ones, with nothing that names the customer.
fn with_a_copy(folder: &Path) {
    std::fs::write(folder.join("scripts/copy.rhai"), SCRIPT).expect("a script");
    let file = folder.join("sunmao.toml");
    let text = std::fs::read_to_string(&file).expect("a configuration");
    std::fs::write(file, format!("{text}\n{FLOW}")).expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_told_what_it_belongs_to_when_the_link_comes_and_when_the_row_does() {
    let stage = Stage::furnished(&["customers"], with_a_copy).await;
    stage.runs("copy").await;
    assert!(stage.body("repair", "r-3").await["customer"].is_null());
    let [mobile] = stage.colleague.sees("customers.get", 3, ["mobile"]).await;
    let mut known = contact(2);
    known["phone"] = mobile.into();
    stage.installation.file(&[known]).await;
    stage
        .until_record("repair", "r-3", |repair| repair["customer"] == "c-00002")
        .await;
    // The other way round: the link is there before the row.
    stage.installation.file(&[contact(1)]).await;
    stage.outcome("customer-push", "contact", "c-00001").await;
    let record = stage.get("/v1/records/contact/c-00001").await;
    let id = format!("r-{}", record["links"][0]["erp_key"]);
    stage.runs("copy").await;
    assert_eq!(stage.body("repair", &id).await["customer"], "c-00001");
    assert!(stage.body("repair", "r-4").await["customer"].is_null());
    stage.has_no_dead().await;
}
