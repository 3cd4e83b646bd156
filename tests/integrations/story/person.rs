//! Bad weather, and the person who looks after the host in it: faults on every call of the host's, and what waits for a person
//! is looked at in the ERP's books and then tried again, or dropped where the ERP has it already.

use super::Story;
use crate::books::{Books, key, number, text};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
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
            seen_before: Mutex::default(),
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
    seen_before: Mutex<BTreeSet<String>>,
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
            // What is there the host finds by itself; what is there in part nobody finds, and a person clears it away.
            "flow repair-push" => {
                let made = self.books.that_say("repairs", "title", "更换桌面").await;
                return self
                    .cleared("repairs", made, |one| text(&one["SerialNumber"]) == "WX-r-1")
                    .await;
            }
            "flow person-push" => {
                let customers = self.books.that_say("customers", "khid", "WXc-1").await;
                let key = customers
                    .first()
                    .map(|customer| text(&customer["ord"]))
                    .unwrap_or_default();
                let mut people = self.books.that_say("customer-contacts", "company", &key).await;
                people.retain(|one| text(&one["person_name"]) != "李一");
                return self
                    .cleared("customer-contacts", people, |one| {
                        text(&one["mobile"]) == "18600004202"
                    })
                    .await;
            }
            // Looked at once more, a contract that is not as it was sent is deleted.
            "flow contract-create" if self.has_seen(letter) => {
                for contract in self
                    .books
                    .that_say("contracts", "htid", super::sales::CONTRACT)
                    .await
                {
                    let own = self
                        .books
                        .that_say("contract-lines", "contract", &text(&contract["ord"]))
                        .await;
                    self.cleared("contract-lines", own, |_| false).await;
                    self.cleared("contracts", vec![contract], |_| false).await;
                }
                return Seen::Nothing;
            }
            _ => return Seen::ByTheHost,
        };
        if is_done { Seen::Done } else { Seen::Nothing }
    }

    /// Deletes what is there in part; what is left to do.
    async fn cleared(&self, object: &str, made: Vec<Json>, is_whole: impl Fn(&Json) -> bool) -> Seen {
        if made.iter().any(&is_whole) {
            return Seen::ByTheHost;
        }
        for one in made {
            println!("a person deletes {object} {}", one["ord"]);
            self.books.delete(object, key(&one)).await;
        }
        Seen::Nothing
    }

    /// Whether a letter comes for another time.
    fn has_seen(&self, letter: &Json) -> bool {
        let mut seen = self.seen_before.lock().unwrap_or_else(PoisonError::into_inner);
        !seen.insert(text(&letter["id"]))
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
