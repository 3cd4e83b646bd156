//! A running host, over its own HTTP API.

use crate::api::errors::Refusal;
use crate::api::filing::{FilingQuery, FilingSummary};
use crate::api::kinds::KindDetails;
use crate::context::Context;
use crate::environment::URL;
use crate::exit::Exit;
use crate::failure::Failure;
use clap::Args;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use sunmao_catalogue::RecordKind;
use url::Url;

/// The host answers from its own store; it never waits for the ERP here.
const TIMEOUT: Duration = Duration::from_secs(60);
const PHASE: &str = "asking the host";
const OTHER_HOST: &str = "is it a sunmao host of this version? `sunmao serve` prints its address";

/// Which host a command talks to.
#[derive(Debug, Args)]
pub struct Target {
    /// The running host [default: SUNMAO_URL, or the listen address of the configuration]
    // Read by us, not by clap, whose errors repeat what was written: a password may stand in it.
    #[arg(long, global = true)]
    url: Option<SecretString>,
}

/// A running host.
pub struct Remote {
    client: Client,
    base: Url,
}

impl Target {
    /// The host that the flag, the environment or the configuration names.
    ///
    /// # Errors
    /// The address is none, or the configuration is unsound.
    pub fn connect(&self, context: &Context) -> Result<Remote, Failure> {
        let base = match (&self.url, context.environment.get(URL)) {
            (Some(url), _) => parse(Exit::Usage, "--url", url.expose_secret())?,
            (None, Some(url)) => parse(Exit::Configuration, URL, url)?,
            (None, None) => parse(
                Exit::Configuration,
                "server.listen",
                &local(context.configuration(Vec::new())?.server.listen),
            )?,
        };
        let client = Client::builder()
            .timeout(TIMEOUT)
            // The host is on this machine or in its network; a proxy for the outside world is never wanted.
            .no_proxy()
            .build()
            .map_err(|error| Failure::new(Exit::Failed, "", PHASE, error.to_string()))?;
        Ok(Remote { client, base })
    }
}

impl Remote {
    /// Reads a resource.
    ///
    /// # Errors
    /// No host answers, or it refuses.
    pub async fn get<T: DeserializeOwned>(&self, path: &str, query: &impl Serialize) -> Result<T, Failure> {
        self.send(self.client.get(self.address(path)).query(query)).await
    }

    /// Reads what is no JSON.
    ///
    /// # Errors
    /// No host answers, or it refuses.
    pub async fn bytes(&self, path: &str, query: &impl Serialize) -> Result<Vec<u8>, Failure> {
        let request = self.client.get(self.address(path)).query(query);
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.refused(status, response).await);
        }
        let body = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        Ok(body.into())
    }

    /// Posts JSON.
    ///
    /// # Errors
    /// No host answers, or it refuses.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.send(self.client.post(self.address(path)).json(body)).await
    }

    /// Files records of a kind, one a line, and returns the host's summary; also if it found no line sound.
    ///
    /// # Errors
    /// No host answers, or its store failed.
    pub async fn file(&self, kind: &str, lines: Vec<u8>) -> Result<FilingSummary, Failure> {
        let address = self.address(&format!("/v1/records/{kind}"));
        self.send_lines(self.client.post(address), lines).await
    }

    async fn send_lines(&self, request: RequestBuilder, lines: Vec<u8>) -> Result<FilingSummary, Failure> {
        let request = request.header("content-type", "application/x-ndjson").body(lines);
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() || status == StatusCode::BAD_REQUEST {
            return self.read(response).await;
        }
        Err(self.refused(status, response).await)
    }

    /// Files members of records of a kind, one record a line, or says what would become of them; the host's summary is
    /// returned, also if it found no line sound.
    ///
    /// # Errors
    /// No host answers, or its store failed.
    pub async fn patch(
        &self,
        kind: &str,
        lines: Vec<u8>,
        query: FilingQuery,
    ) -> Result<FilingSummary, Failure> {
        let address = self.address(&format!("/v1/records/{kind}"));
        self.send_lines(self.client.patch(address).query(&query), lines)
            .await
    }

    /// A kind of records as the host has it.
    ///
    /// # Errors
    /// No host answers, or it has none of this name.
    pub async fn kind(&self, name: &str) -> Result<Arc<RecordKind>, Failure> {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let details: KindDetails = self.get(&format!("/v1/kinds/{name}"), &()).await?;
        Ok(Arc::new(details.into()))
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let response = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return self.read(response).await;
        }
        Err(self.refused(status, response).await)
    }

    /// The answer, if it is what is asked for.
    async fn read<T: DeserializeOwned>(&self, response: Response) -> Result<T, Failure> {
        let body = response.bytes().await.map_err(|error| self.unreachable(&error))?;
        serde_json::from_slice(&body).map_err(|error| {
            let message = format!("its answer is none of this version's: {error}");
            Failure::new(Exit::NoHost, self.name(), PHASE, message).with_hint(OTHER_HOST)
        })
    }

    /// The address for people: without the account that a proxy in front of the host may ask for.
    fn name(&self) -> String {
        let mut name = self.base.clone();
        // Only addresses without a host take neither, and those are refused.
        let _ = name.set_username("");
        let _ = name.set_password(None);
        name.to_string()
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut message = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(inner) = source {
            message = inner.to_string();
            source = inner.source();
        }
        Failure::new(Exit::NoHost, self.name(), PHASE, message)
            .with_hint("start it with `sunmao serve`, or name another with --url")
    }

    async fn refused(&self, status: StatusCode, response: Response) -> Failure {
        let text = response.text().await.unwrap_or_default();
        match serde_json::from_str::<Refusal>(&text) {
            Ok(Refusal { error }) => Failure::new(Exit::Failed, self.name(), PHASE, error.message)
                .with_kind(error.kind)
                .with_hint(error.hint),
            Err(_) => Failure::new(Exit::NoHost, self.name(), PHASE, format!("answered {status}"))
                .with_hint(OTHER_HOST),
        }
    }
}

/// Reads an address. What was written is not repeated: a password may stand in it.
fn parse(exit: Exit, subject: &str, url: &str) -> Result<Url, Failure> {
    let unsound = |problem: String| {
        Failure::new(exit, subject, "reading the host's address", problem)
            .with_hint("write it like http://127.0.0.1:7070")
    };
    let parsed = Url::parse(url).map_err(|error| unsound(error.to_string()))?;
    if !matches!(parsed.scheme(), "http" | "https") {
        return Err(unsound("it does not begin with http:// or https://".to_owned()));
    }
    Ok(parsed)
}

/// The address under which this machine reaches what listens on all of its addresses.
fn local(listen: SocketAddr) -> String {
    let address = match listen.ip() {
        IpAddr::V4(address) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(address) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        address => address,
    };
    format!("http://{}", SocketAddr::new(address, listen.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_an_account_is_printed() {
        let base = parse(Exit::Usage, "--url", "http://keeper:s3cret@127.0.0.1:7070/hub").unwrap();
        let remote = Remote {
            client: Client::new(),
            base,
        };
        assert_eq!(remote.name(), "http://127.0.0.1:7070/hub");
        for url in [
            "keeper:s3cret@127.0.0.1:7070",
            "http://keeper:s3cret@127.0.0.1:99999",
            "s3cret",
        ] {
            let failure = parse(Exit::Usage, "--url", url).unwrap_err().to_string();
            assert!(
                !failure.contains("s3cret") && !failure.contains("keeper"),
                "{failure}"
            );
        }
    }
}
