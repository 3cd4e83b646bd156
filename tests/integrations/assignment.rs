//! Customers are assigned to the colleague who owns their contact.

use crate::stage::Stage;
use crate::support::contact;
use serde_json::{Value as Json, json};
use sunmao_catalogue::Answer;

fn owned_by(owner: &str) -> Json {
    let mut contact = contact(1);
    contact.as_object_mut().expect("members").remove("id");
    contact["owner"] = owner.into();
    contact
}

/// An account's name and login.
async fn account(stage: &Stage, key: i64) -> (String, String) {
    let Answer::Table(accounts) = stage.colleague.calls("accounts.list", &json!({})).await else {
        panic!("a list was expected");
    };
    let column = |name: &str| accounts.column(name).unwrap_or_else(|| panic!("no {name}"));
    let (ord, name, login) = (column("ord"), column("name"), column("username"));
    let is_it = |row: &&Vec<sunmao_catalogue::Value>| row[ord].as_integer() == Some(key);
    let row = accounts.rows.iter().find(is_it).expect("an account");
    (
        row[name].to_text().unwrap_or_default(),
        row[login].to_text().unwrap_or_default(),
    )
}

/// Whose the customer of the contact is, by key.
async fn owner(stage: &Stage) -> String {
    let record = stage.get("/v1/records/contact/c-1").await;
    let key = record["links"][0]["erp_key"].as_i64().expect("a link");
    let [owner] = stage.colleague.sees("customers.get", key, ["cateid"]).await;
    owner
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_assigned_by_name_and_by_login_and_not_again_for_anything_else() {
    let stage = Stage::with(&["assignment"]).await;
    let (name, _) = account(&stage, 3).await;
    stage.files("contact", "c-1", &owned_by(&name)).await;
    let outcome = stage.outcome("assignment", "contact", "c-1").await;
    assert_eq!(outcome, "written: customers.assign");
    assert_eq!(owner(&stage).await, "3");
    let (_, login) = account(&stage, 5).await;
    stage.files("contact", "c-1", &owned_by(&login)).await;
    stage.outcome("assignment", "contact", "c-1").await;
    assert_eq!(owner(&stage).await, "5");
    let assigned = async || {
        let writes = stage.writes().await;
        writes.iter().filter(|write| *write == "customers.assign").count()
    };
    assert_eq!(assigned().await, 2);
    // A colleague gives the customer to somebody else, and the hub changes something else of the contact.
    let record = stage.get("/v1/records/contact/c-1").await;
    let key = &record["links"][0]["erp_key"];
    let given = json!({ "ord": key, "member1": 0, "member2": "7" });
    stage.colleague.calls("customers.assign", &given).await;
    stage.changes("contact", "c-1", json!({ "score": 95 })).await;
    let outcome = stage.outcome("assignment", "contact", "c-1").await;
    assert!(
        outcome.contains("was done with the same content before"),
        "{outcome}"
    );
    assert_eq!(owner(&stage).await, "7");
    assert_eq!(assigned().await, 2);
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_whom_no_account_has_waits_for_a_person() {
    let stage = Stage::with(&["assignment"]).await;
    stage.files("contact", "c-1", &owned_by("没有这个人")).await;
    let words = stage.dead("assignment").await;
    assert!(words.contains("没有这个人"), "{words}");
    assert!(!stage.writes().await.contains(&"customers.assign".to_owned()));
    let (name, _) = account(&stage, 3).await;
    stage.files("contact", "c-1", &owned_by(&name)).await;
    stage.outcome("assignment", "contact", "c-1").await;
    assert_eq!(owner(&stage).await, "3");
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_is_no_customer_yet_is_assigned_once_it_is_one() {
    let stage = Stage::with(&["assignment"]).await;
    let (name, _) = account(&stage, 3).await;
    let mut cold = owned_by(&name);
    cold["score"] = json!(10);
    stage.files("contact", "c-1", &cold).await;
    stage.settles().await;
    assert_eq!(
        stage.waiting("assignment").await,
        ["contact/c-1 has no link customer yet"]
    );
    stage.files("contact", "c-1", &owned_by(&name)).await;
    let outcome = stage.outcome("assignment", "contact", "c-1").await;
    assert_eq!(outcome, "written: customers.assign");
    assert_eq!(owner(&stage).await, "3");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_nobody_owns_is_assigned_to_nobody() {
    let stage = Stage::with(&["assignment"]).await;
    stage.files("contact", "c-1", &owned_by("")).await;
    let outcome = stage.outcome("assignment", "contact", "c-1").await;
    assert_eq!(outcome, "skipped: it has no owner");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_that_the_erp_has_no_longer_is_refused_in_its_words() {
    let stage = Stage::with(&["assignment"]).await;
    let (name, _) = account(&stage, 3).await;
    stage.runs("customer-pull").await;
    stage.loses_a_customer().await;
    stage.changes("contact", "erp-8", json!({ "owner": name })).await;
    let words = stage.dead("assignment").await;
    assert!(words.contains("不存在"), "{words}");
}
