//! The one process that works on the database: what an earlier one left behind, and whether this one was closed.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Connection, query, query_scalar};

use super::audit;
use super::failure::Failure;
use super::job::Write;

/// Why a row is still open.
const UNSEEN: &str = "the host ended before it saw the answer: whether the ERP took it is not known here; a further \
                      attempt has a row of its own";

/// Why rows may be missing.
const UNCLEAN: &str = "the host was not closed before this start (killed, or a full disk): rows of reads and sign-ins of \
                       its last moments, a quarter of a second or so, may be missing";

/// Takes over from an earlier process, in one commit. The lock says that no other works on the file.
pub(super) async fn begin(connection: &mut SqliteConnection) -> Result<(), Failure> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let was_running: Option<bool> = query_scalar("SELECT is_running FROM process WHERE id = 1")
        .fetch_optional(&mut *transaction)
        .await?;
    if was_running == Some(true) {
        audit::insert(
            &mut transaction,
            &[audit::gap(Timestamp::now(), UNCLEAN.to_owned())],
        )
        .await?;
    }
    audit::end_left_behind(&mut transaction, UNSEEN).await?;
    // The workers that held leases are gone.
    query("UPDATE deliveries SET due_at = 0 WHERE state = 'leased'")
        .execute(&mut *transaction)
        .await?;
    query("INSERT INTO process (id, is_running) VALUES (1, TRUE) ON CONFLICT (id) DO UPDATE SET is_running = TRUE")
        .execute(&mut *transaction)
        .await?;
    Ok(transaction.commit().await?)
}

/// The process ends, with nothing left to write.
pub(super) struct NoteEnd;

impl Write for NoteEnd {
    type Output = ();
    const PHASE: &'static str = "closing";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        query("UPDATE process SET is_running = FALSE WHERE id = 1")
            .execute(connection)
            .await?;
        Ok(())
    }
}
