//! Several contacts of one company are one customer with several people.

use crate::stage::Stage;
use crate::support::contact;
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Answer, Value};

/// A contact of a company.
fn person(number: usize, company: &str) -> Json {
    let mut contact = contact(number);
    contact["company_name"] = company.into();
    contact
}

async fn key_of(stage: &Stage, link: &str, number: usize) -> Option<i64> {
    let record = stage.get(&format!("/v1/records/contact/c-{number:05}")).await;
    let links = record["links"].as_array().expect("links").clone();
    let own = links.iter().find(|one| one["link"] == link)?;
    own["erp_key"].as_i64()
}

/// The names and mobiles of a customer's people.
async fn people(stage: &Stage, customer: i64) -> Vec<(String, String)> {
    let asked = json!({ "company": customer });
    let Answer::Table(table) = stage.colleague.calls("customer-contacts.list", &asked).await else {
        panic!("a list was expected");
    };
    let column = |name: &str| table.column(name).unwrap_or_else(|| panic!("no {name}"));
    let (name, mobile) = (column("person_name"), column("mobile"));
    let text = |value: &Value| value.to_text().unwrap_or_default();
    let mut people: Vec<(String, String)> = table
        .rows
        .iter()
        .map(|row| (text(&row[name]), text(&row[mobile])))
        .collect();
    people.sort_unstable();
    people
}

async fn made(stage: &Stage) -> usize {
    let writes = stage.writes().await;
    writes
        .iter()
        .filter(|write| *write == "customers.save-company")
        .count()
}

async fn ended(stage: &Stage, numbers: &[usize]) {
    for number in numbers {
        for flow in ["customer-push", "person-push"] {
            stage.outcome(flow, "contact", &format!("c-{number:05}")).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_contacts_of_one_company_filed_at_once_are_one_customer_with_two_people() {
    let stage = Stage::with(&["people"]).await;
    let contacts = [
        person(1, "示例木作（上海）有限公司"),
        person(2, "示例木作(上海)  有限公司"),
        person(3, "另一家有限公司"),
    ];
    stage.installation.file(&contacts).await;
    ended(&stage, &[1, 2, 3]).await;
    assert_eq!(made(&stage).await, 2);
    let customer = key_of(&stage, "customer", 1).await.expect("a customer");
    assert_eq!(key_of(&stage, "customer", 2).await, None);
    assert!(key_of(&stage, "person", 2).await.is_some());
    let expected = [("李1", "18600000001"), ("李2", "18600000002")];
    let expected = expected.map(|(name, mobile)| (name.to_owned(), mobile.to_owned()));
    assert_eq!(people(&stage, customer).await, expected);
    let outcome = stage.outcome("customer-push", "contact", "c-00002").await;
    assert_eq!(outcome, "skipped: contact/c-00001 stands for it in the ERP");
    let outcome = stage.outcome("person-push", "contact", "c-00001").await;
    assert_eq!(outcome, "skipped: it stands for itself in the ERP");
    // What the ERP has no field for is no reason to write.
    let writes = stage.writes().await;
    stage
        .changes("contact", "c-00002", json!({ "confidence": 91 }))
        .await;
    ended(&stage, &[2]).await;
    assert_eq!(stage.writes().await, writes);
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_that_is_admitted_stands_for_its_company_and_keeps_doing_so() {
    let stage = Stage::with(&["people"]).await;
    let mut cold = person(1, "示例木作有限公司");
    cold["score"] = json!(10);
    stage
        .installation
        .file(&[cold, person(2, "示例木作有限公司")])
        .await;
    ended(&stage, &[1, 2]).await;
    let customer = key_of(&stage, "customer", 2).await.expect("a customer");
    stage.changes("contact", "c-00001", json!({ "score": 90 })).await;
    ended(&stage, &[1]).await;
    assert_eq!(key_of(&stage, "customer", 1).await, None);
    assert_eq!(made(&stage).await, 1);
    assert_eq!(people(&stage, customer).await.len(), 2);
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_waits_until_the_company_is_a_customer() {
    let stage = Stage::with(&["people"]).await;
    stage.post("/v1/flows/customer-push/pause", &json!({})).await;
    let contacts = [person(1, "示例木作有限公司"), person(2, "示例木作有限公司")];
    stage.installation.file(&contacts).await;
    stage
        .installation
        .until("the person waits", async |_| {
            let waiting = stage.waiting("person-push").await;
            (waiting == ["contact/c-00001 has no link customer yet"]).then_some(())
        })
        .await;
    stage.post("/v1/flows/customer-push/resume", &json!({})).await;
    ended(&stage, &[1, 2]).await;
    let customer = key_of(&stage, "customer", 1).await.expect("a customer");
    assert_eq!(people(&stage, customer).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_both_sides_changed_a_person_both_edits_are_kept() {
    let stage = Stage::with(&["people"]).await;
    let contacts = [person(1, "示例木作有限公司"), person(2, "示例木作有限公司")];
    stage.installation.file(&contacts).await;
    ended(&stage, &[1, 2]).await;
    let customer = key_of(&stage, "customer", 1).await.expect("a customer");
    let key = key_of(&stage, "person", 2).await.expect("a person");
    let edited = json!({
        "ord": key, "company": customer, "person_name": "李2", "mobile": "18600000002", "weixinAcc": "wxid_00002", "job": "采购经理",
    });
    stage.colleague.calls("customer-contacts.save", &edited).await;
    stage
        .changes("contact", "c-00002", json!({ "email": "li@example.com" }))
        .await;
    ended(&stage, &[2]).await;
    let shown = stage
        .colleague
        .sees("customer-contacts.get", key, ["job", "email", "mobile"])
        .await;
    assert_eq!(shown, ["采购经理", "li@example.com", "18600000002"]);
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erp_that_loses_answers_ends_with_each_person_once() {
    let stage = Stage::with(&["people"]).await;
    stage
        .faults(&json!({ "dropped-after": 0.25, "expired-session": 0.1 }))
        .await;
    let contacts: Vec<Json> = (1..=6).map(|number| person(number, "示例木作有限公司")).collect();
    stage.installation.file(&contacts).await;
    ended(&stage, &[1, 2, 3, 4, 5, 6]).await;
    stage.faults(&json!({})).await;
    let customer = key_of(&stage, "customer", 1).await.expect("a customer");
    let mut mobiles: Vec<String> = people(&stage, customer)
        .await
        .into_iter()
        .map(|(_, mobile)| mobile)
        .collect();
    mobiles.dedup();
    assert_eq!(mobiles.len(), 6, "{mobiles:?}");
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_a_company_that_the_erp_has_no_longer_is_refused_in_its_words() {
    let stage = Stage::with(&["people"]).await;
    stage.runs("customer-pull").await;
    let company = stage.body("contact", "erp-8").await["company_name"].clone();
    stage.loses_a_customer().await;
    let contact = person(1, company.as_str().expect("a name"));
    stage.installation.file(&[contact]).await;
    let words = stage.dead("person-push").await;
    assert!(words.contains("关联客户不存在，不能保存！"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_was_typed_twice_is_one_customer_with_one_person() {
    let stage = Stage::with(&["people"]).await;
    let (mut typed, mut again) = (person(1, "示例木作有限公司"), person(2, "示例木作 有限公司"));
    typed["phone"] = json!("+86 199 0000 4711");
    again["phone"] = json!("１９９－００００－４７１１");
    for member in ["real_name", "wx_id"] {
        again[member] = typed[member].clone();
    }
    stage.installation.file(&[typed, again]).await;
    ended(&stage, &[1, 2]).await;
    assert_eq!(made(&stage).await, 1);
    let customer = key_of(&stage, "customer", 1).await.expect("a customer");
    let people = people(&stage, customer).await;
    assert_eq!(people.len(), 1, "{people:?}");
    assert_eq!(stage.books().all("customers").await.len(), 9);
}

/// As people write to a company from WeChat: nobody knows yet which one they are of.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_without_a_company_that_was_typed_twice_is_one_customer() {
    let stage = Stage::with(&["people"]).await;
    let (mut typed, mut again) = (person(1, ""), person(2, ""));
    typed["phone"] = json!("+86 199 0000 4711");
    again["phone"] = json!("１９９－００００－４７１１");
    for contact in [&mut typed, &mut again] {
        contact.as_object_mut().expect("members").remove("company_name");
    }
    stage.installation.file(&[typed, again]).await;
    ended(&stage, &[1, 2]).await;
    assert_eq!(made(&stage).await, 1);
    assert_eq!(stage.books().all("customers").await.len(), 9);
    // Another one, whose phone is another, is another customer.
    let mut other = person(3, "");
    other.as_object_mut().expect("members").remove("company_name");
    stage.installation.file(&[other]).await;
    ended(&stage, &[1, 2, 3]).await;
    assert_eq!(made(&stage).await, 2);
}
