//! Webhooks: who is told of changes, from the configuration and the environment, and the requests that tell them.

use crate::configuration::Configuration;
use crate::environment::{Environment, webhook_secrets};
use crate::exit::Exit;
use crate::failure::Failure;
use async_trait::async_trait;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, redirect};
use std::sync::Arc;
use std::time::Duration;
use sunmao_runtime::{Courier, Letter, Webhook, Webhooks};
use url::Url;

/// A receiver answers within this time, or is asked again later.
const TIMEOUT: Duration = Duration::from_secs(15);
const PHASE: &str = "reading the configuration";

/// Everyone whom the configuration names, with the keys that the environment holds.
///
/// # Errors
/// All that are unsound: an address is none, a kind is unknown, a secret is missing or none.
pub fn read(configuration: &Configuration, environment: &Environment) -> Result<Webhooks, Failure> {
    let mut webhooks = Webhooks::new();
    let mut faults = Vec::new();
    for (name, settings) in &configuration.webhook {
        match Url::parse(&settings.url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {}
            _ => faults.push(format!(
                "[webhook.{name}] url: write it like https://shop.example.com/hook"
            )),
        }
        let [present, previous] = webhook_secrets(name);
        let Some(secret) = environment.get(&present) else {
            faults.push(format!(
                "{present} is not set: it is `whsec_` and 24 to 64 random bytes in base64"
            ));
            continue;
        };
        let secrets: Vec<&str> = [Some(secret), environment.get(&previous)]
            .into_iter()
            .flatten()
            .collect();
        match Webhook::new(name, settings.clone(), &secrets) {
            Ok(webhook) => {
                webhooks.insert(webhook.target().to_owned(), Arc::new(webhook));
            }
            Err(message) => faults.push(format!("{present} or {previous}: {message}")),
        }
    }
    match faults.is_empty() {
        true => Ok(webhooks),
        false => Err(
            Failure::new(Exit::Configuration, "[webhook]", PHASE, "a webhook is unsound").with_faults(faults),
        ),
    }
}

/// Carries what is told over HTTP.
#[derive(Debug)]
pub struct HttpCourier(Client);

impl HttpCourier {
    /// One that follows no redirections: what is signed for one address is sent to no other.
    ///
    /// # Errors
    /// The system's certificates cannot be read.
    pub fn new() -> Result<Self, Failure> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(redirect::Policy::none());
        client
            .build()
            .map(HttpCourier)
            .map_err(|error| Failure::new(Exit::Failed, "[webhook]", "starting", error.to_string()))
    }
}

#[async_trait]
impl Courier for HttpCourier {
    async fn post(&self, letter: Letter) -> Result<u16, String> {
        let request = self.0.post(&letter.url).header(CONTENT_TYPE, "application/json");
        let request = letter
            .headers
            .into_iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        let answer = request.body(letter.body).send().await;
        answer
            .map(|answer| answer.status().as_u16())
            .map_err(|error| error.without_url().to_string())
    }
}
