//! Writes as data, and as jobs with whoever waits for them.

use std::any::Any;
use std::path::Path;

use async_trait::async_trait;
use sqlx::sqlite::SqliteConnection;
use tokio::sync::oneshot;

use super::failure::Failure;
use crate::StoreError;

/// One write as data. It may be applied more than once, because a batch that fails is undone and its writes are then
/// tried one by one.
pub(super) trait Write: Send + Sync + Sized + 'static {
    /// What the caller gets once it is on disk.
    type Output: Send + 'static;
    /// Names the write in errors.
    const PHASE: &'static str;
    /// Whether a delivery may become due by it.
    const ARRIVAL: bool = false;
    /// Whether [`Write::apply_all`] is cheaper than one after the other.
    const JOINS: bool = false;

    fn apply(
        &self,
        connection: &mut SqliteConnection,
    ) -> impl Future<Output = Result<Self::Output, Failure>> + Send;

    /// Applies writes of several callers as if one came after the other. Answers in their order.
    fn apply_all(
        writes: &[&Self],
        connection: &mut SqliteConnection,
    ) -> impl Future<Output = Result<Vec<Self::Output>, Failure>> + Send {
        async move {
            let mut outputs = Vec::with_capacity(writes.len());
            for write in writes {
                outputs.push(write.apply(connection).await?);
            }
            Ok(outputs)
        }
    }
}

/// Writes of any one kind, with whoever waits for them.
#[async_trait]
pub(super) trait Job: Any + Send {
    async fn attempt(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure>;
    fn is_arrival(&self) -> bool;
    /// Takes a later job in, or returns it if the two cannot be applied together.
    fn join(&mut self, later: Box<dyn Job>) -> Option<Box<dyn Job>>;
    /// The jobs that were joined.
    fn split(self: Box<Self>) -> Vec<Box<dyn Job>>;
    fn answer(self: Box<Self>, result: Result<(), Failure>, path: &Path);
}

pub(super) type Reply<W> = oneshot::Sender<Result<<W as Write>::Output, StoreError>>;

/// The job of one write.
pub(super) fn job<W: Write>(write: W, reply: Reply<W>) -> Box<dyn Job> {
    Box::new(Waiting {
        writes: vec![write],
        replies: vec![reply],
        outputs: Vec::new(),
    })
}

struct Waiting<W: Write> {
    writes: Vec<W>,
    replies: Vec<Reply<W>>,
    outputs: Vec<W::Output>,
}

#[async_trait]
impl<W: Write> Job for Waiting<W> {
    async fn attempt(&mut self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let writes: Vec<&W> = self.writes.iter().collect();
        self.outputs = W::apply_all(&writes, connection).await?;
        Ok(())
    }

    fn is_arrival(&self) -> bool {
        W::ARRIVAL
    }

    fn join(&mut self, later: Box<dyn Job>) -> Option<Box<dyn Job>> {
        let is_same = (&*later as &dyn Any).is::<Self>();
        if !W::JOINS || !is_same {
            return Some(later);
        }
        if let Ok(later) = (later as Box<dyn Any>).downcast::<Self>() {
            self.writes.extend(later.writes);
            self.replies.extend(later.replies);
        }
        None
    }

    fn split(self: Box<Self>) -> Vec<Box<dyn Job>> {
        self.writes
            .into_iter()
            .zip(self.replies)
            .map(|(write, reply)| job(write, reply))
            .collect()
    }

    /// A caller that went away does not undo what it asked for, so nobody minds if an answer reaches no one.
    fn answer(self: Box<Self>, result: Result<(), Failure>, path: &Path) {
        match result {
            Ok(()) => self
                .replies
                .into_iter()
                .zip(self.outputs)
                .for_each(|(reply, output)| {
                    let _ = reply.send(Ok(output));
                }),
            Err(failure) => {
                let error = failure.at(path, W::PHASE);
                self.replies.into_iter().for_each(|reply| {
                    let _ = reply.send(Err(error.clone()));
                });
            }
        }
    }
}
