//! What becomes of ended deliveries in time.

use jiff::Timestamp;
use sqlx::query;
use sqlx::sqlite::SqliteConnection;

use super::codec::micros;
use super::failure::Failure;
use super::job::Write;

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
        .execute(&mut *connection)
        .await?;
        query(
            "DELETE FROM replays
             WHERE begun_at < ?1 AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.replay = replays.id)",
        )
        .bind(micros(self.ended_before))
        .execute(connection)
        .await?;
        Ok(pruned.rows_affected())
    }
}
