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

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use std::pin::pin;
    use std::task::{Context, Waker};

    fn row(operation: &str) -> AuditRow {
        AuditRow {
            at: Timestamp::UNIX_EPOCH,
            actor: "test".to_owned(),
            version: String::new(),
            operation: operation.to_owned(),
            menu_id: None,
            subject: None,
            outcome: "read".to_owned(),
            error_kind: None,
            message: None,
            duration_micros: 1,
            arguments: None,
        }
    }

    async fn add(held: &Held, operation: &str) -> bool {
        held.add(row(operation)).await.is_ok()
    }

    #[tokio::test]
    async fn rows_are_due_a_while_after_the_first_or_once_they_are_many() {
        let held = Held::new();
        let begun = Instant::now();
        assert!(add(&held, "first").await);
        assert!(add(&held, "second").await);
        held.due().await;
        assert!(begun.elapsed() >= HOLD);
        assert_eq!(held.take().len(), 2);

        let is_due = || {
            pin!(held.due())
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_ready()
        };
        for _ in 0..MANY {
            assert!(add(&held, "one of many").await);
        }
        assert!(is_due());
    }

    #[tokio::test]
    async fn what_could_not_be_written_comes_before_what_came_since_until_it_is_too_much() {
        let held = Held::new();
        assert!(add(&held, "newer").await);
        assert!(held.put_back(vec![row("older")]).is_ok());
        let operations: Vec<String> = held.take().into_iter().map(|row| row.operation).collect();
        assert_eq!(operations, ["older", "newer"]);
        let lost = held.put_back(vec![row("older"); AT_MOST + 1]);
        assert_eq!(lost.map_err(|rows| rows.len()), Err(AT_MOST + 1));
    }

    #[tokio::test]
    async fn one_too_many_waits_until_there_is_room_and_is_not_kept_after_the_end() {
        let held = Held::new();
        assert!(held.put_back(vec![row("older"); AT_MOST]).is_ok());
        let (added, taken) = tokio::join!(add(&held, "waits"), async {
            tokio::task::yield_now().await;
            held.take()
        });
        assert!(added);
        assert_eq!(taken.len(), AT_MOST);
        let last = held.close();
        assert_eq!(last.len(), 1);
        assert!(!add(&held, "too late").await);
    }
}
