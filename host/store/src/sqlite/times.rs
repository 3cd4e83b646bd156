//! When what waits is due: sooner, since what it waited for is back or a person says so, or judged anew, since the clock was
//! set.

use jiff::{SignedDuration, Timestamp};
use sqlx::query;
use sqlx::sqlite::SqliteConnection;

use super::codec::{list, micros};
use super::failure::Failure;
use super::job::Write;
use crate::Selection;

pub(super) struct Hasten {
    pub waits_for: Option<String>,
    pub now: Timestamp,
}

impl Write for Hasten {
    type Output = u64;
    const PHASE: &'static str = "hastening deliveries";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        let hastened = query(
            "UPDATE deliveries SET due_at = MIN(due_at, ?2), waits_for = NULL, updated_at = ?2
             WHERE waits_for IS NOT NULL AND (?1 IS NULL OR waits_for = ?1) AND state = 'pending'",
        )
        .bind(&self.waits_for)
        .bind(micros(self.now))
        .execute(connection)
        .await?;
        Ok(hastened.rows_affected())
    }
}

pub(super) struct JudgeAnew {
    pub shift: SignedDuration,
    pub latest: Timestamp,
    pub now: Timestamp,
}

impl Write for JudgeAnew {
    type Output = u64;
    const PHASE: &'static str = "judging due times anew";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        if !self.shift.is_zero() {
            query("UPDATE deliveries SET due_at = due_at + ?1 WHERE state IN ('pending', 'leased')")
                .bind(i64::try_from(self.shift.as_micros()).unwrap_or_default())
                .execute(&mut *connection)
                .await?;
        }
        let unbelievable = query(
            "UPDATE deliveries SET due_at = ?2, updated_at = ?2
             WHERE state IN ('pending', 'leased') AND due_at > ?1",
        )
        .bind(micros(self.latest))
        .bind(micros(self.now))
        .execute(connection)
        .await?;
        Ok(unbelievable.rows_affected())
    }
}

pub(super) struct MakeDue {
    pub selection: Selection,
    pub now: Timestamp,
}

impl Write for MakeDue {
    type Output = u64;
    const PHASE: &'static str = "making deliveries due";
    const ARRIVAL: bool = true;

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<u64, Failure> {
        let (ids, target) = parameters(&self.selection)?;
        let due = query(
            "UPDATE deliveries SET due_at = MIN(due_at, ?3), waits_for = NULL, updated_at = ?3
             WHERE state = 'pending'
               AND CASE WHEN ?1 IS NULL THEN target = ?2 ELSE id IN (SELECT value FROM json_each(?1)) END",
        )
        .bind(ids)
        .bind(target)
        .bind(micros(self.now))
        .execute(connection)
        .await?;
        Ok(due.rows_affected())
    }
}

/// A selection as the list of numbers and the target of a statement; one of the two is null.
pub(super) fn parameters(selection: &Selection) -> Result<(Option<String>, Option<&str>), Failure> {
    Ok(match selection {
        Selection::These(ids) => (Some(list(ids)?), None),
        Selection::Target(target) => (None, Some(target)),
    })
}
