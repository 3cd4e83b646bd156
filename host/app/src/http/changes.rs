//! `/v1/changes`: what changed since, as a page or as a stream of server-sent events. A stream reads the store as well: who
//! was away, or reads slowly, goes on where he was, and nothing is held for anyone.

use super::error::ApiError;
use super::kinds::known;
use super::page_size;
use super::query::Query;
use crate::api::changes::{Change, ChangePage, ChangeQuery};
use crate::api::errors::Refusal;
use crate::parts::Parts;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// What a stream of events is called.
const EVENTS: &str = "text/event-stream";
/// The last event that a client saw before its connection broke.
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");
/// Changes read at once for a stream: what is in memory for each of its readers.
const PORTION: u32 = 100;
/// How often it is looked for changes that nobody is told of.
const LOOK: Duration = Duration::from_millis(500);
/// After so long without a change a comment shows that the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// What changed, the oldest change first: a page, or with `Accept: text/event-stream` a stream without end, each event with the
/// change's number as its `id`, so that `Last-Event-ID` goes on behind it.
#[utoipa::path(
    get,
    path = "/v1/changes",
    operation_id = "changes.list",
    params(
        ChangeQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "Where a stream goes on; goes before `after`")
    ),
    responses(
        (status = 200, content((ChangePage = "application/json"), (String = "text/event-stream"))),
        (status = "default", body = Refusal)
    )
)]
pub async fn list(
    State(parts): State<Arc<Parts>>,
    Query(query): Query<ChangeQuery>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let kind = query.kind.map(|kind| known(&parts, &kind)).transpose()?;
    let kind = kind.map(|kind| kind.name.clone());
    if super::accepts(&headers, EVENTS) {
        let after = last_event(&headers)?.or(query.after).unwrap_or_default();
        return stream(parts, after, kind).map(IntoResponse::into_response);
    }
    let after = query.after.unwrap_or_default();
    let records = &parts.host.store.records;
    let changes = records
        .changes(after, kind.as_deref(), page_size(query.limit))
        .await?;
    let next = changes.last().map_or(after, |change| change.change);
    let items = changes.into_iter().map(Change::from).collect();
    Ok(Json(ChangePage { items, next }).into_response())
}

fn last_event(headers: &HeaderMap) -> Result<Option<i64>, ApiError> {
    let Some(given) = headers.get(LAST_EVENT) else {
        return Ok(None);
    };
    let number = given.to_str().ok().and_then(|text| text.trim().parse().ok());
    number.map(Some).ok_or_else(|| {
        ApiError::invalid(
            "Last-Event-ID is no change's number",
            "give the `id` of the last event, or leave it out",
        )
    })
}

fn stream(
    parts: Arc<Parts>,
    after: i64,
    kind: Option<String>,
) -> Result<Sse<impl Stream<Item = io::Result<Event>>>, ApiError> {
    let place = parts.followers.clone().try_acquire_owned();
    let place = place.map_err(|_| ApiError::too_many_followers())?;
    let stopping = parts.stopping.clone();
    let follower = Follower {
        parts,
        after,
        kind,
        _place: place,
    };
    let events = stream::unfold(Some(follower), |follower| async move {
        let mut follower = follower?;
        match follower.next().await {
            Ok(changes) => Some((changes.into_iter().map(event).collect(), Some(follower))),
            // Who reads is told by the end, comes back, and goes on where he was.
            Err(error) => Some((vec![Err(error)], None)),
        }
    });
    let events = events
        .flat_map(stream::iter)
        .take_until(stopping.cancelled_owned());
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(HEARTBEAT)))
}

/// Someone who follows the changes.
struct Follower {
    parts: Arc<Parts>,
    after: i64,
    kind: Option<String>,
    _place: OwnedSemaphorePermit,
}

impl Follower {
    /// The next changes, as soon as there are any.
    async fn next(&mut self) -> io::Result<Vec<Change>> {
        let store = &self.parts.host.store;
        let mut arrivals = store.deliveries.arrivals();
        loop {
            arrivals.borrow_and_update();
            let changes = store.records.changes(self.after, self.kind.as_deref(), PORTION);
            let changes = changes.await.map_err(|error| {
                tracing::error!(%error, hint = error.hint(), "the store failed");
                io::Error::other(error)
            })?;
            if let Some(last) = changes.last() {
                self.after = last.change;
                return Ok(changes.into_iter().map(Change::from).collect());
            }
            tokio::select! {
                _ = arrivals.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

fn event(change: Change) -> io::Result<Event> {
    let event = Event::default()
        .id(change.change.to_string())
        .event(&change.event);
    event.json_data(&change).map_err(io::Error::other)
}
