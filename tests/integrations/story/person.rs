//! Bad weather, and the person who looks after the host in it: faults on every call of the host's, and what waits for a person
//! is looked at in the ERP's books and then tried again, or dropped where the ERP has it already.

use super::Story;
use crate::books::{Books, number, text};
use serde_json::{Value as Json, json};
use std::time::Duration;
use sunmao_simulator::Fault;
use tokio::task::JoinHandle;

/// How likely each fault is for one call.
pub const LIKELY: f64 = 0.1;
const LOOK: Duration = Duration::from_millis(150);

/// Every fault that the simulated ERP has, each as likely.
pub fn every_fault() -> Json {
    let all = Fault::ALL.map(|fault| (fault.name().to_owned(), json!(LIKELY)));
    Json::Object(all.into_iter().collect())
}

/// Somebody who looks after the host until dropped.
pub struct Person(JoinHandle<()>);

impl Drop for Person {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Person {
    /// Begins to look after a story's host.
    pub fn of(story: &Story) -> Person {
        let (url, http) = (story.stage.installation.url.clone(), reqwest::Client::new());
        let desk = Desk {
            url,
            http,
            books: story.stage.books().minding_faults(),
        };
        Person(tokio::spawn(async move {
            loop {
                desk.looks().await;
                tokio::time::sleep(LOOK).await;
            }
        }))
    }
}

/// What a person found in the ERP.
enum Seen {
    /// What was to be written.
    Done,
    /// Nothing of it.
    Nothing,
    /// What the host can tell by itself.
    ByTheHost,
}

struct Desk {
    url: String,
    http: reqwest::Client,
    books: Books,
}

impl Desk {
    async fn looks(&self) {
        let dead = self.get("dead?limit=100").await;
        for letter in dead["items"].as_array().into_iter().flatten() {
            let what = [&letter["target"], &letter["key"], &letter["letter"]["message"]];
            println!("a person looks at {what:?}");
            let ids = json!([letter["id"]]);
            match self.seen(letter).await {
                Seen::Done => {
                    self.post("deliveries/drop", &json!({ "ids": ids, "unresolved": true }))
                        .await
                }
                Seen::Nothing => {
                    self.post("dead/retry", &json!({ "ids": ids, "had_no_effect": true }))
                        .await
                }
                Seen::ByTheHost => self.post("dead/retry", &json!({ "ids": ids })).await,
            }
        }
        let pending = self.get("deliveries?state=pending&limit=1000").await;
        // What waits for another record goes on when that is there.
        let hurried = pending["items"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| !super::is_awaiting(one));
        let ids: Vec<&Json> = hurried.map(|one| &one["id"]).collect();
        if !ids.is_empty() {
            self.post("deliveries/release", &json!({ "ids": ids })).await;
        }
    }

    /// What the books show of what a letter would write.
    async fn seen(&self, letter: &Json) -> Seen {
        let is_done = match letter["target"].as_str().unwrap_or_default() {
            "flow follow-up" => {
                let customers = self.books.that_say("customers", "khid", "WXc-1").await;
                customers
                    .iter()
                    .any(|customer| number(&customer["gjnum"]) > 0.into())
            }
            "flow ticket-handle" => {
                let key = text(&letter["key"]).replace("ticket/erp-", "");
                let tickets = self.books.that_say("service-tickets", "ord", &key).await;
                tickets.iter().any(|ticket| text(&ticket["clzt"]) == "2")
            }
            "flow repair-push" => {
                let made = self.books.that_say("repairs", "SerialNumber", "WX-r-1").await;
                // The host finds by its number what is there.
                return if made.is_empty() {
                    Seen::Nothing
                } else {
                    Seen::ByTheHost
                };
            }
            "flow person-push" => {
                let made = self
                    .books
                    .that_say("customer-contacts", "mobile", "18600004202")
                    .await;
                return if made.is_empty() {
                    Seen::Nothing
                } else {
                    Seen::ByTheHost
                };
            }
            "flow contract-create" => {
                for contract in self
                    .books
                    .that_say("contracts", "htid", super::sales::CONTRACT)
                    .await
                {
                    println!("in the books: {contract}");
                }
                return Seen::ByTheHost;
            }
            _ => return Seen::ByTheHost,
        };
        if is_done { Seen::Done } else { Seen::Nothing }
    }

    async fn get(&self, path: &str) -> Json {
        let answer = self.http.get(format!("{}/v1/{path}", self.url)).send().await;
        answer.expect("an answer").json().await.expect("JSON")
    }

    async fn post(&self, path: &str, body: &Json) {
        let request = self.http.post(format!("{}/v1/{path}", self.url)).json(body);
        let answer = request.send().await.expect("an answer");
        assert!(
            answer.status().is_success(),
            "{path} {body}: {}",
            answer.text().await.unwrap_or_default()
        );
    }
}
