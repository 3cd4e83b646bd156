//! What records are found by, where their kind has come to identify them by other fields.

use serde::Serialize;
use sqlx::query;
use sqlx::sqlite::SqliteConnection;

use super::codec::list;
use super::failure::Failure;
use super::job::Write;
use crate::Identified;

/// Records with what they are found by from now on.
pub(super) struct Identify {
    pub records: Vec<Identified>,
}

#[derive(Serialize)]
struct Line<'a> {
    kind: &'a str,
    id: &'a str,
    revision: i64,
    identities: &'a [(String, String)],
}

impl Write for Identify {
    type Output = ();
    const PHASE: &'static str = "noting what records are found by";

    async fn apply(&self, connection: &mut SqliteConnection) -> Result<(), Failure> {
        let lines = self.records.iter().map(|record| Line {
            kind: &record.name.kind,
            id: &record.name.id,
            revision: record.revision,
            identities: &record.identities,
        });
        let lines = list(&lines.collect::<Vec<_>>())?;
        query(
            "DELETE FROM record_identities
             WHERE (kind, id) IN (SELECT records.kind, records.id FROM records JOIN json_each(?1) AS line
                 ON records.kind = line.value ->> 'kind' AND records.id = line.value ->> 'id'
                 AND records.revision = line.value ->> 'revision')
             AND (kind, id, field, value) NOT IN (
                 SELECT line.value ->> 'kind', line.value ->> 'id', pair.value ->> 0, pair.value ->> 1
                 FROM json_each(?1) AS line, json_each(line.value, '$.identities') AS pair)",
        )
        .bind(&lines)
        .execute(&mut *connection)
        .await?;
        query(
            "INSERT OR IGNORE INTO record_identities (kind, field, value, id)
             SELECT records.kind, pair.value ->> 0, pair.value ->> 1, records.id
             FROM records JOIN json_each(?1) AS line
                 ON records.kind = line.value ->> 'kind' AND records.id = line.value ->> 'id'
                 AND records.revision = line.value ->> 'revision',
             json_each(line.value, '$.identities') AS pair",
        )
        .bind(&lines)
        .execute(connection)
        .await?;
        Ok(())
    }
}
