//! Connections: how many there may be, how long each may say nothing, and how they end. Nobody holds the door open: whoever
//! has asked nothing for the longest time makes room for whoever comes.

mod connection;
mod room;

use super::door::Reached;
use crate::configuration::Server;
use axum::Router;
use connection::Connection;
use hyper_util::server::graceful::GracefulShutdown;
use room::Room;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// How long no connection is taken after the system could give none: something has to end first.
const PAUSE: Duration = Duration::from_millis(200);
/// Descriptors that connections leave to the store, the extensions, the log and calls of the ERP.
const RESERVED: u64 = 128;

/// What a connection may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How many there are at once.
    connections: usize,
    /// How long one may bring nothing of what it owes: the head of a request, a portion of a body, room for an answer.
    idle: Duration,
    /// How long a whole body may take.
    body: Duration,
}

impl Limits {
    /// What the configuration says, as far as the system allows for it. The system's limit of open files is raised to the
    /// most that this process may have.
    pub fn of(server: &Server) -> Self {
        let wanted = u64::from(server.connections.max(1));
        let possible = descriptors().map_or(u64::MAX, |all| all.saturating_sub(RESERVED).max(all / 4).max(1));
        if possible < wanted {
            tracing::warn!(
                connections = possible,
                wanted,
                "fewer connections than configured: the system gives this process too few open files (ulimit -n)"
            );
        }
        Limits {
            connections: usize::try_from(wanted.min(possible)).unwrap_or(usize::MAX),
            idle: Duration::from_secs(server.idle_seconds.max(1)),
            body: Duration::from_secs(server.body_seconds.max(1)),
        }
    }
}

/// How many descriptors this process may have, once it has all it can get.
fn descriptors() -> Option<u64> {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(all) => Some(all),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files is as it was");
            None
        }
    }
}

/// Serves until it is asked to end, and then until every request under way has its answer.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, mut ended: oneshot::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Room::new(limits.connections));
    let mut is_short = false;
    loop {
        let accepted = tokio::select! {
            // A dropped sender ends the server as well.
            _ = &mut ended => break,
            accepted = accept(&listener, &room) => accepted,
        };
        match accepted {
            Ok((stream, place)) => {
                is_short = false;
                // Answers are small and waited for.
                let _ = stream.set_nodelay(true);
                let Ok(address) = stream.local_addr() else {
                    continue;
                };
                let connection = Connection::new(stream, place, limits);
                let router = router.clone().layer(axum::Extension(Reached(address)));
                tokio::spawn(connection.serve(router, graceful.watcher()));
            }
            Err(error) if is_of_the_caller(&error) => {}
            Err(error) => {
                if !is_short {
                    tracing::error!(%error, "no connection can be taken; those that are there go on");
                }
                is_short = true;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
}

/// A connection and its place. Where there is no place, the one that has been quiet the longest makes room.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Room>,
) -> std::io::Result<(tokio::net::TcpStream, room::Place)> {
    // Only with a place at hand is one taken: it would take a descriptor that something else needs.
    let place = room.place().await;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

/// Someone hung up before we came to the telephone.
fn is_of_the_caller(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    )
}
