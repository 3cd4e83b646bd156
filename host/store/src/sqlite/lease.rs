//! Handing out work.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, query};

use super::codec::micros;
use super::deliveries::delivery;
use super::failure::Failure;
use super::job::Write;
use crate::{Lease, Leased, Wanted};

pub(super) struct LeaseDue {
    pub wanted: Wanted,
    pub worker: String,
    pub until: Timestamp,
    pub now: Timestamp,
}

impl Write for LeaseDue {
    type Output = Vec<Leased>;
    const PHASE: &'static str = "leasing deliveries";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Vec<Leased>, Failure> {
        let mut leased = match &self.wanted {
            Wanted::Any(limit) => self.take(connection, None, *limit).await?,
            Wanted::Of { limit, shares } => {
                let mut leased = Vec::new();
                let mut left = *limit;
                for share in shares {
                    let of_target = share.limit.min(left);
                    leased.extend(self.take(connection, Some(&share.target), of_target).await?);
                    left = limit.saturating_sub(u32::try_from(leased.len()).unwrap_or(u32::MAX));
                }
                leased
            }
        };
        // RETURNING promises no order.
        leased.sort_unstable_by_key(|leased| leased.delivery.id);
        Ok(leased)
    }
}

impl LeaseDue {
    /// The head of a lane is its leased delivery, whether or not the lease has ended, else its oldest pending one. So
    /// a lane whose worker vanished goes on with what that worker held.
    async fn take(
        &self,
        connection: &mut SqliteConnection,
        target: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Leased>, Failure> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        let statement = match target {
            None => ANY,
            Some(_) => OF_TARGET,
        };
        let rows = query(statement)
            .bind(micros(self.now))
            .bind(limit)
            .bind(micros(self.until))
            .bind(&self.worker)
            .bind(target)
            .fetch_all(connection)
            .await?;
        rows.iter()
            .map(|row| {
                let delivery = delivery(row)?;
                let lease = Lease {
                    delivery: delivery.id,
                    token: row.try_get("lease")?,
                };
                Ok(Leased { lease, delivery })
            })
            .collect()
    }
}

/// Takes what is due. Each form is a text of its own, so that SQLite finds what is due of one target by its index.
macro_rules! take {
    ($of_target:literal) => {
        concat!(
            "UPDATE deliveries
             SET state = 'leased', due_at = ?3, worker = ?4, attempt = attempt + 1, lease = lease + 1,
                 waits_for = NULL, updated_at = ?1
             WHERE id IN (
                 SELECT id FROM (
                     SELECT id, due_at FROM deliveries WHERE state = 'leased' AND due_at <= ?1 ",
            $of_target,
            "        UNION ALL
                     SELECT id, due_at FROM deliveries AS d WHERE state = 'pending' AND due_at <= ?1 ",
            $of_target,
            "          AND NOT EXISTS (SELECT 1 FROM deliveries AS held
                                       WHERE held.state = 'leased' AND held.target = d.target AND held.key = d.key)
                       AND NOT EXISTS (SELECT 1 FROM deliveries AS older
                                       WHERE older.state = 'pending' AND older.target = d.target
                                         AND older.key = d.key AND older.id < d.id)
                     ORDER BY due_at, id LIMIT ?2))
             RETURNING *"
        )
    };
}

const ANY: &str = take!("AND ?5 IS NULL");
const OF_TARGET: &str = take!("AND target = ?5");
