//! What changed since: as pages and as a stream that goes on where it broke off.

use crate::bare::{Bare, bare};
use crate::serve::send;
use crate::support::PATIENCE;
use reqwest::{Client, Response};
use serde_json::{Value, json};

/// A stream of server-sent events.
struct Events {
    answer: Response,
    text: String,
}

impl Events {
    async fn follow(host: &Bare, query: &str, last: Option<&str>) -> Events {
        let request = Client::new().get(host.address(&format!("/v1/changes{query}")));
        let request = request.header("accept", "text/event-stream");
        let request = match last {
            Some(last) => request.header("last-event-id", last),
            None => request,
        };
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let text = String::new();
        Events { answer, text }
    }

    /// The next event by its fields; none when the stream ends. Comments only show that it lives.
    async fn next(&mut self) -> Option<(String, String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| line.strip_prefix(name).map(str::trim).map(str::to_owned))
                };
                if let Some(data) = field("data:") {
                    let data = serde_json::from_str(&data).unwrap();
                    return Some((field("id:").unwrap(), field("event:").unwrap(), data));
                }
                continue;
            }
            let chunk = tokio::time::timeout(PATIENCE, self.answer.chunk()).await;
            let chunk = chunk.expect("something in time").ok()??;
            self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

async fn file(host: &Bare, name: &str, body: Value) {
    let request = Client::new().put(host.address(&format!("/v1/records/{name}")));
    let (status, answer) = send(request.json(&body)).await;
    assert_eq!(status, 202, "{answer}");
}

#[tokio::test]
async fn a_stream_goes_on_behind_the_last_event_that_was_seen() {
    let host = bare("", &[]).await;
    file(&host, "contact/c-1", json!({"company_name": "甲"})).await;
    file(&host, "contact/c-2", json!({"company_name": "乙"})).await;
    let mut events = Events::follow(&host, "", None).await;
    let (first, event, change) = events.next().await.unwrap();
    assert_eq!((event.as_str(), &change["id"]), ("contact.saved", &json!("c-1")));
    assert_eq!(change["change"].to_string(), first);
    let (second, _, _) = events.next().await.unwrap();
    // It is told of what happens while it looks.
    file(&host, "contact/c-3", json!({"company_name": "丙"})).await;
    assert_eq!(events.next().await.unwrap().2["id"], "c-3");
    drop(events);

    let deleted = Client::new().delete(host.address("/v1/records/contact/c-1"));
    assert_eq!(send(deleted).await.0, 202);
    let mut events = Events::follow(&host, "", Some(&second)).await;
    assert_eq!(events.next().await.unwrap().2["id"], "c-3");
    let (_, event, change) = events.next().await.unwrap();
    assert_eq!(
        (event.as_str(), &change["id"], &change["body"]),
        ("contact.deleted", &json!("c-1"), &Value::Null)
    );
}

#[tokio::test]
async fn a_kind_alone_is_followed_and_a_host_that_stops_ends_the_stream() {
    let host = bare("", &[]).await;
    let mut events = Events::follow(&host, "?kind=product", None).await;
    file(&host, "contact/c-1", json!({"company_name": "甲"})).await;
    file(&host, "product/p-1", json!({"name": "榫卯凳", "number": "P-1"})).await;
    assert_eq!(events.next().await.unwrap().1, "product.saved");
    let stopped = host.running.terminate();
    let (stopped, end) = tokio::join!(stopped, events.next());
    assert_eq!((stopped, end), (Some(0), None));
}

#[tokio::test]
async fn pages_say_where_to_go_on_and_what_cannot_be_followed_is_refused() {
    let host = bare("", &[]).await;
    for number in 1..=3 {
        file(
            &host,
            &format!("contact/c-{number}"),
            json!({"company_name": "甲"}),
        )
        .await;
    }
    let get = async |query: &str| {
        send(Client::new().get(host.address(&format!("/v1/changes{query}"))))
            .await
            .1
    };
    let first = get("?limit=2").await;
    assert_eq!(first["items"].as_array().unwrap().len(), 2);
    let rest = get(&format!("?after={}", first["next"])).await;
    assert_eq!(
        (&rest["items"][0]["id"], rest["items"].as_array().unwrap().len()),
        (&json!("c-3"), 1)
    );
    let end = get(&format!("?after={}", rest["next"])).await;
    assert_eq!((&end["items"], &end["next"]), (&json!([]), &rest["next"]));
    let unknown = get("?kind=contct").await;
    assert_eq!(unknown["error"]["kind"], "not-found", "{unknown}");
    let request = Client::new().get(host.address("/v1/changes"));
    let request = request
        .header("accept", "text/event-stream")
        .header("last-event-id", "x");
    assert_eq!(send(request).await.0, 400);
}
