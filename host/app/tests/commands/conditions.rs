//! One record over HTTP: conditions on its revision, deleting, filters, and lists as pages and as lines.

use crate::bare::{Bare, bare};
use crate::serve::send;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// What is asked of a record, and the answer: its status, its ETag and its body.
async fn ask(
    method: Method,
    address: &str,
    header: Option<(&str, &str)>,
    body: Option<Value>,
) -> (u16, Option<String>, Value) {
    let mut request = Client::new().request(method, address);
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    let tag = answer
        .headers()
        .get("etag")
        .map(|tag| tag.to_str().unwrap().to_owned());
    let status = answer.status();
    let body = match status {
        StatusCode::NOT_MODIFIED => Value::Null,
        _ => answer.json().await.unwrap(),
    };
    (status.as_u16(), tag, body)
}

async fn file(host: &Bare, path: &str, body: Value) {
    let (status, _, answer) = ask(Method::PUT, &host.address(path), None, Some(body)).await;
    assert_eq!(status, 202, "{answer}");
}

#[tokio::test]
async fn nobody_overwrites_what_he_did_not_see() {
    let host = bare("", &[]).await;
    let address = host.address("/v1/records/contact/c-1");
    let put = async |header, name: &str| {
        let body = json!({ "company_name": name });
        ask(Method::PUT, &address, Some(header), Some(body)).await
    };
    let (status, _, absent) = put(("if-match", "*"), "甲").await;
    assert_eq!((status, &absent["error"]["kind"]), (412, &json!("conflict")));
    let (status, tag, receipt) = put(("if-none-match", "*"), "甲").await;
    assert_eq!((status, tag.as_deref()), (202, Some("\"1\"")), "{receipt}");
    assert_eq!(
        (&receipt["kind"], &receipt["id"]),
        (&json!("contact"), &json!("c-1"))
    );
    let (status, _, there) = put(("if-none-match", "*"), "乙").await;
    assert_eq!((status, &there["error"]["kind"]), (412, &json!("conflict")));
    assert_eq!(put(("if-match", "\"1\""), "乙").await.1.as_deref(), Some("\"2\""));
    let (status, _, stale) = put(("if-match", "\"1\""), "丙").await;
    assert_eq!(status, 412, "{stale}");
    assert!(
        stale["error"]["message"].to_string().contains("contact/c-1"),
        "{stale}"
    );
    assert_eq!(put(("if-match", "*"), "丁").await.1.as_deref(), Some("\"3\""));
    for header in [
        ("if-match", "3"),
        ("if-match", "\"x\""),
        ("if-none-match", "\"3\""),
    ] {
        assert_eq!(put(header, "戊").await.0, 400, "{header:?}");
    }

    let (status, tag, shown) = ask(Method::GET, &address, None, None).await;
    assert_eq!((status, tag.as_deref()), (200, Some("\"3\"")));
    assert_eq!(
        (
            &shown["body"]["company_name"],
            &shown["deleted"],
            &shown["origin"]
        ),
        (&json!("丁"), &json!(false), &json!("http"))
    );
    let known = ask(Method::GET, &address, Some(("if-none-match", "\"3\"")), None).await;
    assert_eq!(known.0, 304);
    let known = ask(Method::GET, &address, Some(("if-none-match", "\"2\"")), None).await;
    assert_eq!(known.0, 200);
}

#[tokio::test]
async fn what_is_deleted_leaves_a_tombstone_and_can_come_back() {
    let host = bare("", &[]).await;
    let address = host.address("/v1/records/contact/c-1");
    assert_eq!(ask(Method::DELETE, &address, None, None).await.0, 404);
    file(&host, "/v1/records/contact/c-1", json!({"company_name": "甲"})).await;
    let stale = ask(Method::DELETE, &address, Some(("if-match", "\"7\"")), None).await;
    assert_eq!(stale.0, 412);
    let (status, tag, receipt) = ask(Method::DELETE, &address, Some(("if-match", "\"1\"")), None).await;
    assert_eq!((status, tag.as_deref()), (202, Some("\"2\"")), "{receipt}");
    let (_, _, gone) = ask(Method::GET, &address, None, None).await;
    assert_eq!((&gone["deleted"], &gone["body"]), (&json!(true), &Value::Null));
    let again = ask(Method::DELETE, &address, None, None).await;
    assert_eq!((again.0, &again.2["changed"]), (202, &json!(false)));
    let new = json!({"company_name": "甲"});
    let back = ask(Method::PUT, &address, Some(("if-none-match", "*")), Some(new)).await;
    assert_eq!((back.0, back.1.as_deref()), (202, Some("\"3\"")), "{}", back.2);
}

#[tokio::test]
async fn an_unknown_kind_names_the_nearest_and_rows_of_the_erp_are_filed_by_nobody() {
    let host = bare("", &[]).await;
    let body = || Some(json!({"name": "甲"}));
    let unknown = ask(Method::PUT, &host.address("/v1/records/contct/c-1"), None, body()).await;
    assert_eq!(unknown.0, 404);
    assert!(
        unknown.2["error"]["hint"].to_string().contains("contact"),
        "{}",
        unknown.2
    );
    let row = ask(
        Method::PUT,
        &host.address("/v1/records/erp.customers/1"),
        None,
        body(),
    )
    .await;
    assert_eq!(
        (row.0, &row.2["error"]["kind"]),
        (403, &json!("refused")),
        "{}",
        row.2
    );
    let kinds = ask(Method::GET, &host.address("/v1/kinds/contact"), None, None)
        .await
        .2;
    let phone = kinds["fields"].as_array().unwrap();
    let phone = phone.iter().find(|field| field["name"] == "phone").unwrap();
    assert_eq!(
        (&phone["personal"], &phone["identity"]),
        (&json!(true), &json!("phone"))
    );
}

#[tokio::test]
async fn lists_are_filtered_by_members_by_changes_and_by_presence() {
    let host = bare("", &[]).await;
    for number in 1..=5 {
        let body = json!({"company_name": format!("公司{number}"), "phone": format!("1770000000{number}")});
        file(&host, &format!("/v1/records/contact/c-{number}"), body).await;
    }
    let get = async |query: &str| {
        let path = format!("/v1/records/contact{query}");
        send(Client::new().get(host.address(&path))).await
    };
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&get("?phone=17700000003").await.1), ["c-3"]);
    assert_eq!(ids(&get("?phone=17700000003&company_name=x").await.1), [""; 0]);
    let (_, first) = get("?limit=2").await;
    assert_eq!(
        (ids(&first), &first["next"]),
        (vec!["c-1".to_owned(), "c-2".to_owned()], &json!("c-2"))
    );
    assert_eq!(ids(&get("?limit=2&after=c-2").await.1), ["c-3", "c-4"]);

    let fourth = get("?after=c-3&limit=1").await.1["items"][0]["change"].clone();
    file(&host, "/v1/records/contact/c-1", json!({"company_name": "改了"})).await;
    let (_, changed) = get(&format!("?changed_after={fourth}")).await;
    assert_eq!(ids(&changed), ["c-5", "c-1"]);
    ask(
        Method::DELETE,
        &host.address("/v1/records/contact/c-2"),
        None,
        None,
    )
    .await;
    assert_eq!(ids(&get("").await.1), ["c-1", "c-3", "c-4", "c-5"]);
    assert_eq!(ids(&get("?deleted=true").await.1), ["c-2"]);
    assert_eq!(ids(&get("?deleted=any").await.1).len(), 5);

    for query in [
        "?phon=1",
        "?after=a&changed_after=1",
        "?changed_after=x",
        "?limit=-1",
        "?phone=1&phone=2",
        "?deleted=maybe",
    ] {
        let (status, answer) = get(query).await;
        assert_eq!(status, 400, "{query}: {answer}");
    }
    let hint = get("?phon=1").await.1["error"]["hint"].to_string();
    assert!(hint.contains("phone"), "{hint}");
}

#[tokio::test]
async fn as_lines_all_records_come_whatever_their_number() {
    let host = bare("", &[]).await;
    let lines: Vec<String> = (0..2_345)
        .map(|number| json!({"id": format!("c-{number:04}"), "remark": "样例"}).to_string())
        .collect();
    let request = Client::new().post(host.address("/v1/records/contact"));
    let filed = send(
        request
            .header("content-type", "application/x-ndjson")
            .body(lines.join("\n")),
    )
    .await;
    assert_eq!((filed.0, &filed.1["accepted"]), (202, &json!(2_345)));
    for (query, expected) in [("", 2_345), ("?limit=1500", 1_500), ("?after=c-2000", 344)] {
        let request = Client::new().get(host.address(&format!("/v1/records/contact{query}")));
        let answer = request
            .header("accept", "application/x-ndjson")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
        let text = answer.text().await.unwrap();
        let records: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(records.len(), expected, "{query}");
        assert!(records.is_sorted_by_key(|record| record["id"].as_str().unwrap().to_owned()));
    }
}
