//! Two people who change one customer on both sides: nothing that either of them did is lost, nobody is there twice, and
//! what cannot be decided waits for one of them.

#![cfg(test)]

mod support;

use serde_json::{Value as Json, json};
use sunmao_simulator::{ChangeKind, Faults};
use support::colleague::Colleague;
use support::{Installation, contact};

/// The contact of `support::contact`, with members of the test.
fn with(members: Json) -> Json {
    let mut contact = contact(1);
    for (name, value) in members.as_object().expect("members") {
        contact[name] = value.clone();
    }
    contact
}

impl Installation {
    /// Files the contact and waits until it has been carried.
    async fn carried(&self, contact: Json) {
        self.file(&[contact]).await;
        let counts = self.until_idle().await;
        assert_eq!(counts["dead"], 0, "{counts}");
    }

    async fn key(&self) -> i64 {
        let record = self.get("/v1/records/contact/c-00001").await;
        record["links"][0]["erp_key"].as_i64().expect("a link")
    }

    /// How many customers were made, and how often one was changed.
    fn writes(&self) -> (usize, usize) {
        let ledger = self.simulator.ledger();
        let changes = ledger.iter().flat_map(|entry| &entry.changes);
        let customers = changes.filter(|change| change.object == "customers");
        let (made, changed): (Vec<_>, Vec<_>) =
            customers.partition(|change| change.kind == ChangeKind::Created);
        (made.len(), changed.len())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_colleague_corrected_stays_when_the_hub_files_the_contact_again() {
    let installation = Installation::start(|_| {}).await;
    let colleague = Colleague::at(&installation.simulator);
    installation
        .carried(with(
            json!({ "phone_verified": true, "email": "old@x.cn", "score": 80 }),
        ))
        .await;
    let key = installation.key().await;
    let corrected = [
        ("customer-name", "榫卯木业有限公司"),
        ("contact-name", "李二"),
        ("mobile", "13800138000"),
        ("email", "new@x.cn"),
    ];
    colleague.saves(Some(key), &corrected).await;
    let before = colleague.sees(key, ["jz"]).await;
    installation
        .carried(with(
            json!({ "phone_verified": true, "email": "old@x.cn", "score": 95 }),
        ))
        .await;
    let shown = colleague
        .sees(key, ["name", "person_name", "mobile", "email"])
        .await;
    assert_eq!(shown, ["榫卯木业有限公司", "李二", "13800138000", "new@x.cn"]);
    assert_ne!(
        colleague.sees(key, ["jz"]).await,
        before,
        "the hub's own change is there too"
    );
    // Filed once more: nothing differs, and nothing is written.
    let writes = installation.writes();
    installation
        .carried(with(
            json!({ "email": "old@x.cn", "score": 95, "confidence": 91 }),
        ))
        .await;
    assert_eq!(installation.writes(), writes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_that_the_staff_entered_is_found_in_any_spelling_and_not_made_again() {
    for members in [
        [("mobile", "+86 186 0000 0001"), ("wechat", "")],
        [("mobile", "１８６－００００－０００１"), ("wechat", "")],
        [("mobile", "13800138000"), ("wechat", "wxid_00001")],
    ] {
        let installation = Installation::start(|_| {}).await;
        let colleague = Colleague::at(&installation.simulator);
        let entered = colleague.saves(None, &members).await;
        let (made, _) = installation.writes();
        installation.carried(contact(1)).await;
        assert_eq!(installation.key().await, entered, "{members:?}");
        assert_eq!(installation.writes().0, made, "{members:?}");
        let [number] = colleague.sees(entered, ["khid"]).await;
        assert!(!number.starts_with("WX"), "the ERP's number stays: {number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_left_out_is_empty_in_the_erp_from_then_on() {
    let installation = Installation::start(|_| {}).await;
    let colleague = Colleague::at(&installation.simulator);
    installation
        .carried(with(
            json!({ "notes": "likes oak", "email": "a@x.cn", "summary": "a table" }),
        ))
        .await;
    let key = installation.key().await;
    let fields = ["intro", "email", "product"];
    assert_eq!(
        colleague.sees(key, fields).await,
        ["likes oak", "a@x.cn", "a table"]
    );
    installation
        .carried(with(json!({ "email": "", "summary": "a table" })))
        .await;
    assert_eq!(colleague.sees(key, fields).await, ["", "", "a table"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_the_erp_takes_and_does_not_store_heals() {
    let faults: Faults = "unsaved-success=0.3,server-error=0.15,dropped-after=0.1"
        .parse()
        .expect("faults");
    let installation = Installation::start(|options| options.faults = faults).await;
    let colleague = Colleague::at(&installation.simulator);
    for round in 0..12 {
        let notes = format!("round {round}");
        let contact = with(json!({ "phone": format!("186{round:08}"), "notes": notes, "score": 60 + round }));
        installation.carried(contact).await;
        let key = installation.key().await;
        let shown = colleague.sees(key, ["mobile", "intro"]).await;
        assert_eq!(shown, [format!("186{round:08}"), notes]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_changed_and_no_rule_decides_waits_for_a_person_and_is_then_carried_out() {
    let nobody = "fn merge(change) { () }";
    let installation = Installation::furnished(
        |_| {},
        |folder| std::fs::write(folder.join("scripts/conflicts.rhai"), nobody).expect("a script"),
    )
    .await;
    let colleague = Colleague::at(&installation.simulator);
    let filed = |phone: &str, notes: &str| with(json!({ "phone": phone, "notes": notes }));
    installation.carried(filed("18600000001", "a")).await;
    let key = installation.key().await;
    colleague
        .saves(
            Some(key),
            &[
                ("customer-name", "示例木作 1 号有限公司"),
                ("contact-name", "李1"),
                ("mobile", "18600000002"),
            ],
        )
        .await;
    installation.carried(filed("18600000003", "b")).await;
    // Each side keeps what it has; what only one side changed is carried all the same.
    assert_eq!(
        colleague.sees(key, ["mobile", "intro"]).await,
        ["18600000002", "b"]
    );
    installation.carried(filed("18600000003", "c")).await;
    let open = installation.command(&["conflict", "list"]).await;
    assert_eq!(open.as_array().map(Vec::len), Some(1), "{open}");
    let conflict = &open[0];
    let id = conflict["id"].to_string();
    for (member, expected) in [
        ("record", "contact/c-00001"),
        ("field", "mobile"),
        ("base", "18600000001"),
        ("hub", "18600000003"),
        ("erp", "18600000002"),
    ] {
        assert_eq!(conflict[member], expected, "{conflict}");
    }
    assert_eq!(conflict["erp_key"], key);
    let shown = installation.command(&["conflict", "show", &id]).await;
    assert!(
        shown["hub_changed"]
            .as_str()
            .is_some_and(|words| words.contains("http")),
        "{shown}"
    );

    let settled = installation.command(&["conflict", "settle", &id, "hub"]).await;
    assert_eq!(settled["settlement"], json!({ "take": "hub" }));
    installation.until_idle().await;
    assert_eq!(
        colleague.sees(key, ["mobile", "intro"]).await,
        ["18600000003", "c"]
    );
    let open = installation.command(&["conflict", "list", "--settled"]).await;
    assert_eq!(open, json!([]), "it is over");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_customers_that_match_wait_for_a_person_who_says_which() {
    let installation = Installation::start(|_| {}).await;
    let colleague = Colleague::at(&installation.simulator);
    let one = colleague.saves(None, &[("mobile", "186 0000 0001")]).await;
    let other = colleague.saves(None, &[("mobile", "+86-186-0000-0001")]).await;
    let (made, _) = installation.writes();
    installation.carried(contact(1)).await;
    assert_eq!(installation.writes().0, made, "none is made beside them");
    let open = installation
        .command(&["conflict", "list", "--record", "contact/c-00001"])
        .await;
    let mut candidates = vec![one, other];
    candidates.sort_unstable();
    assert_eq!(open[0]["candidates"], json!(candidates), "{open}");
    let key = other.to_string();
    installation
        .command(&["conflict", "settle", "contact/c-00001", &key])
        .await;
    installation.until_idle().await;
    assert_eq!(installation.key().await, other);
    assert_eq!(installation.writes().0, made);
    let open = installation.command(&["conflict", "list", "--settled"]).await;
    assert_eq!(open, json!([]), "it is over");
}
