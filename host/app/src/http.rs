//! The HTTP API: one file a resource. JSON in and out, in the structs of [`api`](crate::api), which the OpenAPI document
//! is made of; errors are `{"error": {kind, message, hint, faults?}}`.

mod audit;
mod call;
mod changes;
mod condition;
mod conflicts;
mod dead;
mod deliveries;
mod document;
mod door;
mod error;
mod extensions;
mod filing;
mod flows;
mod fresh;
mod json;
mod kinds;
mod listing;
mod operations;
mod preview;
mod printed;
mod query;
mod records;
mod related;
mod replays;
pub mod serving;
mod status;

use crate::parts::Parts;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use error::ApiError;
use std::sync::Arc;
use sunmao_catalogue::Kinds;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Largest body of a single request and longest line of a bulk body, in bytes; a contact is far smaller.
pub const LARGEST_BODY: usize = 256 * 1024;
/// Records as lines of JSON.
const LINES: &str = "application/x-ndjson";
/// Largest bulk body, in bytes: some 100,000 contacts.
const LARGEST_BULK: usize = 64 * 1024 * 1024;
/// Entries a page has where the caller does not say.
const PAGE: u32 = 100;
/// Most entries a page may have.
const LARGEST_PAGE: u32 = 1_000;

/// What the document says of itself.
#[derive(OpenApi)]
#[openapi(info(
    title = "Sunmao",
    description = "The integration host for the 智邦国际 ERP: records in and out, and how the host is. \
                   `docs/http-api.md` says what this document does not.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Document;

/// Every route that the document describes.
fn described() -> OpenApiRouter<Arc<Parts>> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(status::healthy))
        .routes(routes!(status::show))
        .routes(routes!(extensions::list))
        .routes(routes!(operations::list))
        .routes(routes!(operations::show))
        .routes(routes!(dead::list))
        .routes(routes!(dead::retry))
        .routes(routes!(replays::causes))
        .routes(routes!(replays::list, replays::begin))
        .routes(routes!(replays::cancel))
        .routes(routes!(deliveries::list))
        .routes(routes!(deliveries::release))
        .routes(routes!(deliveries::discard))
        .routes(routes!(audit::tail))
        .routes(routes!(audit::chain))
        .routes(routes!(records::file, records::show, records::delete))
        .routes(routes!(printed::show))
        .routes(routes!(listing::list, filing::file, filing::patch))
        .routes(routes!(changes::list))
        .routes(routes!(kinds::list))
        .routes(routes!(kinds::show))
        .routes(routes!(conflicts::list))
        .routes(routes!(conflicts::show))
        .routes(routes!(conflicts::settle))
        .routes(routes!(flows::list))
        .routes(routes!(flows::show))
        .routes(routes!(flows::run))
        .routes(routes!(preview::show))
        .routes(routes!(flows::pause))
        .routes(routes!(flows::resume))
        .routes(routes!(flows::schedules))
        .routes(routes!(call::call))
        .routes(routes!(document::show))
}

/// The OpenAPI document of the API.
///
/// # Errors
/// It has no JSON form.
pub fn document(kinds: &Kinds) -> serde_json::Result<String> {
    let mut document = serde_json::to_value(described().to_openapi())?;
    document::complete(&mut document, kinds);
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

/// Every route.
pub fn router(parts: Arc<Parts>) -> Router {
    let (described, _) = described().split_for_parts();
    described
        .fallback(async || ApiError::no_such_path())
        .method_not_allowed_fallback(async || ApiError::no_such_method())
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn_with_state(parts.clone(), door::guard))
        .layer(middleware::from_fn_with_state(parts.clone(), until_cut_off))
        .with_state(parts)
}

/// Answers a request unless the host has to go down first, whatever the request waits for.
async fn until_cut_off(State(parts): State<Arc<Parts>>, request: Request, next: Next) -> Response {
    tokio::select! {
        response = next.run(request) => response,
        () = parts.cut_off.cancelled() => ApiError::stopping().into_response(),
    }
}

/// Whether a line begins a JSON array, which holds several objects, or parts of one.
pub fn is_array(line: &[u8]) -> bool {
    line.trim_ascii_start().first() == Some(&b'[')
}

/// How many entries a page gets.
fn page_size(asked: Option<u32>) -> u32 {
    asked.unwrap_or(PAGE).clamp(1, LARGEST_PAGE)
}

/// Whether whoever asks wants this type of answer by name.
fn accepts(headers: &HeaderMap, wanted: &str) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut types = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|types| types.split(','))
        .filter_map(|kind| kind.trim().parse::<mime::Mime>().ok());
    types.any(|kind| kind.essence_str() == wanted)
}
