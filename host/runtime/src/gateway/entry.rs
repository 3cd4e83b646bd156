//! One call's entry in the audit log, however the call ends: also when nobody waits for its answer any more.

use super::audit;
use super::book::{Book, Note};
use super::opening::Opening;
use std::sync::Arc;
use std::time::Instant;
use sunmao_catalogue::{Fault, Kind, Operation};
use sunmao_erp_client::Outgoing;
use sunmao_store::{AuditRow, IntentOutcome};

/// The entry while the call is under way.
pub struct Entry<'a> {
    book: &'a Arc<Book>,
    operation: &'a Operation,
    /// As it stands before the end; taken when the end is noted.
    row: Option<AuditRow>,
    begun: Instant,
    outgoing: &'a Outgoing<'a>,
    /// Of a write.
    opening: Option<&'a Opening>,
}

impl<'a> Entry<'a> {
    pub fn new(
        book: &'a Arc<Book>,
        operation: &'a Operation,
        row: AuditRow,
        outgoing: &'a Outgoing<'a>,
        opening: Option<&'a Opening>,
    ) -> Self {
        Entry {
            book,
            operation,
            row: Some(row),
            begun: Instant::now(),
            outgoing,
            opening,
        }
    }

    /// Notes how the call ended. A write is on disk when this returns, or waits until it can be.
    pub async fn end<T>(mut self, outcome: &Result<T, Fault>) {
        let Some(row) = self.row.take() else { return };
        let fault = outcome.as_ref().err();
        let end = audit::end(self.operation, fault, self.outgoing, self.begun.elapsed());
        if let Some(opened) = self.opening.and_then(Opening::opened) {
            let note = Note::Finish {
                opened,
                outcome: intent_outcome(fault),
                end,
            };
            let book = self.book.clone();
            // A task of its own, so that the end is noted also for a caller who goes away meanwhile.
            if let Err(error) = tokio::spawn(async move { book.keep(note).await }).await {
                tracing::error!(%error, "the end of a write was not noted");
            }
        } else if audit::is_call(fault, self.outgoing) {
            self.book.later(audit::ended(row, end)).await;
        }
    }
}

impl Drop for Entry<'_> {
    /// Nobody waits for the answer any more.
    fn drop(&mut self) {
        let Some(row) = self.row.take() else { return };
        let fault = match self.operation.is_read() || self.outgoing.requests() == 0 {
            true => Fault::new(
                Kind::Unavailable,
                "broken off: nobody waited for the answer any more",
            ),
            false => Fault::new(
                Kind::Unconfirmed,
                "broken off after it went out: nobody waited for the answer any more",
            ),
        };
        let end = audit::end(self.operation, Some(&fault), self.outgoing, self.begun.elapsed());
        if let Some(opened) = self.opening.and_then(Opening::give_up) {
            self.book.keep_soon(Note::Finish {
                opened,
                outcome: intent_outcome(Some(&fault)),
                end,
            });
        } else if audit::is_call(Some(&fault), self.outgoing) {
            self.book.later_soon(audit::ended(row, end));
        }
    }
}

fn intent_outcome(fault: Option<&Fault>) -> IntentOutcome {
    match fault.map(|fault| fault.kind) {
        None => IntentOutcome::Applied,
        Some(Kind::Unconfirmed) => IntentOutcome::Unknown,
        Some(_) => IntentOutcome::Refused,
    }
}
