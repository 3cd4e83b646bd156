//! `PATCH /v1/records/{kind}`: members that change, and what a trial says of them.

use crate::serve::{host, send};
use serde_json::{Value, json};

async fn post(url: &str, method: reqwest::Method, lines: &[Value]) -> (u16, Value) {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let request = reqwest::Client::new()
        .request(method, url)
        .header("content-type", "application/x-ndjson")
        .body(lines.join("\n"));
    send(request).await
}

#[tokio::test]
async fn members_are_changed_and_the_rest_stays() {
    let host = host().await;
    let all = format!("{}/v1/records/contact", host.url);
    let whole = json!({"id": "c-1", "wx_id": "wx-1", "phone": "17700000001", "score": 3});
    let (status, filed) = post(&all, reqwest::Method::POST, &[whole]).await;
    assert_eq!((status, &filed["created"]), (202, &json!(1)), "{filed}");

    let lines = [
        json!({"id": "c-1", "phone": "+86 177 0000 0001", "score": null, "real_name": "李明"}),
        json!({"id": "c-1", "real_name": "李小明"}),
        json!({"id": "c-2", "phone": "17700000002"}),
        json!({"id": "c-3", "score": 200, "zebra": 1}),
    ];
    let dry = format!("{all}?dry=true");
    let (status, tried) = post(&dry, reqwest::Method::PATCH, &lines).await;
    assert_eq!(status, 202, "{tried}");
    let told = ["accepted", "changed", "created", "unsound"].map(|name| tried[name].as_u64().unwrap());
    assert_eq!(told, [3, 3, 1, 1], "{tried}");
    assert_eq!(
        tried["changes"][0]["members"],
        json!(["real_name", "score"]),
        "{tried}"
    );
    assert_eq!(
        tried["rejected"][0]["faults"].as_array().unwrap().len(),
        2,
        "{tried}"
    );
    let one = format!("{all}/c-1");
    let (_, kept) = send(reqwest::Client::new().get(&one)).await;
    assert_eq!(
        (&kept["revision"], &kept["body"]["score"]),
        (&json!(1), &json!(3))
    );

    let (status, filed) = post(&all, reqwest::Method::PATCH, &lines).await;
    let told = ["accepted", "changed", "created", "unsound"].map(|name| filed[name].as_u64().unwrap());
    assert_eq!((status, told), (202, [3, 3, 1, 1]), "{filed}");
    assert_eq!(filed["rejected"][0]["line"], 4);
    let (_, kept) = send(reqwest::Client::new().get(&one)).await;
    let body = json!({"wx_id": "wx-1", "real_name": "李小明", "phone": "17700000001"});
    assert_eq!((&kept["revision"], &kept["body"]), (&json!(3), &body));

    let (status, _) = post(&format!("{all}?dyr=true"), reqwest::Method::PATCH, &lines).await;
    assert_eq!(status, 400, "what was mistyped is not filed");
    let (_, again) = post(&all, reqwest::Method::PATCH, &lines[1..3]).await;
    assert_eq!((&again["accepted"], &again["changed"]), (&json!(2), &json!(0)));
}

/// Many who change members of one record at once all are heard.
#[tokio::test]
async fn no_member_is_lost_where_many_write() {
    let host = host().await;
    let all = format!("{}/v1/records/contact", host.url);
    let members = [
        "wx_id",
        "remark",
        "k_code",
        "owner",
        "company_name",
        "real_name",
        "email",
        "address",
    ];
    let mut calls = tokio::task::JoinSet::new();
    for member in members {
        let all = all.clone();
        calls.spawn(async move {
            let line = json!({"id": "c-1", member: member});
            // Who lost to others as often as the host looks is told, and sends it again.
            loop {
                let (_, filed) = post(&all, reqwest::Method::PATCH, std::slice::from_ref(&line)).await;
                if filed["accepted"] == 1 {
                    return;
                }
            }
        });
    }
    calls.join_all().await;
    let (_, kept) = send(reqwest::Client::new().get(format!("{all}/c-1"))).await;
    let body = kept["body"].as_object().unwrap();
    assert!(members.iter().all(|member| body[*member] == *member), "{kept}");
}
