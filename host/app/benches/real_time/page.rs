//! The page of a conversation, with its contact, contracts and tickets, among 100,000 records.

use crate::figures::{Bound, Line, Times};
use crate::support::Installation;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Contacts and conversations, one each; of contracts and of tickets there are four of each contact.
const CONTACTS: usize = 10_000;
const OF_EACH: usize = 4;
/// Records filed in one request.
const AT_ONCE: usize = 2_000;
/// Pages that are asked for.
const PAGES: usize = 500;

pub async fn measure() -> Vec<Line> {
    let installation = Installation::furnished(
        |_| {},
        |folder| {
            let file = folder.join("sunmao.toml");
            let configuration = std::fs::read_to_string(&file).expect("a configuration");
            // Nothing is to be carried on: what is measured is what is there.
            let (alone, _) = configuration.split_once("[flow.").expect("a flow");
            std::fs::write(file, alone).expect("written");
        },
    )
    .await;
    let begun = Instant::now();
    fill(&installation).await;
    eprintln!(
        "{} records in {:.0?}",
        CONTACTS * (2 + 2 * OF_EACH),
        begun.elapsed()
    );
    let (mut plain, mut included, mut product) = (Times::default(), Times::default(), Times::default());
    for page in 0..PAGES {
        // One after another, from all over the store.
        let number = page * 7_919 % CONTACTS;
        let path = format!("/v1/records/conversation/k-{number}");
        plain.note(timed(&installation, &path, 0).await);
        let related = format!("{path}?include=contact,contract,ticket");
        included.note(timed(&installation, &related, 1 + 2 * OF_EACH).await);
        let contact = format!("/v1/records/contact/c-{number}?include=conversation");
        product.note(timed(&installation, &contact, 1).await);
    }
    let plain_again = || {
        let mut copy = Times::default();
        (1..=100).for_each(|percent| copy.note(plain.percentile(percent)));
        copy
    };
    vec![
        Line {
            question: "a conversation's page with contact, contracts and tickets, of 100,000 records",
            baseline: ("the record alone", plain_again()),
            measured: included,
            bound: Bound::Whole(Duration::from_millis(20)),
        },
        Line {
            question: "a contact's page with its conversations, of 100,000 records",
            baseline: ("a record alone", plain_again()),
            measured: product,
            bound: Bound::Whole(Duration::from_millis(20)),
        },
    ]
}

async fn fill(installation: &Installation) {
    let contacts = (0..CONTACTS).map(|number| {
        json!({ "id": format!("c-{number}"), "company_name": format!("示例木作 {number} 号有限公司"), "real_name": "王芳",
            "phone": format!("199{number:08}"), "notes": "询价 ".repeat(20) })
    });
    file(installation, "contact", contacts).await;
    let conversations = (0..CONTACTS).map(|number| {
        json!({ "id": format!("k-{number}"), "contact_id": format!("c-{number}"), "status": "NEED_REPLY", "topic": "报价",
            "summary": "客户询问交期与价格。".repeat(10) })
    });
    file(installation, "conversation", conversations).await;
    let contracts = (0..CONTACTS * OF_EACH).map(|number| {
        let line = json!({ "product_number": "CP000003", "description": "泵", "quantity": "4", "unit_price": "120.50", "amount": "482.00" });
        json!({ "id": format!("h-{number}"), "number": format!("HT-{number}"), "subject": "供货合同", "customer": format!("c-{}", number % CONTACTS),
            "status": "performing", "total": "482.00", "payable": "482.00", "paid": "100.00", "open": "382.00", "lines": [line] })
    });
    file(installation, "contract", contracts).await;
    let tickets = (0..CONTACTS * OF_EACH).map(|number| {
        json!({ "id": format!("t-{number}"), "number": format!("SH-{number}"), "subject": "设备不启动", "customer": format!("c-{}", number % CONTACTS),
            "status": "open", "description": "开机无反应，指示灯不亮。" })
    });
    file(installation, "ticket", tickets).await;
}

async fn file(installation: &Installation, kind: &str, records: impl Iterator<Item = Value>) {
    let lines: Vec<String> = records.map(|record| format!("{record}\n")).collect();
    for lines in lines.chunks(AT_ONCE) {
        let request = installation
            .http
            .post(format!("{}/v1/records/{kind}", installation.url))
            .header("content-type", "application/x-ndjson");
        let answer = request.body(lines.concat()).send().await.expect("answer");
        assert_eq!(answer.status(), 202);
        let summary: Value = answer.json().await.expect("JSON");
        assert_eq!(summary["accepted"], lines.len(), "{summary}");
    }
}

/// How long an answer takes, read whole, which brings so many related records.
async fn timed(installation: &Installation, path: &str, related: usize) -> Duration {
    let begun = Instant::now();
    let answer = installation
        .http
        .get(format!("{}{path}", installation.url))
        .send()
        .await;
    let text = answer.expect("answer").bytes().await.expect("a body");
    let time = begun.elapsed();
    let shown: Value = serde_json::from_slice(&text).expect("JSON");
    let included = shown["included"]
        .as_object()
        .into_iter()
        .flat_map(|kinds| kinds.values());
    let found: usize = included.map(|kind| kind.as_array().map_or(0, Vec::len)).sum();
    assert_eq!(found, related, "{path}");
    time
}
