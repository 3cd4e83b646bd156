//! Audit rows that nobody waits for, put aside until the next commit. Putting one aside wakes the writer only where it
//! is the first: reads are many, and a task woken for each would cost them more than the row itself.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use super::audit::gap;
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
    rows: VecDeque<AuditRow>,
    lost: Option<Lost>,
    since: Instant,
    /// They could not be written: not to be tried again before then.
    not_before: Option<Instant>,
    is_closed: bool,
}

/// Rows that there was no room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lost {
    count: u64,
    first: Timestamp,
    last: Timestamp,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) rows: Vec<AuditRow>,
    lost: Option<Lost>,
}

/// Nobody writes any more.
pub(super) struct Closed;

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.lost.is_none()
    }

    /// The row that stands for those that are lost.
    pub(super) fn lost_row(&self) -> Option<AuditRow> {
        let lost = self.lost?;
        let message = format!(
            "{} rows of reads from {} to {} are lost: they could not be written, and there were too many to keep",
            lost.count, lost.first, lost.last
        );
        Some(gap(lost.last, message))
    }

    /// How many rows it stands for.
    pub(super) fn len(&self) -> u64 {
        self.rows.len() as u64 + self.lost.map_or(0, |lost| lost.count)
    }
}

impl Held {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                rows: VecDeque::new(),
                lost: None,
                since: Instant::now(),
                not_before: None,
                is_closed: false,
            }),
            wake: Notify::new(),
            taken: Notify::new(),
        }
    }

    /// Puts a row aside. While there are as many as may be, waits for the writer; one that cannot write is not waited
    /// for, and the oldest row is lost.
    pub(super) async fn add(&self, row: AuditRow) -> Result<(), Closed> {
        loop {
            // Before the look, so that what is taken right after it is not missed.
            let taken = self.taken.notified();
            {
                let mut state = self.state();
                if state.is_closed {
                    return Err(Closed);
                }
                let is_failing = state.not_before.is_some();
                if state.rows.len() < AT_MOST || is_failing {
                    if state.rows.is_empty() {
                        state.since = Instant::now();
                    }
                    state.rows.push_back(row);
                    state.lose_surplus();
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
            let flush_at = self.state().flush_at();
            match flush_at {
                None => self.wake.notified().await,
                Some(flush_at) if flush_at <= Instant::now() => return,
                Some(flush_at) => _ = timeout_at(flush_at, self.wake.notified()).await,
            }
        }
    }

    /// What is to go along with the next commit: nothing for a while after it could not be written, so that it does not
    /// burden those that somebody waits for.
    pub(super) fn take(&self) -> Batch {
        let mut state = self.state();
        if state.not_before.is_some_and(|moment| moment > Instant::now()) {
            return Batch::default();
        }
        self.take_all(&mut state)
    }

    fn take_all(&self, state: &mut State) -> Batch {
        let batch = Batch {
            rows: std::mem::take(&mut state.rows).into(),
            lost: state.lost.take(),
        };
        self.taken.notify_waiters();
        batch
    }

    /// They are on disk.
    pub(super) fn written(&self) {
        self.state().not_before = None;
    }

    /// Takes rows back that could not be written, before those that came since.
    pub(super) fn put_back(&self, batch: Batch) {
        let mut state = self.state();
        let newer = std::mem::replace(&mut state.rows, batch.rows.into());
        state.rows.extend(newer);
        state.lost = match (batch.lost, state.lost) {
            (Some(older), Some(newer)) => Some(Lost {
                count: older.count + newer.count,
                last: newer.last,
                ..older
            }),
            (older, newer) => older.or(newer),
        };
        state.lose_surplus();
        state.not_before = Some(Instant::now() + HOLD);
    }

    /// The last rows; none is taken in any more.
    pub(super) fn close(&self) -> Batch {
        let mut state = self.state();
        state.is_closed = true;
        self.take_all(&mut state)
    }

    /// The rows are whole whatever happened to the thread that held them.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn flush_at(&self) -> Option<Instant> {
        let at = match self.rows.len() {
            0 => self.lost.map(|_| self.since)?,
            MANY.. => self.since,
            _ => self.since + HOLD,
        };
        Some(self.not_before.map_or(at, |moment| moment.max(at)))
    }

    /// The oldest go.
    fn lose_surplus(&mut self) {
        while self.rows.len() > AT_MOST {
            let Some(row) = self.rows.pop_front() else { return };
            let lost = self.lost.get_or_insert(Lost {
                count: 0,
                first: row.at,
                last: row.at,
            });
            lost.count += 1;
            lost.last = row.at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
            requests: 1,
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

    fn batch(rows: Vec<AuditRow>) -> Batch {
        Batch { rows, lost: None }
    }

    /// As if the while after a failure were over.
    fn wait(held: &Held) {
        held.state().not_before = Some(Instant::now());
    }

    #[tokio::test]
    async fn what_could_not_be_written_comes_before_what_came_since_and_the_oldest_of_too_many_are_counted() {
        let held = Held::new();
        assert!(add(&held, "newer").await);
        held.put_back(batch(vec![row("older")]));
        assert!(held.take().is_empty(), "not again at once");
        wait(&held);
        let taken = held.take();
        let operations: Vec<&str> = taken.rows.iter().map(|row| row.operation.as_str()).collect();
        assert_eq!(operations, ["older", "newer"]);
        assert_eq!(taken.lost_row(), None);

        held.put_back(batch(vec![row("older"); AT_MOST + 1]));
        assert!(
            add(&held, "newest").await,
            "nobody waits for a writer that cannot write"
        );
        wait(&held);
        let taken = held.take();
        assert_eq!((taken.rows.len(), taken.len()), (AT_MOST, AT_MOST as u64 + 2));
        assert_eq!(taken.rows[AT_MOST - 1].operation, "newest");
        let lost = taken.lost_row().unwrap();
        assert_eq!((lost.outcome.as_str(), lost.requests), (AuditRow::LOST, 0));
        assert!(lost.message.unwrap().starts_with("2 rows of reads from "));

        held.put_back(taken);
        assert!(add(&held, "one more").await);
        wait(&held);
        assert!(
            held.take()
                .lost_row()
                .unwrap()
                .message
                .unwrap()
                .starts_with("3 rows")
        );
    }

    #[tokio::test]
    async fn many_rows_that_cannot_be_written_are_not_tried_without_a_pause() {
        let held = Held::new();
        held.put_back(batch(vec![row("one of many"); MANY * 2]));
        let begun = Instant::now();
        held.due().await;
        assert!(begun.elapsed() >= HOLD / 2);
    }

    #[tokio::test]
    async fn one_too_many_waits_until_there_is_room_and_is_not_kept_after_the_end() {
        let held = Held::new();
        held.put_back(batch(vec![row("older"); AT_MOST]));
        held.written();
        let (added, taken) = tokio::join!(add(&held, "waits"), async {
            tokio::task::yield_now().await;
            held.take()
        });
        assert!(added);
        assert_eq!(taken.rows.len(), AT_MOST);
        assert_eq!(held.close().rows.len(), 1);
        assert!(!add(&held, "too late").await);
    }
}
