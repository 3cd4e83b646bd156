//! The one writer. Whatever waits when it comes round shares a transaction, and so one flush to the disk.

use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures::FutureExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{mpsc, oneshot, watch};

use super::failure::Failure;
use super::held::{Batch, Closed, Held};
use super::job::{Job, Write, job};
use super::lock::ProcessLock;
use super::presence::Presence;
use super::process::NoteEnd;
use crate::{AuditRow, StoreError};

/// How many writes may share a transaction; as many may wait behind it.
const BATCH: usize = 256;

/// Why a transaction was undone.
enum Undone {
    /// One of its writes failed.
    Write(Failure),
    /// None could have succeeded: no connection, no transaction, or no commit.
    Whole(Failure),
}

/// What the writer holds for as long as it lives.
pub(super) struct Opened {
    /// Open and idle, so that SQLite does not put its log away before the end.
    pub(super) anchor: Option<SqliteConnection>,
    pub(super) presence: Arc<Presence>,
    pub(super) _lock: ProcessLock,
}

enum Message {
    Job(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

/// The way to the writer.
pub(super) struct Writer {
    path: Arc<Path>,
    outbox: mpsc::Sender<Message>,
    held: Arc<Held>,
    commits: Arc<AtomicU64>,
    failures: Arc<AtomicU64>,
    arrivals: watch::Receiver<u64>,
}

impl Writer {
    /// Starts the task that writes. It ends, and lets go of the lock, when it is closed or nobody can reach it.
    pub(super) fn start(path: Arc<Path>, options: SqliteConnectOptions, opened: Opened) -> Self {
        let (outbox, inbox) = mpsc::channel(BATCH);
        let (bell, arrivals) = watch::channel(0);
        let held = Arc::new(Held::new());
        let commits = Arc::new(AtomicU64::new(0));
        let failures = Arc::new(AtomicU64::new(0));
        let task = Task {
            path: path.clone(),
            options,
            connection: None,
            inbox,
            held: held.clone(),
            closing: None,
            commits: commits.clone(),
            failures: failures.clone(),
            bell,
            opened,
        };
        tokio::spawn(task.run());
        Self {
            path,
            outbox,
            held,
            commits,
            failures,
            arrivals,
        }
    }

    pub(super) async fn run<W: Write>(&self, write: W) -> Result<W::Output, StoreError> {
        let closed = || StoreError::Closed {
            path: self.path.to_path_buf(),
            phase: W::PHASE,
        };
        let (reply, answer) = oneshot::channel();
        self.outbox
            .send(Message::Job(job(write, reply)))
            .await
            .map_err(|_| closed())?;
        match answer.await {
            Ok(answer) => answer,
            Err(_) if self.outbox.is_closed() => Err(closed()),
            Err(_) => Err(StoreError::Failed {
                path: self.path.to_path_buf(),
                phase: W::PHASE,
                reason: "the writer panicked".to_owned(),
                hint: "nothing of it was kept; report what the log says",
            }),
        }
    }

    pub(super) async fn later(&self, row: AuditRow) -> Result<(), StoreError> {
        self.held.add(row).await.map_err(|Closed| StoreError::Closed {
            path: self.path.to_path_buf(),
            phase: "writing the audit log",
        })
    }

    /// Returns when everything asked for before is on disk and the lock is free.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let closed = |_| StoreError::Closed {
            path: self.path.to_path_buf(),
            phase: "closing",
        };
        let (reply, answer) = oneshot::channel();
        if self.outbox.send(Message::Close(reply)).await.is_err() {
            return Ok(());
        }
        answer.await.map_err(closed)
    }

    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// How many transactions the database or the disk did not take.
    pub(super) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    pub(super) fn arrivals(&self) -> watch::Receiver<u64> {
        self.arrivals.clone()
    }
}

struct Task {
    path: Arc<Path>,
    options: SqliteConnectOptions,
    /// Absent at first, and after a failure that left its transaction in doubt; opened when needed.
    connection: Option<SqliteConnection>,
    inbox: mpsc::Receiver<Message>,
    held: Arc<Held>,
    closing: Option<oneshot::Sender<()>>,
    commits: Arc<AtomicU64>,
    failures: Arc<AtomicU64>,
    bell: watch::Sender<u64>,
    opened: Opened,
}

impl Task {
    async fn run(mut self) {
        let mut messages = Vec::with_capacity(BATCH);
        loop {
            let taken = tokio::select! {
                taken = self.inbox.recv_many(&mut messages, BATCH) => Some(taken),
                () = self.held.due() => None,
            };
            if taken == Some(0) {
                break;
            }
            let jobs = self.sort(&mut messages);
            if jobs.is_empty() && taken.is_some() {
                continue;
            }
            // What was being committed is undone with its connection, and whoever waits for it is told. Others go on.
            if AssertUnwindSafe(self.commit(jobs)).catch_unwind().await.is_err() {
                tracing::error!(path = %self.path.display(), "the store's writer panicked; this is a fault of sunmao: report it");
            }
        }
        self.finish().await;
    }

    /// What somebody waits for.
    fn sort(&mut self, messages: &mut Vec<Message>) -> Vec<Box<dyn Job>> {
        let mut jobs = Vec::with_capacity(messages.len());
        for message in messages.drain(..) {
            match message {
                Message::Job(job) => place(&mut jobs, job),
                Message::Close(reply) => {
                    self.inbox.close();
                    self.closing = Some(reply);
                }
            }
        }
        jobs
    }

    async fn commit(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let held = self.held.take();
        let result = match self.transact(&mut jobs, &held).await {
            Ok(()) => Ok(()),
            Err(Undone::Write(_)) => return self.commit_singly(jobs, held).await,
            Err(Undone::Whole(failure)) => {
                self.hold_on(held, &failure);
                Err(failure)
            }
        };
        jobs.into_iter()
            .for_each(|job| job.answer(result.clone(), &self.path));
    }

    /// One bad write must not spoil the others of its batch.
    async fn commit_singly(&mut self, jobs: Vec<Box<dyn Job>>, held: Batch) {
        if !held.is_empty()
            && let Err(Undone::Write(failure) | Undone::Whole(failure)) = self.transact(&mut [], &held).await
        {
            self.hold_on(held, &failure);
        }
        for mut job in jobs.into_iter().flat_map(Job::split) {
            let result = match self
                .transact(std::slice::from_mut(&mut job), &Batch::default())
                .await
            {
                Ok(()) => Ok(()),
                Err(Undone::Write(failure) | Undone::Whole(failure)) => Err(failure),
            };
            job.answer(result, &self.path);
        }
    }

    /// Holds audit rows back once more after they could not be written.
    fn hold_on(&mut self, held: Batch, failure: &Failure) {
        if held.is_empty() {
            return;
        }
        let error = failure.clone().at(&self.path, "writing the audit log");
        tracing::debug!(%error, rows = held.len(), "audit rows wait for better times");
        self.held.put_back(held);
    }

    async fn transact(&mut self, jobs: &mut [Box<dyn Job>], held: &Batch) -> Result<(), Undone> {
        let result = self.try_transact(jobs, held).await;
        if let Err(Undone::Whole(_) | Undone::Write(Failure::Database(_))) = &result {
            self.failures.fetch_add(1, Ordering::Relaxed);
        }
        result
    }

    async fn try_transact(&mut self, jobs: &mut [Box<dyn Job>], held: &Batch) -> Result<(), Undone> {
        let whole = |error: sqlx::Error| Undone::Whole(error.into());
        self.opened.presence.check().map_err(Undone::Whole)?;
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.options.connect().await.map_err(whole)?,
        };
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(whole)?;
        if let Err(failure) = apply(&mut transaction, jobs, held).await {
            transaction.rollback().await.map_err(whole)?;
            self.connection = Some(connection);
            return Err(Undone::Write(failure));
        }
        transaction.commit().await.map_err(whole)?;
        self.connection = Some(connection);
        // What went into a file that is gone by now must not pass for kept.
        self.opened.presence.check().map_err(Undone::Whole)?;
        if !held.is_empty() {
            self.held.written();
        }
        self.commits.fetch_add(1, Ordering::Relaxed);
        if jobs.iter().any(|job| job.is_arrival()) {
            self.bell.send_modify(|count| *count += 1);
        }
        Ok(())
    }

    async fn finish(mut self) {
        let held = self.held.close();
        if let Err(Undone::Write(failure) | Undone::Whole(failure)) = self.note_the_end(&held).await {
            let error = failure.at(&self.path, "writing the audit log");
            let (hint, rows) = (error.hint(), held.len());
            tracing::error!(%error, hint, rows, "audit rows are lost; the next start will say so");
        }
        for connection in [self.connection.take(), self.opened.anchor.take()]
            .into_iter()
            .flatten()
        {
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, path = %self.path.display(), "closing the database failed; nothing is lost");
            }
        }
        let closing = self.closing.take();
        drop(self);
        if let Some(reply) = closing {
            let _ = reply.send(());
        }
    }
}

impl Task {
    /// The last rows, and that none is missing.
    async fn note_the_end(&mut self, held: &Batch) -> Result<(), Undone> {
        let (reply, _) = oneshot::channel();
        self.transact(&mut [job(NoteEnd, reply)], held).await
    }
}

impl Drop for Task {
    /// However it ended: nobody is to wait for it.
    fn drop(&mut self) {
        self.held.close();
    }
}

/// Among the jobs, in one of its kind if the kind can be joined.
fn place(jobs: &mut Vec<Box<dyn Job>>, job: Box<dyn Job>) {
    let left = jobs.iter_mut().try_fold(job, |job, earlier| earlier.join(job));
    jobs.extend(left);
}

async fn apply(
    connection: &mut SqliteConnection,
    jobs: &mut [Box<dyn Job>],
    held: &Batch,
) -> Result<(), Failure> {
    // First, so that a caller's rows keep their order: it may be one of the jobs that writes the next.
    super::audit::insert_held(connection, held).await?;
    for job in jobs {
        job.attempt(connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
