//! The hub: files contacts without end, each again until it was accepted, and remembers what was.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

const BETWEEN: Duration = Duration::from_millis(400);
const AGAIN: Duration = Duration::from_millis(250);
const ANSWER: Duration = Duration::from_secs(5);

/// What the hub knows.
#[derive(Default)]
pub struct Books {
    /// The newest accepted state of each contact, by id.
    pub accepted: Mutex<BTreeMap<String, Value>>,
    /// How many filings were accepted.
    pub filings: AtomicU64,
    /// Refusals that are no 503: a sound contact must never meet one.
    pub refused: Mutex<Vec<String>>,
}

/// Files until `done`; what is under way then is filed to its end.
pub async fn file(
    name: usize,
    seed: u64,
    url: Arc<RwLock<String>>,
    books: Arc<Books>,
    done: Arc<AtomicBool>,
) {
    let mut random = StdRng::seed_from_u64(seed.wrapping_add(name as u64));
    let http = reqwest::Client::builder()
        .timeout(ANSWER)
        .build()
        .expect("client");
    let mut contacts = 0;
    while !done.load(Ordering::Relaxed) {
        let is_known = contacts > 0 && random.random_bool(0.3);
        let number = match is_known {
            true => random.random_range(0..contacts),
            false => contacts,
        };
        contacts = contacts.max(number + 1);
        let contact = contact(name, number, random.random_range(0..10_000_000));
        until_accepted(&http, &url, &contact, &books).await;
        tokio::time::sleep(BETWEEN.mul_f64(random.random_range(0.5..1.5))).await;
    }
}

fn contact(name: usize, number: usize, phone: u32) -> Value {
    json!({
        "id": format!("w{name}-{number:05}"), "wx_id": format!("wxid_w{name}_{number:05}"), "source": "wechat",
        "type": "customer", "company_name": format!("示例木作 {name} 部 {number} 号有限公司"),
        "real_name": format!("李{number}"), "phone": format!("1990{phone:07}"), "phone_verified": true,
        "score": 80, "confidence": 90,
    })
}

async fn until_accepted(http: &reqwest::Client, url: &RwLock<String>, contact: &Value, books: &Books) {
    let id = contact["id"].as_str().expect("id").to_owned();
    loop {
        let address = url.read().expect("url").clone();
        if !address.is_empty() {
            let request = http
                .put(format!("{address}/v1/records/contact/{id}"))
                .json(contact)
                .send();
            match request.await {
                Ok(answer) if answer.status() == 202 => break,
                Ok(answer) if answer.status() != 503 => {
                    let status = answer.status();
                    let text = answer.text().await.unwrap_or_default();
                    books
                        .refused
                        .lock()
                        .expect("books")
                        .push(format!("{id}: {status} {text}"));
                }
                Ok(_) | Err(_) => {}
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
    books.filings.fetch_add(1, Ordering::Relaxed);
    books.accepted.lock().expect("books").insert(id, contact.clone());
}
