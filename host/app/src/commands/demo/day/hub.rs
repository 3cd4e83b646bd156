//! The Customer Hub of the day: it files records and asks for them over HTTP, as any other.

use crate::exit::Exit;
use crate::failure::Failure;
use jiff::{Timestamp, ZonedDateTime};
use reqwest::{Client, StatusCode};
use serde_json::Value as Json;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Whatever the day waits for happens within this time, or the day ends.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// A client of the host's API.
pub struct Hub {
    client: Client,
    url: String,
}

impl Hub {
    pub fn at(url: &str) -> Result<Hub, Failure> {
        let client = Client::builder().no_proxy().build().map_err(unanswered)?;
        let url = url.to_owned();
        Ok(Hub { client, url })
    }

    /// Files a record.
    pub async fn files(&self, record: &str, body: &Json) -> Result<(), Failure> {
        let request = self.client.put(format!("{}/v1/records/{record}", self.url));
        let answer = request.json(body).send().await.map_err(unanswered)?;
        if answer.status() == StatusCode::ACCEPTED {
            return Ok(());
        }
        let words = answer.text().await.map_err(unanswered)?;
        Err(failed(record, &words))
    }

    /// Files a record as it is, with other values of some members.
    pub async fn changes(&self, record: &str, members: &Json) -> Result<(), Failure> {
        let mut body = self.asks(&format!("records/{record}")).await?["body"].take();
        for (name, value) in members.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        self.files(record, &body).await
    }

    /// What the host answers; null where there is no such record.
    pub async fn asks(&self, path: &str) -> Result<Json, Failure> {
        let request = self.client.get(format!("{}/v1/{path}", self.url));
        let answer = request.send().await.map_err(unanswered)?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(Json::Null),
            _ => answer.json().await.map_err(unanswered),
        }
    }

    /// Asks again and again until the answer is as it is meant to be.
    pub async fn until(&self, path: &str, is_it: impl Fn(&Json) -> bool) -> Result<Json, Failure> {
        let begun = Instant::now();
        loop {
            let answer = self.asks(path).await?;
            if is_it(&answer) {
                return Ok(answer);
            }
            if begun.elapsed() > PATIENCE {
                return Err(failed(path, &format!("nothing came of it: {answer}")));
            }
            sleep(LOOK).await;
        }
    }

    /// Waits until nothing is due by this time any more, and everything that was has come to its end.
    pub async fn rests(&self, now: &ZonedDateTime) -> Result<(), Failure> {
        let has_run = |schedule: &Json| {
            let next = schedule["next_fire_at"]
                .as_str()
                .and_then(|next| next.parse().ok());
            let is_ahead = next.is_some_and(|next: Timestamp| next > now.timestamp());
            // An interval begins at once, a time of the day is waited for.
            let begins = text(schedule, "/rule").starts_with("every");
            is_ahead && !(begins && schedule["last_fire_at"].is_null())
        };
        let have_run = |page: &Json| {
            let all = page["items"].as_array();
            all.is_some_and(|all| !all.is_empty() && all.iter().all(has_run))
        };
        self.until("schedules", have_run).await?;
        let is_over = |status: &Json| {
            ["pending", "leased"]
                .iter()
                .all(|state| status["deliveries"][state] == 0)
        };
        self.until("status", is_over).await.map(drop)
    }
}

/// A text of an answer, or nothing.
pub fn text<'a>(value: &'a Json, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

fn unanswered(error: reqwest::Error) -> Failure {
    failed("", &error.to_string())
}

fn failed(subject: &str, words: &str) -> Failure {
    Failure::new(Exit::Failed, subject, "playing the demonstration's day", words)
}
