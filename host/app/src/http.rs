//! The HTTP API: one file a resource. JSON in and out; errors are `{"error": {kind, message, hint, faults?}}`.
//!
//! | request | answer |
//! | --- | --- |
//! | `PUT /v1/hub/contacts/{id}` | 202 once the contact and its deliveries are on disk; 400 with every fault |
//! | `POST /v1/hub/contacts` | NDJSON; 202 with a summary and the unsound lines by number; 413 where it is too large |
//! | `GET /v1/hub/contacts/{id}` | the contact, its link, where its deliveries stand |
//! | `GET /v1/hub/contacts?after=&limit=` | contacts by id; `next` continues |
//! | `GET /v1/extensions` | plugins and scripts, and why one does not serve |
//! | `GET /v1/operations`, `GET /v1/operations/{name}` | what the ERP can be asked |
//! | `GET /v1/dead?after=&limit=` | what waits for a person |
//! | `POST /v1/dead/retry` | `{"all": true}` or `{"ids": [1, 2]}`: another try |
//! | `GET /v1/deliveries?target=&state=&late=&after=&limit=` | what waits, is in hand or ended, and what holds it up |
//! | `POST /v1/deliveries/release` | `{"ids": [1, 2]}` or `{"target": "plugin hello"}`: due now |
//! | `POST /v1/deliveries/drop` | the same, and `"unresolved": true`: forgotten |
//! | `GET /v1/flows`, `GET /v1/flows/{name}` | what each flow does, and how it stands |
//! | `POST /v1/flows/{name}/run`, `/pause`, `/resume` | runs now, is held back, goes on |
//! | `GET /v1/schedules` | when flows are due, and how punctual they are |
//! | `GET /v1/audit?after=&limit=&actor=&operation=&outcome=` | who did what in the ERP |
//! | `GET /v1/status` | queue, ERP session, and the file that was not taken over |
//! | `GET /healthz` | whether its parts give signs of life |

mod audit;
mod bulk;
mod contacts;
mod dead;
mod deliveries;
mod door;
mod error;
mod extensions;
mod flows;
mod json;
mod operations;
mod query;
pub mod serving;
mod status;

use crate::host::Parts;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use error::ApiError;
use std::sync::Arc;

/// Largest body of a single request and longest line of a bulk body, in bytes; a contact is far smaller.
pub const LARGEST_BODY: usize = 256 * 1024;
/// Largest bulk body, in bytes: some 100,000 contacts.
const LARGEST_BULK: usize = 64 * 1024 * 1024;
/// Entries a page has where the caller does not say.
const PAGE: u32 = 100;
/// Most entries a page may have.
const LARGEST_PAGE: u32 = 1_000;

/// Every route.
pub fn router(parts: Arc<Parts>) -> Router {
    Router::new()
        .route("/healthz", get(status::healthy))
        .route("/v1/status", get(status::show))
        .route("/v1/hub/contacts", get(contacts::list).post(bulk::file))
        .route("/v1/hub/contacts/{id}", get(contacts::show).put(contacts::file))
        .route("/v1/extensions", get(extensions::list))
        .route("/v1/operations", get(operations::list))
        .route("/v1/operations/{name}", get(operations::show))
        .route("/v1/dead", get(dead::list))
        .route("/v1/dead/retry", post(dead::retry))
        .route("/v1/deliveries", get(deliveries::list))
        .route("/v1/deliveries/release", post(deliveries::release))
        .route("/v1/deliveries/drop", post(deliveries::discard))
        .route("/v1/flows", get(flows::list))
        .route("/v1/flows/{name}", get(flows::show))
        .route("/v1/flows/{name}/run", post(flows::run))
        .route("/v1/flows/{name}/pause", post(flows::pause))
        .route("/v1/flows/{name}/resume", post(flows::resume))
        .route("/v1/schedules", get(flows::schedules))
        .route("/v1/audit", get(audit::tail))
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
