//! Customers go both ways, with the tables that are shipped.

use crate::stage::Stage;
use crate::support::contact;
use serde_json::{Value as Json, json};

#[tokio::test(flavor = "multi_thread")]
async fn customers_arrive_and_contacts_go_out_and_neither_comes_back_as_another() {
    let stage = Stage::with(&["customers"]).await;
    stage.runs("customer-pull").await;
    assert_eq!(stage.count("contact").await, 8);
    let fields = ["name", "mobile", "weixinAcc", "email"];
    let shown = stage.colleague.sees("customers.get", 3, fields).await;
    let customer = stage.body("contact", "erp-3").await;
    let members = ["company_name", "phone", "wx_id", "email"];
    assert_eq!(
        members.map(|member| customer[member].clone()),
        shown.map(Json::from)
    );
    stage.installation.file(&[contact(1)]).await;
    let outcome = stage.outcome("customer-push", "contact", "c-00001").await;
    assert!(outcome.starts_with("linked: WXc-00001"), "{outcome}");
    stage.runs("customer-pull").await;
    assert_eq!(stage.count("contact").await, 9);
    stage.has_no_dead().await;
    stage.has_nothing_left_to_do(&["customer-pull"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_is_not_admitted_stays_in_the_hub_and_one_that_the_staff_had_is_linked() {
    let stage = Stage::with(&["customers"]).await;
    let mut cold = contact(1);
    cold["score"] = json!(10);
    let [mobile] = stage.colleague.sees("customers.get", 3, ["mobile"]).await;
    let mut known = contact(2);
    known["phone"] = format!("+86 {mobile}").into();
    stage.installation.file(&[cold, known]).await;
    let outcome = stage.outcome("customer-push", "contact", "c-00001").await;
    assert_eq!(outcome, "skipped: its score is 10, below 60");
    stage.outcome("customer-push", "contact", "c-00002").await;
    let record = stage.get("/v1/records/contact/c-00002").await;
    assert_eq!(record["links"][0]["erp_key"], 3, "{record}");
    stage.runs("customer-pull").await;
    assert_eq!(
        stage.count("contact").await,
        9,
        "the customer of the staff is contact 2"
    );
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_whose_number_another_one_bears_is_refused_in_the_erps_words() {
    let stage = Stage::with(&["customers"]).await;
    stage.runs("customer-pull").await;
    // A colleague gives a customer whom the hub knows the number that a contact's customer would have.
    stage
        .books()
        .enter("customers", &json!({ "ord": 3, "khid": "WXc-00001" }))
        .await;
    stage.installation.file(&[contact(1)]).await;
    let words = stage.dead("customer-push").await;
    assert!(words.contains("已被使用，不能保存！"), "{words}");
    let record = stage.get("/v1/records/contact/c-00001").await;
    assert_eq!(record["links"], json!([]), "the other one stays the other one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_whose_customer_the_erp_has_no_longer_waits_for_a_person() {
    let stage = Stage::with(&["customers"]).await;
    stage.runs("customer-pull").await;
    stage.loses_a_customer().await;
    stage
        .changes(
            "contact",
            "erp-8",
            json!({ "has_order": true, "email": "new@x.cn" }),
        )
        .await;
    let words = stage.dead("customer-push").await;
    assert!(words.contains("which the ERP has no longer"), "{words}");
    let customers = stage.books().all("customers").await;
    assert_eq!(customers.len(), 7, "none is made in its place");
}
