//! Somebody whom both sides have entered, and neither knows to be with the other.

use super::rig::Rig;
use serde_json::{Value as Json, json};

/// A contact that the policy holds back: no push looks for it in the ERP.
async fn files_held_back(rig: &Rig, id: &str) {
    let members = [
        ("company_name", json!("梧桐木作")),
        ("real_name", json!("李一")),
        ("phone", json!("17700000001")),
    ];
    rig.files(id, &members).await;
    rig.until_at_rest().await;
}

async fn enters(rig: &Rig, company: &str) -> i64 {
    let members = [("customer-name", company), ("mobile", "+86 177 0000 0001")];
    rig.colleague.saves(None, &members).await
}

async fn key_of(rig: &Rig, id: &str) -> Option<i64> {
    rig.contacts().await[id]["links"][0]["erp_key"].as_i64()
}

async fn settles(rig: &Rig, conflict: &Json, decision: Json) {
    let path = format!("conflicts/{}/settle", conflict["id"]);
    rig.posts(&path, decision).await;
    rig.until_at_rest().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_whom_the_hub_knows_is_no_second_contact() {
    let rig = Rig::start(3, 1).await;
    files_held_back(&rig, "c-1").await;
    let key = enters(&rig, "梧桐木作有限公司").await;
    rig.sweep().await;
    let contacts = rig.contacts().await;
    assert_eq!(contacts.len(), 4, "{contacts:#?}");
    assert_eq!(key_of(&rig, "c-1").await, Some(key));
    // Its name is the staff's, since nobody has proved it to the hub.
    assert_eq!(contacts["c-1"]["body"]["company_name"], "梧桐木作有限公司");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_several_customers_may_be_waits_for_a_person() {
    let rig = Rig::start(3, 1).await;
    files_held_back(&rig, "c-1").await;
    let (one, other) = (enters(&rig, "梧桐木作").await, enters(&rig, "梧桐木作二店").await);
    rig.sweep().await;
    rig.sweep().await;
    assert_eq!(rig.contacts().await.len(), 4, "nobody guesses");
    let conflicts = rig.conflicts().await;
    assert_eq!(conflicts.len(), 1, "{conflicts:#?}");
    assert_eq!(conflicts[0]["record"], "contact/c-1");
    assert_eq!(conflicts[0]["candidates"], json!([one, other]));
    settles(&rig, &conflicts[0], json!({ "value": other })).await;
    assert_eq!(key_of(&rig, "c-1").await, Some(other));
    assert_eq!(
        key_of(&rig, &format!("erp-{one}")).await,
        Some(one),
        "somebody else"
    );
    assert_eq!(rig.conflicts().await, Vec::<Json>::new(), "it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_may_be_several_contacts_waits_for_a_person() {
    let rig = Rig::start(3, 1).await;
    files_held_back(&rig, "c-1").await;
    files_held_back(&rig, "c-2").await;
    let key = enters(&rig, "梧桐木作").await;
    rig.sweep().await;
    rig.sweep().await;
    assert_eq!(rig.contacts().await.len(), 5, "nobody guesses");
    let conflicts = rig.conflicts().await;
    assert_eq!(conflicts.len(), 1, "{conflicts:#?}");
    assert_eq!(conflicts[0]["record"], format!("erp.customers/{key}"));
    assert_eq!(conflicts[0]["hub"], json!(["contact/c-1", "contact/c-2"]));
    settles(&rig, &conflicts[0], json!({ "value": "contact/c-2" })).await;
    assert_eq!(key_of(&rig, "c-2").await, Some(key));
    assert_eq!(key_of(&rig, "c-1").await, None);
    assert_eq!(rig.conflicts().await, Vec::<Json>::new(), "it is over");
}
