//! The chain of the audit log in SQLite.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query, query_as, query_scalar};

use super::audit::entry;
use super::codec::{list, member, micros};
use super::failure::Failure;
use super::job::Write;
use crate::audit_chain::digest;
use crate::{AuditRow, ChainAnchor, ChainLink, Said};

/// Links that are forgotten in one commit: more would hold up whoever writes.
const FORGOTTEN_AT_ONCE: i64 = 1_000;

/// Everything there is to read of the chain behind a place.
pub(super) const LINKS: &str =
    "SELECT chain.position, chain.sequence AS of_row, chain.said, chain.digest, audit.*
     FROM audit_chain AS chain LEFT JOIN audit ON audit.sequence = chain.sequence
     WHERE chain.position > ?1 ORDER BY chain.position LIMIT ?2";

/// A few rows that no link is about.
pub(super) const BESIDE: &str = "SELECT sequence FROM audit
     WHERE sequence NOT IN (SELECT sequence FROM audit_chain) ORDER BY sequence LIMIT 10";

/// The anchor, also where nothing was forgotten yet.
pub(super) const ANCHOR: &str = "SELECT position, digest, forgotten FROM audit_anchor
     UNION ALL SELECT 0, '', 0 WHERE NOT EXISTS (SELECT 1 FROM audit_anchor)";

pub(super) fn link(row: &SqliteRow) -> Result<ChainLink, sqlx::Error> {
    let is_there: Option<i64> = row.try_get("sequence")?;
    Ok(ChainLink {
        position: row.try_get("position")?,
        sequence: row.try_get("of_row")?,
        said: member(row, "said")?,
        digest: row.try_get("digest")?,
        entry: is_there.map(|_| entry(row)).transpose()?,
    })
}

pub(super) fn anchor(row: &SqliteRow) -> Result<ChainAnchor, sqlx::Error> {
    Ok(ChainAnchor {
        position: row.try_get("position")?,
        digest: row.try_get("digest")?,
        forgotten: row.try_get("forgotten")?,
    })
}

/// A link as it is written.
#[derive(Serialize)]
struct Kept {
    position: i64,
    sequence: i64,
    said: Said,
    digest: String,
}

/// Binds what is said of rows to what was said before, in their order.
pub(super) async fn bind(
    connection: &mut SqliteConnection,
    words: impl IntoIterator<Item = (Said, i64, &AuditRow)>,
) -> Result<(), Failure> {
    let last = "SELECT position, digest FROM (SELECT position, digest FROM audit_chain ORDER BY position DESC LIMIT 1)
         UNION ALL SELECT position, digest FROM audit_anchor ORDER BY position DESC LIMIT 1";
    let last: Option<(i64, String)> = query_as(last).fetch_optional(&mut *connection).await?;
    let (mut position, mut previous) = last.unwrap_or_default();
    let mut links = Vec::new();
    for (said, sequence, row) in words {
        position += 1;
        previous = digest(&previous, said, sequence, row)?;
        links.push(Kept {
            position,
            sequence,
            said,
            digest: previous.clone(),
        });
    }
    query(
        "INSERT INTO audit_chain (position, sequence, said, digest)
         SELECT value ->> 'position', value ->> 'sequence', value ->> 'said', value ->> 'digest'
         FROM json_each(?1)",
    )
    .bind(list(&links)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets old rows.
pub(super) struct Prune {
    pub(super) before: Timestamp,
}

impl Write for Prune {
    type Output = u64;
    const PHASE: &'static str = "pruning the audit log";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        let Some(last) = self.last_to_go(connection).await? else {
            return Ok(0);
        };
        let gone = query(
            "DELETE FROM audit WHERE sequence IN (SELECT sequence FROM audit_chain WHERE position <= ?1)",
        )
        .bind(last)
        .execute(&mut *connection)
        .await?;
        let gone = gone.rows_affected();
        query(
            "INSERT INTO audit_anchor (id, position, digest, forgotten)
             SELECT 1, position, digest, ?2 FROM audit_chain WHERE position = ?1
             ON CONFLICT (id) DO UPDATE SET position = excluded.position, digest = excluded.digest,
                                            forgotten = audit_anchor.forgotten + excluded.forgotten",
        )
        .bind(last)
        .bind(i64::try_from(gone).unwrap_or(i64::MAX))
        .execute(&mut *connection)
        .await?;
        query("DELETE FROM audit_chain WHERE position <= ?1")
            .bind(last)
            .execute(connection)
            .await?;
        Ok(gone)
    }
}

impl Prune {
    /// The last place up to which everything that is said is of rows that may go, and everything that is said of them.
    async fn last_to_go(&self, connection: &mut SqliteConnection) -> Result<Option<i64>, Failure> {
        let begin: Option<i64> = query_scalar("SELECT min(position) FROM audit_chain")
            .fetch_one(&mut *connection)
            .await?;
        let Some(begin) = begin else { return Ok(None) };
        let mut end = begin + FORGOTTEN_AT_ONCE;
        // The first that has to stay: too young, under way, or there is nothing more.
        let stays = "SELECT min(chain.position) FROM audit_chain AS chain JOIN audit ON audit.sequence = chain.sequence
             WHERE chain.position < ?1 AND (audit.at >= ?2 OR audit.outcome = 'open' AND audit.message IS NULL)";
        let first: Option<i64> = query_scalar(stays)
            .bind(end)
            .bind(micros(self.before))
            .fetch_one(&mut *connection)
            .await?;
        let newest: i64 = query_scalar("SELECT max(position) FROM audit_chain")
            .fetch_one(&mut *connection)
            .await?;
        end = first.unwrap_or(end).min(newest + 1);
        // A row whose end is said later than that stays whole.
        let torn = "SELECT min(begun.position) FROM audit_chain AS begun
             WHERE begun.position < ?1 AND EXISTS (
                 SELECT 1 FROM audit_chain AS ended WHERE ended.sequence = begun.sequence AND ended.position >= ?1)";
        while let Some(earlier) = query_scalar::<_, Option<i64>>(torn)
            .bind(end)
            .fetch_one(&mut *connection)
            .await?
        {
            end = earlier;
        }
        Ok((end > begin).then_some(end - 1))
    }
}
