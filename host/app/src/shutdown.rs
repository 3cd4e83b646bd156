//! Requests to end the process: Ctrl-C and, on Unix, SIGTERM. They are heard from the moment a command listens, so that
//! none is lost, and none kills, while it is still starting.

use crate::exit::Exit;
use crate::failure::Failure;
use std::future::pending;
use std::io;
use tokio::sync::watch;

/// Hears every request to end from its making on. Clones hear the same requests.
#[derive(Clone)]
pub struct Shutdown {
    requests: watch::Receiver<u32>,
}

impl Shutdown {
    /// Begins to listen. From here on a request no longer kills the process.
    ///
    /// # Errors
    /// The system does not let us listen to signals.
    pub fn listen() -> Result<Self, Failure> {
        let mut signals = Signals::register()
            .map_err(|error| Failure::new(Exit::Failed, "", "listening for signals", error.to_string()))?;
        let (counter, requests) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                signals.next().await;
                counter.send_modify(|count| *count += 1);
            }
        });
        Ok(Shutdown { requests })
    }

    /// Returns once someone has asked for an end, also if that was before.
    pub async fn requested(&self) {
        self.heard(1).await;
    }

    /// Returns once someone has asked again.
    pub async fn insisted(&self) {
        self.heard(2).await;
    }

    /// Whether someone has asked for an end.
    pub fn is_requested(&self) -> bool {
        *self.requests.borrow() > 0
    }

    async fn heard(&self, times: u32) {
        let mut requests = self.requests.clone();
        if requests.wait_for(|count| *count >= times).await.is_err() {
            // Only at the end of the process does the listening task go away.
            pending::<()>().await;
        }
    }
}

/// The end of a command that was asked to end twice.
pub fn cut_short() -> Failure {
    Failure::new(
        Exit::Failed,
        "",
        "stopping",
        "asked to stop again before all work was finished",
    )
    .with_hint("what was accepted is on disk and goes on with the next start")
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn register() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    fn register() -> io::Result<Self> {
        Ok(Signals {
            interrupt: tokio::signal::windows::ctrl_c()?,
        })
    }

    async fn next(&mut self) {
        self.interrupt.recv().await;
    }
}
