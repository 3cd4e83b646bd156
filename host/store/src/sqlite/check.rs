//! A sign of life of the writer.

use sqlx::query;
use sqlx::sqlite::SqliteConnection;

use super::failure::Failure;
use super::job::Write;

/// Changes nothing, on the way that every write takes.
pub(super) struct Check;

impl Write for Check {
    type Output = ();
    const PHASE: &'static str = "looking whether it can be written to";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        query("SELECT 1").execute(connection).await?;
        Ok(())
    }
}
