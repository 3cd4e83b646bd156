//! Who keeps the audit log, and sees to it that the end of a write gets there: what cannot be written now is written when
//! the store can write again.

use crate::clock::Clock;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use sunmao_store::{AuditEnd, AuditRow, IntentOutcome, Opened, Store, StoreError};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

/// How long the store is left alone after it could not write.
const PAUSE: Duration = Duration::from_secs(1);

/// Most that waits. Ends are few, since no write goes out whose beginning cannot be written.
const MOST: usize = 10_000;

/// Something for the log.
#[derive(Debug, Clone)]
pub enum Note {
    /// A row that is whole.
    Row(AuditRow),
    /// How a write ended.
    Finish {
        /// Its intent and its row.
        opened: Opened,
        /// For the intent.
        outcome: IntentOutcome,
        /// For the row.
        end: AuditEnd,
    },
}

/// The log's keeper.
pub struct Book {
    store: Store,
    clock: Clock,
    waiting: Mutex<VecDeque<Note>>,
    count: AtomicUsize,
    is_retrying: AtomicBool,
}

impl Book {
    pub fn new(store: Store, clock: Clock) -> Self {
        Book {
            store,
            clock,
            waiting: Mutex::default(),
            count: AtomicUsize::new(0),
            is_retrying: AtomicBool::new(false),
        }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Writes a note, or keeps it until it can be written.
    pub async fn keep(self: &Arc<Self>, note: Note) {
        let Err(error) = self.write(note.clone()).await else {
            return;
        };
        if matches!(error, StoreError::Closed { .. }) {
            tracing::error!(%error, ?note, "not noted in the audit log");
            return;
        }
        tracing::warn!(%error, hint = error.hint(), "an end waits until it can be noted in the audit log");
        {
            let mut waiting = self.waiting.lock().await;
            if waiting.len() >= MOST {
                let lost = waiting.pop_front();
                tracing::error!(?lost, "not noted in the audit log");
            }
            waiting.push_back(note);
            self.count.store(waiting.len(), Ordering::Release);
        }
        if !self.is_retrying.swap(true, Ordering::AcqRel) {
            tokio::spawn(self.clone().retry());
        }
    }

    /// The same for someone who cannot wait.
    pub fn keep_soon(self: &Arc<Self>, note: Note) {
        let Ok(runtime) = Handle::try_current() else {
            tracing::error!(?note, "not noted in the audit log");
            return;
        };
        let book = self.clone();
        runtime.spawn(async move { book.keep(note).await });
    }

    /// Hands over a row that nobody waits for.
    pub async fn later(&self, row: AuditRow) {
        let operation = row.operation.clone();
        if let Err(error) = self.store.audit.append_later(row).await {
            tracing::error!(operation, %error, hint = error.hint(), "audit row lost");
        }
    }

    /// The same for someone who cannot wait.
    pub fn later_soon(self: &Arc<Self>, row: AuditRow) {
        let Ok(runtime) = Handle::try_current() else {
            tracing::error!(operation = row.operation, "audit row lost");
            return;
        };
        let book = self.clone();
        runtime.spawn(async move { book.later(row).await });
    }

    /// Writes all that waits.
    ///
    /// # Errors
    /// The store still cannot write.
    pub async fn settle(&self) -> Result<(), StoreError> {
        if self.count.load(Ordering::Acquire) == 0 {
            return Ok(());
        }
        let mut waiting = self.waiting.lock().await;
        while let Some(note) = waiting.front() {
            self.write(note.clone()).await?;
            waiting.pop_front();
            self.count.store(waiting.len(), Ordering::Release);
        }
        Ok(())
    }

    async fn retry(self: Arc<Self>) {
        loop {
            tokio::time::sleep(PAUSE).await;
            match self.settle().await {
                Err(StoreError::Closed { .. }) => return,
                Err(_) => continue,
                Ok(()) => self.is_retrying.store(false, Ordering::Release),
            }
            // Something may have come between the two.
            let is_idle = self.count.load(Ordering::Acquire) == 0;
            if is_idle || self.is_retrying.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    }

    async fn write(&self, note: Note) -> Result<(), StoreError> {
        match note {
            Note::Row(row) => self.store.audit.append(vec![row]).await,
            Note::Finish { opened, outcome, end } => {
                let now = self.clock.now();
                self.store.intents.finish(opened, outcome, end, now).await
            }
        }
    }
}
