//! Forgetting what nobody will handle any more.

use sqlx::query;
use sqlx::sqlite::SqliteConnection;

use super::failure::Failure;
use super::job::Write;
use super::times::parameters;
use crate::{Dropped, Selection, Unresolved};

pub(super) struct Discard {
    pub selection: Selection,
    pub unresolved: Unresolved,
}

impl Write for Discard {
    type Output = Dropped;
    const PHASE: &'static str = "dropping deliveries";
    /// Whoever queued behind one that is dropped comes to its turn.
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Dropped, Failure> {
        let (ids, target) = parameters(&self.selection)?;
        let dropped = query(
            "DELETE FROM deliveries
             WHERE state IN ('pending', 'dead')
               AND CASE WHEN ?1 IS NULL THEN target = ?2 ELSE id IN (SELECT value FROM json_each(?1)) END
               AND (?3 OR NOT EXISTS (SELECT 1 FROM intents WHERE intents.delivery = deliveries.id
                                                              AND intents.outcome IN ('open', 'unknown')))",
        )
        .bind(&ids)
        .bind(target)
        .bind(self.unresolved == Unresolved::Dropped)
        .execute(&mut *connection)
        .await?;
        let left: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM deliveries
             WHERE state IN ('pending', 'dead')
               AND CASE WHEN ?1 IS NULL THEN target = ?2 ELSE id IN (SELECT value FROM json_each(?1)) END",
        )
        .bind(&ids)
        .bind(target)
        .fetch_one(connection)
        .await?;
        Ok(Dropped {
            dropped: dropped.rows_affected(),
            unresolved: u64::try_from(left).unwrap_or_default(),
        })
    }
}
