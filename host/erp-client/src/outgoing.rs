//! What went out to the ERP for one call, and what has to be done before the call itself goes out.

use async_trait::async_trait;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// Why a call must not go out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// What happened.
    pub words: String,
    /// What to do.
    pub hint: &'static str,
}

/// What a caller does right before a call goes out: not before its turn has come, and not at all where it never does.
#[async_trait]
pub trait BeforeSending: Send + Sync {
    /// Waited for once, before the first request of the call itself; look-ups of labels may have gone out before.
    ///
    /// # Errors
    /// Nothing goes out.
    async fn about_to_send(&self) -> Result<(), HeldBack>;
}

/// Counts what goes out for one call: repetitions, look-ups of labels and read-backs are requests as well. Signing in is
/// not: it serves all calls, and has an event of its own.
#[derive(Default)]
pub struct Outgoing<'a> {
    before: Option<&'a dyn BeforeSending>,
    is_let_out: OnceCell<()>,
    tried: AtomicU32,
    requests: AtomicU32,
}

impl<'a> Outgoing<'a> {
    /// Asks `before` first.
    pub fn after(before: &'a dyn BeforeSending) -> Self {
        Outgoing {
            before: Some(before),
            ..Outgoing::default()
        }
    }

    /// How many requests went out: each has reached the ERP, or may have.
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether nothing was even tried: no turn, no session, or an ERP that is left alone.
    pub fn is_untried(&self) -> bool {
        self.tried.load(Ordering::Relaxed) == 0
    }

    pub(crate) async fn let_out(&self) -> Result<(), HeldBack> {
        let Some(before) = self.before else {
            return Ok(());
        };
        let let_out = self.is_let_out.get_or_try_init(|| before.about_to_send());
        let_out.await.map(|()| ())
    }

    /// A request goes out. Counted before it does: whoever gives the call up meanwhile must not think that none did.
    pub(crate) fn sending(&self) {
        self.tried.fetch_add(1, Ordering::Relaxed);
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// It did not: there was no connection.
    pub(crate) fn unsent(&self) {
        self.requests.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Outgoing<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Outgoing({} requests)", self.requests())
    }
}
