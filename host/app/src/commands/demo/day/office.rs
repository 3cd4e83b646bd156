//! The ERP's side of the day: the simulated ERP, what its staff enter by hand, and the clock on the wall.

use crate::commands::simulate;
use crate::exit::Exit;
use crate::failure::Failure;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, ZonedDateTime};
use reqwest::Client;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use sunmao_runtime::Clock;
use sunmao_simulator::{Options, Simulator};

/// How long a call takes: the day is short.
const LATENCY: Duration = Duration::from_millis(10);
/// Records that each object of the ERP begins with.
const SIZE: usize = 8;

/// The simulated ERP and the clock, which runs as the machine's does, so many seconds ahead of it.
pub struct Office {
    simulator: Simulator,
    options: Options,
    client: Client,
    ahead: Arc<AtomicI64>,
}

impl Office {
    /// # Errors
    /// The simulated ERP does not start.
    pub async fn open() -> Result<Office, Failure> {
        let options = Options {
            latency: LATENCY,
            size: SIZE,
            ..Options::default()
        };
        let simulator = simulate::start(options.clone(), super::super::any_port()).await?;
        let client = Client::builder().no_proxy().build();
        let office = Office {
            simulator,
            options,
            client: client.map_err(|error| failed("starting", &error.to_string()))?,
            ahead: Arc::default(),
        };
        let tomorrow = office.now().date().saturating_add(1.day());
        office.turn_to_time(tomorrow.at(8, 30, 0, 0)).await?;
        Ok(office)
    }

    /// The variables that point a host at it.
    pub fn variables(&self) -> [(&'static str, String); 4] {
        simulate::variables(&self.simulator, &self.options)
    }

    /// The clock on the wall, for the host to go by.
    pub fn clock(&self) -> Clock {
        let ahead = self.ahead.clone();
        Clock::new(move || at(&ahead))
    }

    /// The time on the wall.
    pub fn now(&self) -> ZonedDateTime {
        at(&self.ahead).to_zoned_datetime(TimeZone::system())
    }

    /// Moves the clock ahead to a time of this day. It is never moved back: on a slow machine that time may have passed.
    ///
    /// # Errors
    /// The simulated ERP does not take it.
    pub async fn turn_to(&self, hour: i8, minute: i8) -> Result<(), Failure> {
        let time = Time::new(hour, minute, 0, 0).unwrap_or_default();
        self.turn_to_time(self.now().date().to_datetime(time)).await
    }

    async fn turn_to_time(&self, then: jiff::civil::DateTime) -> Result<(), Failure> {
        let then = then.to_zoned_datetime(TimeZone::system());
        let then = then.map_err(|error| failed("moving the clock", &error.to_string()))?;
        let by = then.timestamp().duration_since(at(&self.ahead)).as_secs();
        // Whole seconds, and not a moment before the time.
        let by = (by + 1).max(0);
        self.asks("clock", &json!({ "advance": format!("PT{by}S") }))
            .await?;
        self.ahead.fetch_add(by, Ordering::Relaxed);
        Ok(())
    }

    /// The staff enter a record on a screen of which the vendor's API has no operation; its key.
    ///
    /// # Errors
    /// The ERP's rules refuse it.
    pub async fn enters(&self, object: &str, values: &Json) -> Result<i64, Failure> {
        let entered = self.asks(&format!("records/{object}"), values).await?;
        let key = entered["ord"].as_i64();
        key.ok_or_else(|| failed("entering a record", "the ERP tells no key"))
    }

    /// The end of the day.
    pub async fn close(self) {
        self.simulator.stop().await;
    }

    async fn asks(&self, path: &str, body: &Json) -> Result<Json, Failure> {
        let unanswered = |error: reqwest::Error| failed("working in the simulated ERP", &error.to_string());
        let address = format!("{}/_simulator/{path}", self.simulator.base_url());
        let answer = self
            .client
            .post(address)
            .json(body)
            .send()
            .await
            .map_err(unanswered)?;
        if !answer.status().is_success() {
            let words = answer.text().await.map_err(unanswered)?;
            return Err(failed("working in the simulated ERP", &words));
        }
        answer.json().await.map_err(unanswered)
    }
}

fn at(ahead: &AtomicI64) -> Timestamp {
    let now = Timestamp::now();
    let ahead = SignedDuration::from_secs(ahead.load(Ordering::Relaxed));
    now.checked_add(ahead).unwrap_or(now)
}

fn failed(phase: &'static str, words: &str) -> Failure {
    Failure::new(Exit::Failed, "", phase, words)
}
