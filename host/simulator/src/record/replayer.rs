//! A folder of fixtures as an ERP.

use super::exchange::Asked;
use super::fixture::{Answer, Body, read_all};
use crate::codec;
use crate::error::Error;
use crate::reply::Reply;
use crate::routes::Routes;
use crate::serving::Serving;
use crate::variant::Variant;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use sunmao_catalogue::{Catalogue, Dialect};

/// The token of every login.
const TOKEN: &str = "replayed-session";

/// A running replayer. It ends when it is stopped or dropped.
pub struct Replayer {
    serving: Serving,
    fixtures: usize,
}

struct Player {
    catalogue: Arc<Catalogue>,
    routes: Routes,
    /// By what was asked.
    answers: Mutex<HashMap<Json, Answers>>,
    /// Fixtures by path, for those who ask for another.
    paths: HashMap<String, usize>,
}

/// The answers to one request in the order of the recording.
#[derive(Default)]
struct Answers {
    answers: Vec<Answer>,
    served: usize,
}

impl Replayer {
    /// Starts answering from a folder of fixtures. A request is answered if one was recorded with the same path, query,
    /// command and arguments, tokens aside; several answers to it come in the order of the recording, and the last stays.
    /// Any other is HTTP 404 with a text that names what was asked. Every login succeeds.
    ///
    /// # Errors
    /// The folder cannot be read, a file in it is no fixture, or the address cannot be listened on.
    pub async fn start(folder: &Path, address: SocketAddr) -> Result<Replayer, Error> {
        let catalogue = Catalogue::shared();
        let recorded = read_all(folder)?;
        let fixtures = recorded.len();
        let mut answers: HashMap<Json, Answers> = HashMap::new();
        let mut paths: HashMap<String, usize> = HashMap::new();
        for fixture in recorded {
            let asked = Asked {
                method: fixture.method,
                path: fixture.path,
                query: fixture.query,
                body: fixture.request,
            };
            *paths.entry(asked.path.to_lowercase()).or_default() += 1;
            let canonical = asked.canonical(fixture.dialect);
            answers
                .entry(canonical)
                .or_default()
                .answers
                .push(fixture.response);
        }
        let player = Arc::new(Player {
            routes: Routes::new(&catalogue, Variant::Standard),
            catalogue,
            answers: Mutex::new(answers),
            paths,
        });
        let router = Router::new().fallback(replay).with_state(player);
        let serving = Serving::start(router, address).await?;
        Ok(Replayer { serving, fixtures })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.serving.address()
    }

    /// What a client takes as the ERP's base URL.
    pub fn base_url(&self) -> String {
        self.serving.base_url()
    }

    /// Fixtures in the folder.
    pub fn fixtures(&self) -> usize {
        self.fixtures
    }

    /// Stops listening and waits until the calls under way are answered.
    pub async fn stop(self) {
        self.serving.stop().await;
    }
}

async fn replay(State(player): State<Arc<Player>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let asked = Asked {
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: Asked::query(&uri),
        body: Body::of(&body).0,
    };
    player.answer(&asked)
}

impl Player {
    fn answer(&self, asked: &Asked) -> Response {
        let understood = asked.understood(&self.catalogue, &self.routes);
        let verb = understood
            .operations
            .first()
            .map(|operation| operation.name.as_str());
        match verb {
            Some("session.login") => return session(&Reply::Token(TOKEN.to_owned())),
            Some("session.logout") => return session(&Reply::Done("已退出系统！".to_owned(), None)),
            _ if asked.path.eq_ignore_ascii_case(Variant::GATEWAY_LOGIN) => {
                return json_response(json!({"token": TOKEN}).to_string());
            }
            _ => {}
        }
        let canonical = asked.canonical(understood.dialect);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(recorded) = answers.get_mut(&canonical) else {
            return self.unrecorded(asked, verb, &canonical);
        };
        let last = recorded.answers.len().saturating_sub(1);
        let answer = recorded.answers.get(recorded.served.min(last));
        recorded.served += 1;
        answer.map_or_else(|| StatusCode::NOT_FOUND.into_response(), response)
    }

    fn unrecorded(&self, asked: &Asked, verb: Option<&str>, canonical: &Json) -> Response {
        let others = self.paths.get(&asked.path.to_lowercase()).copied().unwrap_or(0);
        let text = format!(
            "replay: no answer is recorded for {} ({} {}) with query {} and {}; {others} other requests to this path are recorded\n",
            verb.unwrap_or("an unknown operation"),
            asked.method,
            asked.path,
            canonical["query"],
            canonical["body"],
        );
        (StatusCode::NOT_FOUND, text).into_response()
    }
}

fn session(reply: &Reply) -> Response {
    json_response(codec::encode(Variant::Standard, Dialect::Form, reply))
}

fn json_response(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], text).into_response()
}

fn response(answer: &Answer) -> Response {
    let text = answer.body.text(answer.raw_control_characters);
    let mut response = text.into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let kind = answer
        .content_type
        .as_deref()
        .and_then(|kind| HeaderValue::from_str(kind).ok());
    match kind {
        Some(kind) => response.headers_mut().insert(header::CONTENT_TYPE, kind),
        None => response.headers_mut().remove(header::CONTENT_TYPE),
    };
    response
}
