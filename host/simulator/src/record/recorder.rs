//! A proxy in front of a real ERP that writes what passes as anonymous fixtures.

use super::anonymous::Anonymiser;
use super::exchange::Asked;
use super::fixture::{Answer, Body, next_number};
use crate::error::Error;
use crate::routes::Routes;
use crate::serving::Serving;
use crate::variant::Variant;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use reqwest::{Client, Url, redirect};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use sunmao_catalogue::Catalogue;

/// Headers that belong to one connection, or that are made anew for the next.
const OF_THE_CONNECTION: [HeaderName; 10] = [
    header::HOST,
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::CONTENT_ENCODING,
    header::ACCEPT_ENCODING,
    header::TRANSFER_ENCODING,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::PROXY_AUTHORIZATION,
];

/// A running recorder. It ends when it is stopped or dropped.
pub struct Recorder {
    serving: Serving,
    tape: Arc<Tape>,
}

struct Tape {
    upstream: Url,
    client: Client,
    folder: PathBuf,
    catalogue: Arc<Catalogue>,
    routes: Routes,
    recording: Mutex<Recording>,
}

struct Recording {
    anonymiser: Anonymiser,
    next: u64,
    written: u64,
}

impl Recorder {
    /// Starts listening in front of the ERP at `upstream`, which clients then call at this address in its place. Each
    /// request and its answer become one file in the folder, which is made if it is missing; a folder with fixtures is
    /// gone on with. Logins and logouts pass and are not written. Requests are answered as the ERP answers them, even
    /// where a fixture cannot be written, which is logged.
    ///
    /// # Errors
    /// The upstream is no HTTP address, the folder cannot be used, or the address cannot be listened on.
    pub async fn start(upstream: &str, folder: &Path, address: SocketAddr) -> Result<Recorder, Error> {
        let wrong = |reason: String| Error::Upstream {
            upstream: upstream.to_owned(),
            reason,
        };
        let url = Url::parse(upstream).map_err(|error| wrong(error.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(wrong("it does not begin with http:// or https://".to_owned()));
        }
        let client = Client::builder().redirect(redirect::Policy::none()).build();
        let client = client.map_err(|error| wrong(error.to_string()))?;
        std::fs::create_dir_all(folder).map_err(|source| Error::Folder {
            folder: folder.to_owned(),
            source,
        })?;
        let catalogue = Catalogue::shared();
        let tape = Arc::new(Tape {
            upstream: url,
            client,
            folder: folder.to_owned(),
            routes: Routes::new(&catalogue, Variant::Standard),
            recording: Mutex::new(Recording {
                anonymiser: Anonymiser::new(catalogue.clone()),
                next: next_number(folder)?,
                written: 0,
            }),
            catalogue,
        });
        let router = Router::new().fallback(pass).with_state(tape.clone());
        let serving = Serving::start(router, address).await?;
        Ok(Recorder { serving, tape })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// What a client takes as the ERP's base URL.
    pub fn base_url(&self) -> String {
        self.serving.base_url()
    }

    /// Fixtures written so far.
    pub fn written(&self) -> u64 {
        let recording = self.tape.recording.lock();
        recording.unwrap_or_else(PoisonError::into_inner).written
    }

    /// Stops listening and waits until the calls under way are answered and written.
    pub async fn stop(self) {
        self.serving.stop().await;
    }
}

async fn pass(
    State(tape): State<Arc<Tape>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = Asked {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: Asked::query(&uri),
        body: Body::of(&body).0,
    };
    match tape.forward(method, &uri, &headers, body).await {
        Ok((status, answered, bytes)) => {
            tape.write(&headers, &asked, status, &answered, &bytes).await;
            (status, answered, bytes).into_response()
        }
        Err(error) => {
            // The address may hold secrets of its own.
            let error = error.without_url();
            tracing::warn!(%error, path = asked.path, "the recorded ERP did not answer");
            let text = format!("recorder: the ERP did not answer: {error}");
            (StatusCode::BAD_GATEWAY, text).into_response()
        }
    }
}

impl Tape {
    async fn forward(
        &self,
        method: Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<(StatusCode, HeaderMap, Bytes), reqwest::Error> {
        let mut url = self.upstream.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}{}", uri.path()));
        url.set_query(uri.query());
        let request = self
            .client
            .request(method, url)
            .headers(passed_on(headers))
            .body(body);
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), passed_on(answer.headers()));
        Ok((status, headers, answer.bytes().await?))
    }

    async fn write(
        &self,
        headers: &HeaderMap,
        asked: &Asked,
        status: StatusCode,
        answered: &HeaderMap,
        bytes: &[u8],
    ) {
        let header = |headers: &HeaderMap, name: &HeaderName| {
            let value = headers.get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let (body, raw_control_characters) = Body::of(bytes);
        let understood = asked.understood(&self.catalogue, &self.routes);
        let given = [
            header(headers, &header::AUTHORIZATION),
            header(headers, &HeaderName::from_static("zbapi-token")),
            header(headers, &header::COOKIE),
            header(answered, &header::SET_COOKIE),
        ];
        let tokens: Vec<&str> = given.iter().flatten().flat_map(|value| tokens(value)).collect();
        let is_session = understood
            .operations
            .iter()
            .any(|operation| !operation.is_business());
        let (fixture, number) = {
            let mut recording = self.recording.lock().unwrap_or_else(PoisonError::into_inner);
            recording.anonymiser.learn(&tokens, asked, &body);
            if is_session {
                return;
            }
            let answer = Answer {
                status: status.as_u16(),
                content_type: header(answered, &header::CONTENT_TYPE),
                raw_control_characters,
                body,
            };
            let fixture = recording.anonymiser.fixture(asked, &understood, answer);
            recording.next += 1;
            (fixture, recording.next - 1)
        };
        match fixture.write(&self.folder, number).await {
            Ok(()) => {
                self.recording
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .written += 1;
            }
            Err(error) => tracing::error!(%error, "a fixture was not written"),
        }
    }
}

/// The tokens in a header: the last word, or what cookies are set to.
fn tokens(value: &str) -> impl Iterator<Item = &str> {
    let parts = value.split(';').map(str::trim);
    parts.filter_map(|part| part.rsplit([' ', '=']).next())
}

fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let mut headers = headers.clone();
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
    headers
}
