//! The audit log: sign-ins and sign-outs, and `sunmao audit tail -f` when more happens between two looks than one answer
//! holds.

use crate::scripted::{Reply, Scripted};
use crate::serve::{Host, host};
use crate::support::{Sunmao, eventually};
use serde_json::{Value, json};
use std::collections::HashMap;
use sunmao_store::{AuditFilter, Store};

/// Rows of the log.
const ROWS: i64 = 2_345;

/// As a host answers: the last rows, or those behind a number.
fn page(query: &str) -> Value {
    let members: HashMap<&str, i64> = query
        .split('&')
        .filter_map(|member| member.split_once('='))
        .map(|(name, value)| (name, value.parse().unwrap()))
        .collect();
    let limit = members.get("limit").copied().unwrap_or(100);
    let last = 5;
    let (after, end) = match members.get("after") {
        Some(after) => (*after, ROWS.min(after + limit)),
        // Everything else comes in only after the first look.
        None => (last - limit.min(last), last),
    };
    let items: Vec<Value> = (after + 1..=end)
        .map(|sequence| {
            json!({
                "sequence": sequence, "at": "2026-01-01T00:00:00Z", "actor": "host", "version": "0", "operation": "session.login",
                "menu_id": null, "subject": null, "outcome": "applied", "error_kind": null, "message": null,
                "duration_micros": 1, "requests": 1, "arguments": null,
            })
        })
        .collect();
    json!({"items": items, "next": items.last().map_or(json!(after), |row| row["sequence"].clone())})
}

#[tokio::test]
async fn a_follower_catches_up_page_after_page() {
    let mut host = Scripted::start(|path| Reply::Json(page(path.split_once('?').unwrap().1))).await;
    let mut tail = Sunmao::new().start(&["audit", "tail", "-f", "-n", "2", "--json", "--url", &host.url()]);
    for sequence in 4..=ROWS {
        assert_eq!(tail.next().await.expect("a row")["sequence"], sequence);
    }
    // Three full pages would be enough for all of them.
    let mut looks = vec![host.next().await];
    while !looks.last().unwrap().contains(&format!("after={}", 2_005)) {
        looks.push(host.next().await);
    }
    assert_eq!(looks.len(), 4, "{looks:?}");
    assert_eq!(tail.terminate().await, Some(0));
}

#[tokio::test]
async fn no_row_is_shown_where_none_is_wanted() {
    let host = Scripted::start(|path| Reply::Json(page(path.split_once('?').unwrap().1))).await;
    let mut tail = Sunmao::new().start(&["audit", "tail", "-f", "-n", "0", "--json", "--url", &host.url()]);
    assert_eq!(tail.next().await.expect("a row")["sequence"], 6);
    assert_eq!(tail.terminate().await, Some(0));
}

#[tokio::test]
async fn signing_in_and_out_leaves_rows_of_the_hosts_own() {
    let Host {
        erp: _erp,
        sunmao,
        running,
        url,
    } = host().await;
    let contact = json!({"company_name": "样例木作", "real_name": "李明", "phone": "17700000001",
        "phone_verified": true, "score": 80});
    let address = format!("{url}/v1/records/contact/c-1");
    let filed = reqwest::Client::new().put(&address).json(&contact).send().await;
    filed.unwrap().error_for_status().unwrap();
    eventually(&address, |contact| contact["deliveries"][0]["state"] == "done").await;
    assert_eq!(running.terminate().await, Some(0));
    let store = Store::open(&sunmao.folder.path().join("data/sunmao.sqlite"))
        .await
        .unwrap();
    let by_host = AuditFilter {
        actor: Some("host".to_owned()),
        ..AuditFilter::default()
    };
    let rows = store.audit.tail(None, 10, by_host).await.unwrap();
    let rows: Vec<_> = rows
        .iter()
        .map(|entry| (&*entry.row.operation, &*entry.row.outcome))
        .collect();
    assert_eq!(
        rows,
        [("session.login", "applied"), ("session.logout", "applied")]
    );
}

#[tokio::test]
async fn the_log_is_verified_against_what_was_written_down_and_exported_as_a_table() {
    let Host {
        erp: _erp,
        sunmao,
        running,
        url,
    } = host().await;
    let contact = json!({"company_name": "样例木作", "real_name": "李明", "phone": "17700000001",
        "phone_verified": true, "score": 80});
    let address = format!("{url}/v1/records/contact/c-1");
    let filed = reqwest::Client::new().put(&address).json(&contact).send().await;
    filed.unwrap().error_for_status().unwrap();
    eventually(&address, |contact| contact["deliveries"][0]["state"] == "done").await;

    let told = sunmao.run(&["audit", "verify", "--json", "--url", &url]).await;
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let chain = told.json();
    assert_eq!(
        (&chain["broken"], &chain["without_end"]),
        (&Value::Null, &json!(0))
    );
    let known = format!("{}:{}", chain["position"], chain["digest"].as_str().unwrap());
    let told = sunmao
        .run(&["audit", "verify", "--known", &known, "--url", &url])
        .await;
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    assert!(told.stdout.contains("links hold"), "{}", told.stdout);
    let other = format!("{}:{}", chain["position"], "0".repeat(64));
    let told = sunmao
        .run(&["audit", "verify", "--known", &other, "--url", &url])
        .await;
    assert_eq!(told.code, Some(1), "{}", told.stderr);
    assert!(
        told.stderr
            .contains("is not the one that was written down earlier"),
        "{}",
        told.stderr
    );
    let told = sunmao
        .run(&["audit", "verify", "--known", "last", "--url", &url])
        .await;
    assert_eq!(told.code, Some(1), "{}", told.stderr);

    let file = sunmao.folder.path().join("audit.csv");
    let file = file.to_str().unwrap();
    let told = sunmao
        .run(&[
            "audit",
            "export",
            "--subject",
            "contact/c-1",
            "--to",
            file,
            "--url",
            &url,
        ])
        .await;
    assert_eq!(told.code, Some(0), "{}", told.stderr);
    let table = std::fs::read_to_string(file).unwrap();
    let (head, rows) = table.trim_start_matches('\u{feff}').split_once("\r\n").unwrap();
    assert!(head.contains("时间,调用者,版本,操作"), "{head}");
    assert!(
        rows.lines().count() >= 2 && rows.lines().all(|row| row.contains("contact/c-1")),
        "{rows}"
    );
    assert!(
        rows.contains("customers.save-company") && !rows.contains("17700000001"),
        "{rows}"
    );
    let later = [
        "audit",
        "export",
        "--since",
        "2100-01-01T00:00:00Z",
        "--url",
        &url,
    ];
    assert_eq!(sunmao.run(&later).await.stdout, "");
    assert_eq!(running.terminate().await, Some(0));
}
