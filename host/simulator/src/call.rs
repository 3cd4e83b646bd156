//! A call to the ERP as HTTP brings it and takes it back.

use crate::connection::Cut;
use crate::erp::{Answered, Content, Erp, Incoming, UNKNOWN_PATH};
use crate::faults::{Fault, page, respond, with_raw_controls};
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use std::sync::Arc;
use sunmao_catalogue::{Record, Value};

pub(crate) async fn erp_call(
    State(erp): State<Arc<Erp>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if !erp.options.latency.is_zero() {
        tokio::time::sleep(erp.options.latency).await;
    }
    if method != Method::POST {
        return unknown_path();
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Answered { content, fault } = erp.answer(&Incoming {
        path: uri.path(),
        query: query(&uri),
        token: text(HeaderName::from_static("zbapi-token")),
        bearer: text(header::AUTHORIZATION).and_then(bearer),
        content_type: text(header::CONTENT_TYPE),
        body: &body,
    });
    let controls = fault == Some(Fault::ControlCharacters);
    let sound = content.map(|content| match content {
        Content::SignedIn(token, text) => signed_in(&token, text),
        Content::Json(text) if controls => json(StatusCode::OK, with_raw_controls(&text)),
        Content::Json(text) => json(StatusCode::OK, text),
        Content::Unauthorized(text) => json(StatusCode::UNAUTHORIZED, text),
        Content::WrongType => wrong_type(),
        Content::UnknownPath => unknown_path(),
    });
    match fault {
        Some(fault) => respond(fault, sound, erp.options.slow, &cut).await,
        None => sound.unwrap_or_default(),
    }
}

fn json(status: StatusCode, text: String) -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
    (status, kind, text).into_response()
}

/// An answer to a login, with the cookies that the web server in front of the ERP hands out. Nobody has to send them back.
fn signed_in(token: &str, text: String) -> Response {
    let digest = blake3::hash(token.as_bytes()).to_hex();
    let session = format!(
        "ASP.NET_SessionId={}; path=/; HttpOnly; SameSite=Lax",
        &digest[..24]
    );
    let own = format!("zbintel_sid={}; path=/", &digest[24..48]);
    let cookies = AppendHeaders([session, own].map(|cookie| (header::SET_COOKIE, cookie)));
    (cookies, json(StatusCode::OK, text)).into_response()
}

fn unknown_path() -> Response {
    (StatusCode::NOT_FOUND, UNKNOWN_PATH).into_response()
}

fn wrong_type() -> Response {
    let page = page("运行时错误", "“/”应用程序中的服务器错误。");
    (StatusCode::INTERNAL_SERVER_ERROR, page).into_response()
}

fn bearer(authorization: &str) -> Option<&str> {
    let (scheme, token) = authorization.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn query(uri: &Uri) -> Record {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|query| query.0);
    pairs
        .unwrap_or_default()
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect()
}
