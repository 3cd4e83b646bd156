//! One POST over HTTP, with what is known afterwards about whether it reached the server.

mod certificates;
mod trust;
mod untrusted;

use crate::settings::Proxy;
use crate::{Error, Settings};
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use std::error::Error as _;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, timeout_at};
use untrusted::Untrusted;
use url::Url;

/// Idle connections are let go before the usual web servers close them (120 s), so that a write seldom meets a
/// connection that is just being closed.
const IDLE: Duration = Duration::from_secs(50);

/// Most memory set aside on the strength of an announced length alone, in bytes.
const FIRST_BUFFER: u64 = 1024 * 1024;

/// Sends requests to one ERP.
#[derive(Debug)]
pub(crate) struct Transport {
    http: Client,
    base_url: Url,
    largest_answer: usize,
}

/// A request ready to go. Not printable: a login's body holds the password.
pub(crate) struct Request {
    /// Path as published, below the base URL.
    pub(crate) path: String,
    /// Query values in order.
    pub(crate) query: Vec<(String, String)>,
    /// What the body is said to be.
    pub(crate) content_type: HeaderValue,
    /// The token, where a header carries it.
    pub(crate) header: Option<(HeaderName, HeaderValue)>,
    /// The body, JSON.
    pub(crate) body: Vec<u8>,
}

/// An answer read to its end.
#[derive(Debug)]
pub(crate) struct Reply {
    /// The HTTP status; the ERP mostly says 200 whatever happened.
    pub(crate) status: StatusCode,
    /// The body after decompression.
    pub(crate) body: Vec<u8>,
    /// How long the server asks to be left alone (`Retry-After`).
    pub(crate) retry_after: Option<Duration>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Loss {
    /// The request never left: nothing can have happened.
    #[error("no connection: {words}")]
    Unsent {
        /// Why.
        words: String,
        /// What to do, where more is known than that nobody was reached.
        hint: Option<&'static str>,
    },
    /// The request may have arrived; no answer came in time or at all.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The request may have arrived; the time was up before an answer came.
    #[error("no answer in time")]
    Late,
    /// The answer began and did not end.
    #[error("the answer broke off: {0}")]
    Torn(String),
    /// The answer is larger than we read.
    #[error("the answer is larger than {0} bytes")]
    TooLarge(usize),
}

impl Transport {
    pub(crate) fn new(settings: &Settings) -> Result<Self, Error> {
        let mut builder = Client::builder()
            .user_agent(concat!("sunmao/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(IDLE)
            .redirect(Policy::none());
        match &settings.proxy {
            Proxy::Environment if settings.is_loopback() => builder = builder.no_proxy(),
            Proxy::Environment => {}
            Proxy::Direct => builder = builder.no_proxy(),
            Proxy::At(url) => builder = builder.proxy(proxy(url)?),
        }
        builder = builder.use_preconfigured_tls(trust::config(settings.certificate_file.as_deref())?);
        let http = builder.build().map_err(|error| Error::Setting {
            setting: "base_url",
            problem: format!("cannot be served: {}", causes(error)),
            hint: "the machine's TLS or proxy settings are unsound; look at HTTPS_PROXY and the like",
        })?;
        Ok(Transport {
            http,
            base_url: settings.base_url.clone(),
            largest_answer: settings.largest_answer,
        })
    }

    /// Sends a request and reads the answer until the deadline.
    pub(crate) async fn post(&self, request: Request, deadline: Instant) -> Result<Reply, Loss> {
        let url = self.address(&request);
        let mut builder = self
            .http
            .post(url)
            .header(CONTENT_TYPE, request.content_type)
            .body(request.body);
        if let Some((name, value)) = request.header {
            builder = builder.header(name, value);
        }
        let mut has_begun = false;
        let exchange = async {
            let response = builder.send().await.map_err(lost)?;
            has_begun = true;
            self.read(response).await
        };
        // One timer for both parts: each costs a wake-up of the timer's thread.
        let outcome = timeout_at(deadline, exchange).await;
        outcome.unwrap_or_else(|_| match has_begun {
            true => Err(Loss::Torn("the time was up".to_owned())),
            false => Err(Loss::Late),
        })
    }

    async fn read(&self, mut response: Response) -> Result<Reply, Loss> {
        let status = response.status();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(wait);
        let announced = response.content_length().unwrap_or(0);
        if announced > self.largest_answer as u64 {
            return Err(Loss::TooLarge(self.largest_answer));
        }
        let mut body = Vec::with_capacity(announced.min(FIRST_BUFFER) as usize);
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| Loss::Torn(causes(error)))?
        {
            if body.len() + chunk.len() > self.largest_answer {
                return Err(Loss::TooLarge(self.largest_answer));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply {
            status,
            body,
            retry_after,
        })
    }

    /// The published path goes behind whatever path the base URL has.
    fn address(&self, request: &Request) -> Url {
        let mut url = self.base_url.clone();
        let prefix = self.base_url.path().trim_end_matches('/');
        url.set_path(&format!("{prefix}/{}", request.path.trim_start_matches('/')));
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }
}

/// A `Retry-After`, in seconds or as a date.
fn wait(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    date.duration_since(SystemTime::now()).ok()
}

fn proxy(url: &Url) -> Result<reqwest::Proxy, Error> {
    reqwest::Proxy::all(url.clone()).map_err(|error| Error::Setting {
        setting: "proxy",
        problem: format!("cannot be used: {}", causes(error)),
        hint: "write it like http://proxy.example.com:3128, or `none`",
    })
}

/// What is known after a request that got no answer.
fn lost(error: reqwest::Error) -> Loss {
    if !error.is_connect() && !error.is_builder() {
        return Loss::NoAnswer(causes(error));
    }
    match Untrusted::among_causes(&error) {
        Some(untrusted) => Loss::Unsent {
            words: untrusted.words().to_owned(),
            hint: Some(untrusted.hint()),
        },
        None => Loss::Unsent {
            words: causes(error),
            hint: None,
        },
    }
}

/// An error with its causes, without the address: that is the operator's setting, not the reader's business.
fn causes(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
