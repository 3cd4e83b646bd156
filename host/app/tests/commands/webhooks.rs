//! Other systems are told of what changes, signed so that they know who says so.

use crate::bare::{Bare, bare};
use crate::serve::send;
use crate::support::{PATIENCE, Sunmao, eventually};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use reqwest::Client;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::sync::mpsc;

const NEW: &str = "whsec_bmV3LWtleS1uZXcta2V5LW5ldy1rZXk=";
const OLD: &str = "whsec_b2xkLWtleS1vbGQta2V5LW9sZC1rZXk=";
const SECRET: (&str, &str) = ("SUNMAO_WEBHOOK_SHOP_SECRET", NEW);

/// A system that is told of changes.
struct Receiver {
    url: String,
    told: mpsc::UnboundedReceiver<(HeaderMap, String)>,
}

#[derive(Clone)]
struct Answers {
    told: mpsc::UnboundedSender<(HeaderMap, String)>,
    /// What it answers, one after the other; then 200.
    statuses: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    async fn start(statuses: &[u16]) -> Receiver {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, told) = mpsc::unbounded_channel();
        let answers = Answers {
            told: sender,
            statuses: Arc::new(Mutex::new(statuses.iter().copied().collect())),
        };
        let router = Router::new().fallback(hear).with_state(answers);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Receiver { url, told }
    }

    async fn next(&mut self) -> (HeaderMap, String) {
        let told = tokio::time::timeout(PATIENCE, self.told.recv()).await;
        told.expect("told in time").unwrap()
    }

    async fn host(&self, more: &str, variables: &[(&str, &str)]) -> Bare {
        let url = &self.url;
        bare(&format!("[webhook.shop]\nurl = \"{url}\"\n{more}"), variables).await
    }
}

async fn hear(State(answers): State<Answers>, headers: HeaderMap, body: String) -> impl IntoResponse {
    answers.told.send((headers, body)).unwrap();
    let status = answers.statuses.lock().unwrap().pop_front().unwrap_or(200);
    // Whoever follows redirections comes back at once.
    (
        StatusCode::from_u16(status).unwrap(),
        [(header::LOCATION, "/elsewhere")],
    )
}

fn verify(secret: &str, (headers, body): &(HeaderMap, String)) -> bool {
    let webhook = Webhook::new(secret).unwrap();
    webhook.verify(body.as_bytes(), headers).is_ok()
}

async fn file(host: &Bare, name: &str, body: Value) {
    let request = Client::new().put(host.address(&format!("/v1/records/{name}")));
    let (status, answer) = send(request.json(&body)).await;
    assert_eq!(status, 202, "{answer}");
}

#[tokio::test]
async fn a_receiver_is_told_until_it_takes_it_under_one_id() {
    let mut receiver = Receiver::start(&[503, 302]).await;
    let host = receiver.host("kinds = [\"contact\"]", &[SECRET]).await;
    file(&host, "product/p-1", json!({"name": "榫卯凳", "number": "P-1"})).await;
    file(&host, "contact/c-1", json!({"company_name": "样例木作"})).await;
    let (mut ids, mut bodies) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let told = receiver.next().await;
        assert!(verify(NEW, &told) && !verify(OLD, &told), "{told:?}");
        bodies.push(told.1.clone());
        let message: Value = serde_json::from_str(&told.1).unwrap();
        assert_eq!(
            (
                &message["type"],
                &message["data"]["id"],
                &message["data"]["body"]["company_name"]
            ),
            (&json!("contact.saved"), &json!("c-1"), &json!("样例木作"))
        );
        ids.push(told.0["webhook-id"].clone());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let document: Value = reqwest::get(host.address("/v1/openapi.json"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let schema = &document["components"]["schemas"]["WebhookMessage"];
    let described = |body: &str| jsonschema::is_valid(schema, &serde_json::from_str(body).unwrap());
    let address = host.address("/v1/records/contact/c-1");
    let done = eventually(&address, |record| record["deliveries"][0]["state"] == "done").await;
    assert_eq!(
        (
            &done["deliveries"][0]["target"],
            &done["deliveries"][0]["outcome"]
        ),
        (&json!("webhook shop"), &json!("told: 200"))
    );
    // Its kind is none that is told of, and nothing waits for it.
    let other = eventually(&host.address("/v1/records/product/p-1"), |_| true).await;
    assert_eq!(other["deliveries"], json!([]));

    send(Client::new().delete(&address)).await;
    let (headers, body) = receiver.next().await;
    let message: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (&message["type"], &message["data"]["body"]),
        (&json!("contact.deleted"), &Value::Null)
    );
    assert_ne!(headers["webhook-id"], ids[0]);
    bodies.push(body);
    for body in bodies {
        assert!(described(&body), "{body} is not as described");
    }
}

#[tokio::test]
async fn while_a_secret_is_changed_receivers_know_either() {
    let mut receiver = Receiver::start(&[]).await;
    let previous = ("SUNMAO_WEBHOOK_SHOP_SECRET_PREVIOUS", OLD);
    let host = receiver.host("", &[SECRET, previous]).await;
    file(&host, "contact/c-1", json!({"company_name": "样例木作"})).await;
    let mut told = receiver.next().await;
    assert!(verify(NEW, &told) && verify(OLD, &told), "{told:?}");
    told.1 = told.1.replace("样例", "别家");
    assert!(!verify(NEW, &told) && !verify(OLD, &told), "{told:?}");
}

#[tokio::test]
async fn a_receiver_that_is_gone_for_good_waits_for_a_person() {
    let mut receiver = Receiver::start(&[410]).await;
    let host = receiver.host("events = [\"saved\"]", &[SECRET]).await;
    file(&host, "contact/c-1", json!({"company_name": "样例木作"})).await;
    receiver.next().await;
    let all = |dead: &Value| dead["items"].as_array().is_some_and(|items| items.len() == 1);
    let dead = eventually(&host.address("/v1/dead"), all).await;
    let letter = &dead["items"][0]["letter"];
    assert!(letter["message"].to_string().contains("410"), "{letter}");
    let retried = host
        .sunmao
        .run(&["dead", "retry", "--all", "--url", &host.url])
        .await;
    assert_eq!(retried.code, Some(0), "{}", retried.stderr);
    receiver.next().await;
}

#[tokio::test]
async fn a_webhook_that_cannot_be_signed_or_named_is_refused_at_the_start() {
    let sunmao = Sunmao::new()
        .with("SUNMAO_ERP_BASE_URL", "http://127.0.0.1:1")
        .with("SUNMAO_ERP_USERNAME", "sunmao")
        .with("SUNMAO_ERP_PASSWORD", "secret");
    sunmao.write("sunmao.toml", "[webhook.shop]\nurl = \"ftp://x\"\n");
    let ended = sunmao.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    for named in ["SUNMAO_WEBHOOK_SHOP_SECRET", "[webhook.shop] url"] {
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
    let sunmao = sunmao.with("SUNMAO_WEBHOOK_SHOP_SECRET", NEW);
    let unknown =
        "[webhook.shop]\nurl = \"http://x/\"\nkinds = [\"contct\"]\n[server]\ngrants = [\"stock.lst\"]\n";
    sunmao.write("sunmao.toml", unknown);
    let ended = sunmao.run(&["serve", "--listen", "127.0.0.1:0"]).await;
    for named in ["contct", "contact", "[server] grants", "stock.lst"] {
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
    }
}
