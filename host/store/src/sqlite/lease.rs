//! Handing out work.

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, query};

use super::codec::micros;
use super::deliveries::delivery;
use super::failure::Failure;
use super::job::Write;
use crate::{Lease, Leased};

pub(super) struct LeaseDue {
    pub limit: u32,
    pub worker: String,
    pub until: Timestamp,
    pub now: Timestamp,
}

impl Write for LeaseDue {
    type Output = Vec<Leased>;
    const PHASE: &'static str = "leasing deliveries";

    /// The head of a lane is its leased delivery, whether or not the lease has ended, else its oldest pending one. So
    /// a lane whose worker vanished goes on with what that worker held.
    async fn apply(&self, connection: &mut SqliteConnection) -> Result<Vec<Leased>, Failure> {
        let rows = query(
            "UPDATE deliveries
             SET state = 'leased', due_at = ?3, worker = ?4, attempt = attempt + 1, lease = lease + 1, updated_at = ?1
             WHERE id IN (
                 SELECT id FROM (
                     SELECT id, due_at FROM deliveries WHERE state = 'leased' AND due_at <= ?1
                     UNION ALL
                     SELECT id, due_at FROM deliveries AS d WHERE state = 'pending' AND due_at <= ?1
                       AND NOT EXISTS (SELECT 1 FROM deliveries AS held
                                       WHERE held.state = 'leased' AND held.target = d.target AND held.key = d.key)
                       AND NOT EXISTS (SELECT 1 FROM deliveries AS older
                                       WHERE older.state = 'pending' AND older.target = d.target
                                         AND older.key = d.key AND older.id < d.id)
                     ORDER BY due_at, id LIMIT ?2))
             RETURNING *",
        )
        .bind(micros(self.now))
        .bind(self.limit)
        .bind(micros(self.until))
        .bind(&self.worker)
        .fetch_all(connection)
        .await?;
        let mut leased = Vec::with_capacity(rows.len());
        for row in &rows {
            let delivery = delivery(row)?;
            let lease = Lease {
                delivery: delivery.id,
                token: row.try_get("lease")?,
            };
            leased.push(Leased { lease, delivery });
        }
        // RETURNING promises no order.
        leased.sort_unstable_by_key(|leased| leased.delivery.id);
        Ok(leased)
    }
}
