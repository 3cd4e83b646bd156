//! Who is let in: requests that are addressed to this host, by a name that is known here, and not by a page of elsewhere
//! through someone's browser. A browser that was told that a foreign name is 127.0.0.1 still says the foreign name.

use super::error::ApiError;
use crate::parts::Parts;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::sync::Arc;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The address that a connection came to.
#[derive(Debug, Clone, Copy)]
pub struct Reached(pub SocketAddr);

/// Lets a request in, or says why not.
pub async fn guard(State(parts): State<Arc<Parts>>, request: Request, next: Next) -> Response {
    let configuration = parts.configuration.load_full();
    let reached = request.extensions().get::<Reached>().copied();
    let names = Names {
        reached: reached.map(|Reached(address)| address),
        listed: &configuration.server.hosts,
    };
    let refused = check_host(&request, &names)
        .and_then(|()| check_page(request.headers(), &names))
        .and_then(|()| check_coding(request.headers()));
    match refused {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// The names by which this host is known.
struct Names<'a> {
    reached: Option<SocketAddr>,
    listed: &'a [String],
}

impl Names<'_> {
    /// A name with the port that is listened on, or without one.
    fn know(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let port = self.reached.map(|reached| format!(":{}", reached.port()));
        let bare = port
            .as_deref()
            .and_then(|port| name.strip_suffix(port))
            .unwrap_or(&name);
        let own = self.reached.map(|reached| match reached {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        });
        ["127.0.0.1", "[::1]", "localhost"].contains(&bare)
            || own.is_some_and(|own| own == bare)
            || self.list(&name)
            || self.list(bare)
    }

    fn list(&self, name: &str) -> bool {
        self.listed.iter().any(|listed| listed.eq_ignore_ascii_case(name))
    }
}

fn check_host(request: &Request, names: &Names<'_>) -> Result<(), ApiError> {
    let mut given = request.headers().get_all(header::HOST).iter();
    let (host, more) = (given.next().map(text), given.next());
    if more.is_some() {
        return Err(ApiError::invalid(
            "the header Host stands there twice",
            "send one",
        ));
    }
    let target = request.uri().authority().map(|authority| authority.as_str());
    if host.is_none() && target.is_none() {
        // Before HTTP/1.1 there was no such header, and no browser leaves it out.
        return match request.version() <= Version::HTTP_10 {
            true => Ok(()),
            false => Err(ApiError::invalid("the header Host is missing", "send one")),
        };
    }
    match [host, target]
        .into_iter()
        .flatten()
        .find(|name| !names.know(name))
    {
        None => Ok(()),
        Some(unknown) => Err(ApiError::misdirected(unknown)),
    }
}

/// A page's own host, or one that is listed, may ask; a browser says for every page whether it is of elsewhere.
fn check_page(headers: &HeaderMap, names: &Names<'_>) -> Result<(), ApiError> {
    let origin = headers.get(header::ORIGIN).map(text);
    let is_own = origin.map(|origin| {
        let page = origin.split_once("://").map(|(_, page)| page).unwrap_or_default();
        let host = headers.get(header::HOST).map(text);
        names.list(page) || host.is_some_and(|host| origin.eq_ignore_ascii_case(&format!("http://{host}")))
    });
    if is_own == Some(false) {
        return Err(ApiError::foreign_page(&format!(
            "the page {}",
            origin.unwrap_or_default()
        )));
    }
    let site = headers.get(FETCH_SITE).map(text);
    match site {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) if is_own == Some(true) => Ok(()),
        Some(_) => Err(ApiError::foreign_page("a page of elsewhere")),
    }
}

/// Bodies come as they are, in UTF-8.
fn check_coding(headers: &HeaderMap) -> Result<(), ApiError> {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter().map(text);
    if let Some(coding) = codings.find(|coding| !coding.eq_ignore_ascii_case("identity")) {
        return Err(ApiError::wrong_encoding(
            format!("the body is encoded as `{coding}`"),
            "send it as it is, without Content-Encoding",
        ));
    }
    let mut transfers = headers.get_all(header::TRANSFER_ENCODING).iter().map(text);
    if let Some(transfer) = transfers.find(|transfer| !transfer.trim().eq_ignore_ascii_case("chunked")) {
        return Err(ApiError::wrong_encoding(
            format!("the body is transferred as `{transfer}`"),
            "send it as it is, whole or in chunks",
        ));
    }
    let kind: Option<mime::Mime> = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| text(kind).parse().ok());
    let charset = kind.as_ref().and_then(|kind| kind.get_param(mime::CHARSET));
    match charset {
        Some(charset)
            if !["utf-8", "utf8", "us-ascii"]
                .iter()
                .any(|known| charset == *known) =>
        {
            Err(ApiError::wrong_encoding(
                format!("the body is written in `{charset}`"),
                "send it as UTF-8",
            ))
        }
        _ => Ok(()),
    }
}

/// A header's text; one with bytes that are none is like nothing that is known here.
fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or("?")
}
