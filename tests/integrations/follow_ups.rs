//! The summary of a resolved conversation becomes a follow-up of its customer.

use crate::stage::Stage;
use crate::support::contact;
use serde_json::{Value as Json, json};

fn conversation(status: &str) -> Json {
    json!({
        "contact_id": "c-1", "status": status, "topic": "控制面板", "summary": "客户要三套，周五前报价",
        "last_msg_at": "2026-03-01T02:30:00Z", "score": 80,
    })
}

async fn customer(stage: &Stage) {
    let mut contact = contact(1);
    contact.as_object_mut().expect("members").remove("id");
    stage.files("contact", "c-1", &contact).await;
    stage.outcome("customer-push", "contact", "c-1").await;
}

/// The last follow-up of the contact's customer, and how many there are.
async fn followed(stage: &Stage) -> [String; 2] {
    let record = stage.get("/v1/records/contact/c-1").await;
    let key = record["links"][0]["erp_key"].as_i64().expect("a link");
    stage
        .colleague
        .sees("customers.get", key, ["gjintro", "gjnum"])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_noted_once_when_it_is_resolved() {
    let stage = Stage::with(&["follow-ups"]).await;
    customer(&stage).await;
    stage
        .files("conversation", "v-1", &conversation("NEED_REPLY"))
        .await;
    let outcome = stage.outcome("follow-up", "conversation", "v-1").await;
    assert_eq!(outcome, "skipped: it is NEED_REPLY, not RESOLVED");
    stage
        .files("conversation", "v-1", &conversation("RESOLVED"))
        .await;
    let outcome = stage.outcome("follow-up", "conversation", "v-1").await;
    assert_eq!(outcome, "written: customers.follow-up");
    assert_eq!(followed(&stage).await, ["控制面板：客户要三套，周五前报价", "1"]);
    // Something else of it changes, and it is resolved once more.
    for members in [
        json!({ "score": 90 }),
        json!({ "status": "NEED_REPLY" }),
        json!({ "status": "RESOLVED" }),
    ] {
        stage.changes("conversation", "v-1", members).await;
        stage.outcome("follow-up", "conversation", "v-1").await;
    }
    assert_eq!(followed(&stage).await, ["控制面板：客户要三套，周五前报价", "1"]);
    // It goes on, and is summed up anew.
    let went_on = json!({ "summary": "客户付了定金", "last_msg_at": "2026-03-05T02:30:00Z" });
    stage.changes("conversation", "v-1", went_on).await;
    stage.outcome("follow-up", "conversation", "v-1").await;
    assert_eq!(followed(&stage).await, ["控制面板：客户付了定金", "2"]);
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_waits_until_its_contact_is_a_customer() {
    let stage = Stage::with(&["follow-ups"]).await;
    stage
        .files("conversation", "v-1", &conversation("RESOLVED"))
        .await;
    stage.settles().await;
    assert_eq!(
        stage.waiting("follow-up").await,
        ["contact/c-1 has no link customer yet"]
    );
    customer(&stage).await;
    let outcome = stage.outcome("follow-up", "conversation", "v-1").await;
    assert_eq!(outcome, "written: customers.follow-up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_of_which_nobody_saw_the_end_is_not_repeated_but_waits_for_a_person() {
    let stage = Stage::with(&["follow-ups"]).await;
    customer(&stage).await;
    stage.faults(&json!({ "dropped-after": 1.0 })).await;
    stage
        .files("conversation", "v-1", &conversation("RESOLVED"))
        .await;
    let words = stage.dead("follow-up").await;
    stage.faults(&json!({})).await;
    assert!(!words.is_empty());
    assert_eq!(followed(&stage).await[1], "1", "it was written once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_a_person_did_not_find_in_the_erp_goes_out_again() {
    let stage = Stage::with(&["follow-ups"]).await;
    customer(&stage).await;
    stage.faults(&json!({ "bad-gateway": 1.0 })).await;
    stage
        .files("conversation", "v-1", &conversation("RESOLVED"))
        .await;
    stage.dead("follow-up").await;
    stage.faults(&json!({})).await;
    let letter = async || stage.get("/v1/dead").await["items"][0].clone();
    let id = letter().await["id"].clone();
    // Trying alone is no proof that it had no effect.
    stage.post("/v1/dead/retry", &json!({ "ids": [id] })).await;
    let words = stage.dead("follow-up").await;
    assert!(words.contains("nobody saw its outcome"), "{words}");
    let hint = letter().await["letter"]["hint"].to_string();
    assert!(hint.contains("--had-no-effect"), "{hint}");
    assert_eq!(followed(&stage).await[1], "");
    let looked = json!({ "ids": [id], "had_no_effect": true });
    stage.post("/v1/dead/retry", &looked).await;
    let outcome = stage.outcome("follow-up", "conversation", "v-1").await;
    assert_eq!(outcome, "written: customers.follow-up");
    assert_eq!(followed(&stage).await[1], "1");
    stage.has_no_dead().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_without_a_time_or_without_words_is_told_of() {
    let stage = Stage::with(&["follow-ups"]).await;
    customer(&stage).await;
    let timeless = json!({ "contact_id": "c-1", "status": "RESOLVED", "summary": "谢谢" });
    stage.files("conversation", "v-1", &timeless).await;
    let words = stage.dead("follow-up").await;
    assert!(words.contains("last_msg_at"), "{words}");
    let wordless = json!({ "contact_id": "c-1", "status": "RESOLVED" });
    stage.files("conversation", "v-2", &wordless).await;
    let outcome = stage.outcome("follow-up", "conversation", "v-2").await;
    assert_eq!(outcome, "skipped: there is neither a summary nor a topic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_on_a_customer_that_the_erp_has_no_longer_is_refused_in_its_words() {
    let stage = Stage::with(&["follow-ups"]).await;
    stage.runs("customer-pull").await;
    stage.loses_a_customer().await;
    let mut talk = conversation("RESOLVED");
    talk["contact_id"] = json!("erp-8");
    stage.files("conversation", "v-1", &talk).await;
    let words = stage.dead("follow-up").await;
    assert!(words.contains("不存在"), "{words}");
}
