//! Audit rows that nobody waits for, put aside until the next commit. Putting one aside wakes the writer only where it
//! is the first: reads are many, and a task woken for each would cost them more than the row itself.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::AuditRow;

/// How long an audit row may be held back while nothing else is written.
const HOLD: Duration = Duration::from_millis(250);

/// How many audit rows may be held back before they are written without further ado.
const MANY: usize = 1_000;

/// How many audit rows are kept for better times while the database fails, and while the writer is far behind.
const AT_MOST: usize = 20_000;

/// The rows put aside.
pub(super) struct Held {
    state: Mutex<State>,
    /// The first row came, or there are many.
    wake: Notify,
    /// They were taken, so there is room again.
    taken: Notify,
}

struct State {
    rows: Vec<AuditRow>,
    since: Instant,
    is_closed: bool,
}

/// Nobody writes any more.
pub(super) struct Closed;

impl Held {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                rows: Vec::new(),
                since: Instant::now(),
                is_closed: false,
            }),
            wake: Notify::new(),
            taken: Notify::new(),
        }
    }

    /// Puts a row aside; waits while there are as many as may be.
    pub(super) async fn add(&self, row: AuditRow) -> Result<(), Closed> {
        loop {
            // Before the look, so that what is taken right after it is not missed.
            let taken = self.taken.notified();
            {
                let mut state = self.state();
                if state.is_closed {
                    return Err(Closed);
                }
                if state.rows.len() < AT_MOST {
                    if state.rows.is_empty() {
                        state.since = Instant::now();
                    }
                    state.rows.push(row);
                    if matches!(state.rows.len(), 1 | MANY) {
                        self.wake.notify_one();
                    }
                    return Ok(());
                }
            }
            taken.await;
        }
    }

    /// Returns when the rows are to be written.
    pub(super) async fn due(&self) {
        loop {
            let flush_at = {
                let state = self.state();
                match state.rows.len() {
                    0 => None,
                    MANY.. => return,
                    _ => Some(state.since + HOLD),
                }
            };
            match flush_at {
                None => self.wake.notified().await,
                Some(flush_at) => {
                    if timeout_at(flush_at, self.wake.notified()).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    pub(super) fn take(&self) -> Vec<AuditRow> {
        let rows = std::mem::take(&mut self.state().rows);
        self.taken.notify_waiters();
        rows
    }

    /// Takes rows back that could not be written, before those that came since. Too many are returned: they are lost.
    pub(super) fn put_back(&self, mut rows: Vec<AuditRow>) -> Result<(), Vec<AuditRow>> {
        let mut state = self.state();
        if rows.len() + state.rows.len() > AT_MOST {
            return Err(rows);
        }
        rows.append(&mut state.rows);
        state.rows = rows;
        state.since = Instant::now();
        Ok(())
    }

    /// The last rows; none is taken in any more.
    pub(super) fn close(&self) -> Vec<AuditRow> {
        self.state().is_closed = true;
        self.take()
    }

    /// The rows are whole whatever happened to the thread that held them.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
