//! One connection: served, watched, and closed where it brings nothing of what it owes.

use super::Limits;
use super::room::Place;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use futures::StreamExt;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::io::{InspectReader, InspectWriter};
use tower::ServiceExt;

/// A connection that was taken.
pub struct Connection {
    stream: TcpStream,
    place: Arc<Place>,
    limits: Limits,
}

impl Connection {
    /// The connection at its place.
    pub fn new(stream: TcpStream, place: Place, limits: Limits) -> Self {
        place.is_taken_now();
        Connection {
            stream,
            place: Arc::new(place),
            limits,
        }
    }

    /// Serves its requests, one after the other, until it ends or has to.
    pub async fn serve(self, router: Router, graceful: Watcher) {
        let Connection {
            stream,
            place,
            limits,
        } = self;
        let moved = Moved::default();
        let (read, written) = (moved.clone(), moved.clone());
        let stream = InspectReader::new(stream, move |bytes: &[u8]| read.note(bytes));
        let stream = InspectWriter::new(stream, move |bytes: &[u8]| written.note(bytes));
        let guest = place.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let asked = guest.asked();
            let router = router.clone();
            async move {
                let answer = router.oneshot(timed(request, limits)).await;
                drop(asked);
                answer
            }
        });
        let mut server = http1::Builder::new();
        server.timer(TokioTimer::new()).header_read_timeout(limits.idle);
        let connection = graceful.watch(server.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            // Whoever broke off, or was too slow, is told by the end of the connection.
            _ = connection => {}
            () = place.is_needed() => {}
            () = stalled(&moved, &place, limits.idle) => {}
        }
    }
}

/// When bytes last went over the connection, either way.
#[derive(Clone)]
struct Moved(Arc<Mutex<Instant>>);

impl Default for Moved {
    fn default() -> Self {
        Moved(Arc::new(Mutex::new(Instant::now())))
    }
}

impl Moved {
    fn note(&self, bytes: &[u8]) {
        if !bytes.is_empty() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
    }

    fn last(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns once nothing went over the connection for this long, and not for waiting for us.
async fn stalled(moved: &Moved, place: &Place, idle: Duration) {
    loop {
        let last = moved.last();
        let due = match place.is_asked() {
            true => Instant::now() + idle,
            false => last + idle,
        };
        sleep_until(due).await;
        if !place.is_asked() && moved.last() == last {
            return;
        }
    }
}

/// The request with a body that ends with an error where it does not come in time.
fn timed(request: Request<Incoming>, limits: Limits) -> Request {
    if request.body().is_end_stream() {
        return request.map(Body::new);
    }
    let whole = Instant::now() + limits.body;
    request.map(|body| {
        let portions = Body::new(body).into_data_stream();
        Body::from_stream(futures::stream::unfold(
            Some(portions),
            move |portions| async move {
                let mut portions = portions?;
                let due = whole.min(Instant::now() + limits.idle);
                match timeout_at(due, portions.next()).await {
                    Ok(portion) => Some((portion?.map_err(io::Error::other), Some(portions))),
                    Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
                }
            },
        ))
    })
}
