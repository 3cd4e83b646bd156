//! A member of a contact has one greatest length, at the door: what is let in there reaches the ERP.

use crate::serve::{host, send};
use crate::support::eventually;
use serde_json::{Value, json};

/// As `docs/http-api.md` has them.
const LONGEST: [(&str, usize); 11] = [
    ("wx_id", 50),
    ("remark", 200),
    ("k_code", 50),
    ("owner", 50),
    ("company_name", 100),
    ("real_name", 50),
    ("phone", 50),
    ("email", 50),
    ("address", 200),
    ("notes", 4000),
    ("summary", 4000),
];

fn contact(more: usize, without: &[&str]) -> Value {
    let mut contact = json!({"has_order": true});
    for (name, longest) in LONGEST {
        if !without.contains(&name) {
            contact[name] = "字".repeat(longest + more).into();
        }
    }
    contact
}

#[tokio::test]
async fn what_is_accepted_at_its_longest_becomes_a_customer() {
    let host = host().await;
    let http = reqwest::Client::new();
    let file = |id: String, body: Value| {
        let address = format!("{}/v1/records/contact/{id}", host.url);
        let request = http.put(&address).json(&body);
        async move { (send(request).await, address) }
    };
    let cases: [&[&str]; 3] = [&[], &["real_name", "remark"], &["company_name", "real_name"]];
    let mut numbers = Vec::new();
    for (number, without) in cases.iter().enumerate() {
        for length in [48, 49, 64] {
            let id = format!("{number}{}", "i".repeat(length - 1));
            let ((status, answer), address) = file(id, contact(0, without)).await;
            assert_eq!(status, 202, "{answer}");
            let ended = eventually(&address, |contact| {
                let state = &contact["deliveries"][0]["state"];
                state == "done" || state == "dead"
            })
            .await;
            assert!(ended["links"][0]["number"].is_string(), "{ended}");
            numbers.push(ended["links"][0]["number"].to_string());
        }
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 9, "each has a number of its own: {numbers:?}");
    let ((status, answer), _) = file("i".repeat(65), contact(1, &[])).await;
    assert_eq!(status, 400);
    assert_eq!(
        answer["error"]["faults"].as_array().unwrap().len(),
        LONGEST.len() + 1,
        "{answer}"
    );
}
