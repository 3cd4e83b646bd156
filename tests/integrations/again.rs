//! A flow of records that has a schedule beside its event: when it is due, each record goes through it again.

use crate::stage::Stage;
use serde_json::{Value as Json, json};

/// Due never by itself: the test lets them run.
const FLOWS: &str = r#"
[flow.remind]
on = "ticket.saved"
cron = "0 0 29 2 *"
handle = "scripts/remind.rhai"

[flow.old-tickets]
on = "ticket.saved"
cron = "0 0 29 2 *"
policy = "scripts/urgent.rhai"
mapping = "scripts/note.rhai"
into = "alert"
"#;

const REMIND: &str =
    r#"fn handle(event) { if event.name.starts_with("schedule.") { throw "a fire is for the host"; } }"#;
const URGENT: &str = r#"fn judge(ticket) { if ticket.priority == "urgent" { true } else { "it can wait" } }"#;
const NOTE: &str = r#"
fn map(ticket, known) {
    #{ id: "note." + ticket.id, cause: "note", subject: ticket.subject, notes: if known == () { "new" } else { known.notes } }
}
"#;

/// How the deliveries of a flow ended, in order: what they were about, and in which words.
async fn ended(stage: &Stage, flow: &str) -> Vec<(String, String)> {
    let page = stage
        .get(&format!(
            "/v1/deliveries?target=flow%20{flow}&state=done&limit=1000"
        ))
        .await;
    let items = page["items"].as_array().expect("deliveries").clone();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    items
        .iter()
        .map(|one| (text(&one["key"]), text(&one["outcome"])))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(key, outcome): &(&str, &str)| ((*key).to_owned(), (*outcome).to_owned());
    pairs.iter().map(owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_record_goes_through_again_and_into_the_hub_only_what_would_change() {
    let stage = Stage::furnished(&[], |folder| {
        let file = folder.join("sunmao.toml");
        let configuration = std::fs::read_to_string(&file).expect("a configuration");
        std::fs::write(file, configuration + FLOWS).expect("written");
        for (script, text) in [("remind", REMIND), ("urgent", URGENT), ("note", NOTE)] {
            std::fs::write(folder.join(format!("scripts/{script}.rhai")), text).expect("written");
        }
    })
    .await;
    for (id, priority) in [("t-1", "urgent"), ("t-2", "low")] {
        let ticket = json!({ "subject": "不启动", "priority": priority });
        stage.files("ticket", id, &ticket).await;
    }
    stage.settles().await;
    stage.run(&["remind", "old-tickets"]).await;
    let mut reminded = ended(&stage, "remind").await;
    reminded.sort();
    let handled = |key| (key, "handled");
    assert_eq!(
        reminded,
        pairs(&[
            ("schedule/remind", "swept: 2 records, 2 to be carried on"),
            handled("ticket/t-1"),
            handled("ticket/t-1"),
            handled("ticket/t-2"),
            handled("ticket/t-2"),
        ])
    );
    let mut noted = ended(&stage, "old-tickets").await;
    noted.retain(|(key, _)| key.starts_with("schedule/"));
    assert_eq!(
        noted,
        pairs(&[("schedule/old-tickets", "swept: 2 records, 0 to be carried on")])
    );
    let change = stage.last_change().await;
    // Somebody else has made something of the note: what the flow says of it is another thing now.
    stage
        .changes("alert", "note.t-1", json!({ "subject": "另一个" }))
        .await;
    stage.runs("old-tickets").await;
    let mut noted = ended(&stage, "old-tickets").await;
    noted.retain(|(key, _)| key.starts_with("schedule/"));
    assert_eq!(noted[1].1, "swept: 2 records, 1 to be carried on");
    let is_mended = |alert: &Json| alert["subject"] == "不启动";
    stage.until_record("alert", "note.t-1", is_mended).await;
    assert_eq!(
        stage.last_change().await,
        change + 2,
        "the edit, and what mended it"
    );
    stage.has_no_dead().await;
}
