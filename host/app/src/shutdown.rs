//! Requests to end the process: Ctrl-C and, on Unix, SIGTERM, SIGQUIT and the end of its terminal. They are heard from
//! the moment a command listens, so that none is lost, and none kills, while it is still starting. A service does not end
//! with the terminal it was started from: to it SIGHUP is the request to read its configuration again.

use crate::exit::Exit;
use crate::failure::Failure;
use std::future::{pending, poll_fn};
use std::io;
use std::task::Poll;
use tokio::sync::watch;

/// Hears every request from its making on. Clones hear the same requests.
#[derive(Clone)]
pub struct Shutdown {
    ends: watch::Receiver<u32>,
    reloads: watch::Receiver<u32>,
}

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Request {
    End,
    Reload,
    /// Nothing that is known here; what does not kill is only logged.
    Nothing(&'static str),
}

impl Shutdown {
    /// Begins to listen, for a command that ends with its terminal. From here on a request no longer kills the process.
    ///
    /// # Errors
    /// The system does not let us listen to signals.
    pub fn listen() -> Result<Self, Failure> {
        Shutdown::listen_with(Request::End)
    }

    /// Begins to listen, for a service that outlives its terminal.
    ///
    /// # Errors
    /// The system does not let us listen to signals.
    pub fn listen_as_a_service() -> Result<Self, Failure> {
        Shutdown::listen_with(Request::Reload)
    }

    fn listen_with(hangup: Request) -> Result<Self, Failure> {
        let mut signals = Signals::register(hangup)
            .map_err(|error| Failure::new(Exit::Failed, "", "listening for signals", error.to_string()))?;
        let (end, ends) = watch::channel(0);
        let (reload, reloads) = watch::channel(0);
        tokio::spawn(async move {
            loop {
                match signals.next().await {
                    Request::End => end.send_modify(|count| *count += 1),
                    Request::Reload => reload.send_modify(|count| *count += 1),
                    Request::Nothing(signal) => tracing::info!(signal, "a signal that means nothing here"),
                }
            }
        });
        Ok(Shutdown { ends, reloads })
    }

    /// Changes with each request to read the configuration again; those before the first look count as one.
    pub fn reloads(&self) -> watch::Receiver<u32> {
        self.reloads.clone()
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
        *self.ends.borrow() > 0
    }

    async fn heard(&self, times: u32) {
        let mut requests = self.ends.clone();
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
    heard: Vec<(tokio::signal::unix::Signal, Request)>,
}

#[cfg(unix)]
impl Signals {
    fn register(hangup: Request) -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let heard = [
            (SignalKind::interrupt(), Request::End),
            (SignalKind::terminate(), Request::End),
            (SignalKind::quit(), Request::End),
            (SignalKind::hangup(), hangup),
            (SignalKind::user_defined1(), Request::Nothing("SIGUSR1")),
            (SignalKind::user_defined2(), Request::Nothing("SIGUSR2")),
            // A log or a store that may not grow: the write fails, and nobody has to die of it.
            (
                SignalKind::from_raw(libc::SIGXFSZ),
                Request::Nothing("SIGXFSZ: a file may not grow any more"),
            ),
        ];
        let heard = heard
            .into_iter()
            .map(|(kind, request)| Ok((signal(kind)?, request)));
        Ok(Signals {
            heard: heard.collect::<io::Result<_>>()?,
        })
    }

    async fn next(&mut self) -> Request {
        poll_fn(|context| {
            let heard = self.heard.iter_mut();
            let mut asked = heard.filter_map(|(signal, request)| {
                matches!(signal.poll_recv(context), Poll::Ready(Some(()))).then_some(*request)
            });
            asked.next().map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    fn register(_hangup: Request) -> io::Result<Self> {
        Ok(Signals {
            interrupt: tokio::signal::windows::ctrl_c()?,
        })
    }

    async fn next(&mut self) -> Request {
        self.interrupt.recv().await;
        Request::End
    }
}
