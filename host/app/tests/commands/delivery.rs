//! `sunmao delivery`: what waits for a file that is gone is seen, made due and dropped.

use crate::serve::{Host, host_with, send};
use crate::support::{Ended, until};
use serde_json::{Value, json};

const AUTOMATION: &str = "script greet";
/// It waits for what it hears of to be worth it.
const NEVER: &str = r#"fn handle(event) { throw #{ retry: true, message: "not yet" }; }"#;

async fn delivery(host: &Host, arguments: &[&str]) -> Ended {
    let given = [&["delivery"], arguments, &["--url", &host.url]].concat();
    host.sunmao.run(&given).await
}

/// A host whose automation heard of three contacts and whose file is gone.
async fn host_without_its_automation() -> Host {
    let host = host_with(|sunmao| {
        sunmao.write("scripts/greet.rhai", NEVER);
    })
    .await;
    let lines: Vec<String> = (1..4)
        .map(|number| json!({ "id": format!("c-{number}"), "score": 1 }).to_string())
        .collect();
    let request = reqwest::Client::new()
        .post(format!("{}/v1/records/contact", host.url))
        .header("content-type", "application/x-ndjson")
        .body(lines.join("\n"));
    let (status, answer) = send(request).await;
    assert_eq!((status, &answer["accepted"]), (202, &json!(3)), "{answer}");
    std::fs::remove_file(host.sunmao.folder.path().join("scripts/greet.rhai")).unwrap();
    until("nothing is in hand and the file is gone", async || {
        let list = ["list", "--target", AUTOMATION, "--state", "pending", "--json"];
        let waiting = delivery(&host, &list).await.json();
        let held_up = &waiting["items"][0]["held_up"]["hint"];
        waiting["count"] == 3 && held_up.is_string()
    })
    .await;
    host
}

#[tokio::test]
async fn what_waits_for_a_file_that_is_gone_is_dropped_once_that_is_said() {
    let host = host_without_its_automation().await;
    let list = ["list", "--target", AUTOMATION];
    let listed = delivery(&host, &[&list[..], &["--json"]].concat()).await.json();
    assert_eq!(listed["count"], 3, "{listed}");
    let hint = listed["items"][0]["held_up"]["hint"].as_str().unwrap();
    assert!(
        hint.contains(r#"sunmao delivery drop --target "script greet""#),
        "{hint}"
    );
    let text = delivery(&host, &list).await.stdout;
    assert!(text.contains("c-1") && text.contains("does not serve"), "{text}");
    let status: Value = send(reqwest::Client::new().get(format!("{}/v1/status", host.url)))
        .await
        .1;
    assert_eq!(status["held_up"][AUTOMATION]["deliveries"], 3, "{status}");

    let drop = ["drop", "--target", AUTOMATION];
    let shown = delivery(&host, &drop).await;
    assert_eq!(shown.code, Some(1));
    assert!(shown.stdout.contains("c-3"), "{}", shown.stdout);
    assert!(
        shown.stderr.contains("3 would be forgotten") && shown.stderr.contains("--yes"),
        "{}",
        shown.stderr
    );
    let count = async || delivery(&host, &[&list[..], &["--json"]].concat()).await.json()["count"].clone();
    assert_eq!(count().await, 3, "nothing was dropped");

    let id = listed["items"][2]["id"].to_string();
    let one = delivery(&host, &["drop", &id, "--yes"]).await;
    assert_eq!(
        (one.code, one.stdout.trim()),
        (Some(0), "1 dropped"),
        "{}",
        one.stderr
    );
    let rest = delivery(&host, &[&drop[..], &["--yes", "--json"]].concat()).await;
    assert_eq!(rest.json(), json!({ "dropped": 2, "unresolved": 0 }));
    assert_eq!(count().await, 0);
    let nothing = delivery(&host, &drop).await;
    assert_eq!(
        (nothing.code, nothing.stdout.trim()),
        (Some(0), "There are none.")
    );
    assert_eq!(host.running.terminate().await, Some(0));
}

#[tokio::test]
async fn what_waits_is_made_due() {
    let host = host_without_its_automation().await;
    let put_off = json!({ "target": AUTOMATION });
    let released = delivery(&host, &["release", "--target", AUTOMATION, "--json"]).await;
    assert_eq!(released.json(), json!({ "released": 3 }), "{}", released.stderr);
    let late = delivery(&host, &["list", "--late", "--json"]).await.json();
    assert_eq!(late["count"], 0, "due, and not for a minute yet: {late}");
    let unknown = delivery(&host, &["release", "999"]).await;
    assert_eq!(unknown.code, Some(1), "{}", unknown.stdout);
    for body in [
        json!({}),
        json!({ "ids": [1], "target": "x" }),
        json!({ "ids": "1" }),
        put_off.clone(),
    ] {
        let request = reqwest::Client::new().post(format!("{}/v1/deliveries/release", host.url));
        let (status, answer) = send(request.json(&body)).await;
        match body == put_off {
            true => assert_eq!((status, answer), (200, json!({ "released": 3 }))),
            false => assert_eq!(status, 400, "{body}: {answer}"),
        }
    }
    let nobody = delivery(&host, &["list", "--state", "lost"]).await;
    assert_eq!(nobody.code, Some(2), "{}", nobody.stdout);

    host.sunmao.write("scripts/greet.rhai", "fn handle(event) { }");
    until("the automation is back and heard of them", async || {
        let done = ["list", "--target", AUTOMATION, "--state", "done", "--json"];
        delivery(&host, &done).await.json()["count"] == 3
    })
    .await;
    assert_eq!(host.running.terminate().await, Some(0));
}
