//! What people and schedules do with ended deliveries: retry the dead, forget the done.

use jiff::Timestamp;
use sqlx::query;
use sqlx::sqlite::SqliteConnection;

use super::codec::{list, micros};
use super::failure::Failure;
use super::job::Write;
use crate::DeadSelection;

pub(super) struct RetryDead {
    pub selection: DeadSelection,
    pub now: Timestamp,
}

impl Write for RetryDead {
    type Output = u64;
    const PHASE: &'static str = "retrying dead deliveries";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        let numbers = match &self.selection {
            DeadSelection::All => None,
            DeadSelection::These(ids) => Some(list(ids)?),
        };
        // An old payload must not follow a newer one of its record.
        query(
            "UPDATE deliveries SET state = 'superseded', updated_at = ?2
             WHERE state = 'dead' AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))
               AND EXISTS (SELECT 1 FROM deliveries AS newer
                           WHERE newer.target = deliveries.target
                             AND newer.key = deliveries.key AND newer.revision IS NOT NULL
                             AND newer.revision > deliveries.revision AND newer.state <> 'superseded')",
        )
        .bind(&numbers)
        .bind(micros(self.now))
        .execute(&mut *connection)
        .await?;
        let retried = query(
            "UPDATE deliveries SET state = 'pending', due_at = ?2, attempt = 0, failures = 0, unconfirmed = 0, panics = 0,
                                   waits_for = NULL, updated_at = ?2
             WHERE state = 'dead' AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1)))",
        )
        .bind(&numbers)
        .bind(micros(self.now))
        .execute(connection)
        .await?;
        Ok(retried.rows_affected())
    }
}

pub(super) struct Prune {
    pub ended_before: Timestamp,
}

impl Write for Prune {
    type Output = u64;
    const PHASE: &'static str = "pruning deliveries";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        let pruned = query(
            "DELETE FROM deliveries
             WHERE state IN ('done', 'superseded') AND updated_at < ?1
               AND (state = 'superseded' OR revision IS NULL
                    OR EXISTS (SELECT 1 FROM deliveries AS newer
                               WHERE newer.target = deliveries.target
                                 AND newer.key = deliveries.key AND newer.revision IS NOT NULL
                                 AND newer.revision > deliveries.revision AND newer.state = 'done'))
               AND NOT EXISTS (SELECT 1 FROM intents
                               WHERE intents.delivery = deliveries.id
                                 AND (intents.outcome IN ('open', 'unknown')
                                      OR (deliveries.revision IS NOT NULL
                                          AND NOT EXISTS (SELECT 1 FROM intents AS later
                                                          WHERE later.subject = intents.subject
                                                            AND later.operation = intents.operation
                                                            AND later.extension = intents.extension
                                                            AND later.id > intents.id))))",
        )
        .bind(micros(self.ended_before))
        .execute(connection)
        .await?;
        Ok(pruned.rows_affected())
    }
}
