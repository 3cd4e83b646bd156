//! Records in SQLite: their reads, and the way to their writes.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Row, query};

use super::Sqlite;
use super::accept::{Accept, AcceptIf};
use super::codec::{list, time, time_of};
use super::deliveries;
use super::failure::Failure;
use super::identities::Identify;
use crate::{
    Accepted, DeliveryRecord, Filing, Identified, Link, NewRecord, Presence, RecordEntry, RecordFilter,
    RecordName, Records, Route, StoreError, StoredRecord,
};

const READING: &str = "reading records";

/// A page of records with their links and the newest delivery of each target: one row for each of these deliveries.
/// `?1` to `?7` are the kind, the id after which and the change after which it begins, what members have to be, whether
/// deleted ones are meant, how many, and which of the members may be left out.
macro_rules! entries {
    ($start:literal, $order:literal) => {
        concat!(
            "SELECT page.kind AS record_kind, page.id AS record_id, page.body, page.fingerprint,
                    page.revision AS record_revision, page.change, page.origin,
                    page.created_at AS record_created_at, page.updated_at AS record_updated_at,
                    (SELECT json_group_array(json_object('link', link, 'erp_key', erp_key, 'number', number,
                                                         'agreed', agreed, 'linked_at', linked_at) ORDER BY link)
                     FROM links WHERE links.kind = page.kind AND links.id = page.id) AS links,
                    standing.*
             FROM (SELECT * FROM records
                   WHERE kind = ?1 AND ",
            $start,
            "        AND CASE ?5 WHEN 'present' THEN body IS NOT NULL WHEN 'deleted' THEN body IS NULL ELSE true END
                     AND (?4 IS NULL OR NOT EXISTS (
                         SELECT 1 FROM json_each(?4) AS wanted
                         WHERE NOT EXISTS (
                             SELECT 1 FROM json_each(CASE WHEN json_valid(body) THEN body ELSE '{}' END) AS member
                             WHERE member.key = wanted.value ->> 0
                               AND CASE member.type WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
                                        ELSE CAST(member.value AS TEXT) END = wanted.value ->> 1)
                           AND NOT (wanted.value ->> 0 IN (SELECT value FROM json_each(?7))
                                    AND NOT EXISTS (
                                        SELECT 1 FROM json_each(CASE WHEN json_valid(body) THEN body ELSE '{}' END) AS said
                                        WHERE said.key = wanted.value ->> 0))))
                   ORDER BY ",
            $order,
            " LIMIT ?6) AS page
             LEFT JOIN deliveries AS standing
               ON standing.key = page.kind || '/' || page.id AND standing.state <> 'superseded'
              AND NOT EXISTS (SELECT 1 FROM deliveries AS newer
                              WHERE newer.key = standing.key AND newer.target = standing.target
                                AND newer.state <> 'superseded' AND newer.id > standing.id)
             ORDER BY page.",
            $order,
            ", standing.id DESC"
        )
    };
}

const BY_ID: &str = entries!("id > COALESCE(?2, '') AND ?3 IS NULL", "id");
const BY_CHANGE: &str = entries!("id > COALESCE(?2, '') AND change > ?3", "change");
const ONE: &str = entries!("id = ?2 AND ?3 IS NULL", "id");

/// Records under the names that [`stored`] reads.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT kind AS record_kind, records.id AS record_id, body, fingerprint, revision AS record_revision, change,
                    origin, created_at AS record_created_at, updated_at AS record_updated_at FROM records ",
            $rest
        )
    };
}

#[async_trait]
impl Records for Sqlite {
    async fn accept(
        &self,
        batch: Vec<NewRecord>,
        routes: Vec<Route>,
        origin: &str,
        now: Timestamp,
    ) -> Result<Vec<Accepted>, StoreError> {
        let filing = Filing {
            records: batch,
            routes,
            origin: origin.to_owned(),
        };
        self.write(Accept { filing, now }).await
    }

    async fn accept_if(
        &self,
        record: NewRecord,
        revision: Option<i64>,
        routes: Vec<Route>,
        origin: &str,
        now: Timestamp,
    ) -> Result<Option<Accepted>, StoreError> {
        let accepted = self
            .accept_each_if(vec![(record, revision)], routes, origin, now)
            .await?;
        Ok(accepted.into_iter().next().flatten())
    }

    async fn accept_each_if(
        &self,
        batch: Vec<(NewRecord, Option<i64>)>,
        routes: Vec<Route>,
        origin: &str,
        now: Timestamp,
    ) -> Result<Vec<Option<Accepted>>, StoreError> {
        let (records, revisions) = batch.into_iter().unzip();
        let filing = Filing {
            records,
            routes,
            origin: origin.to_owned(),
        };
        self.write(AcceptIf {
            filing,
            revisions,
            now,
        })
        .await
    }

    async fn get(&self, name: &RecordName) -> Result<Option<StoredRecord>, StoreError> {
        let query = query(select!("WHERE kind = ?1 AND id = ?2"));
        self.read_one(READING, query.bind(&name.kind).bind(&name.id), stored)
            .await
    }

    async fn get_many(&self, names: &[RecordName]) -> Result<Vec<StoredRecord>, StoreError> {
        let query = query(select!(
            "WHERE (kind, id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))"
        ));
        self.read(READING, query.bind(self.pairs(names)?), stored).await
    }

    async fn entry(&self, name: &RecordName) -> Result<Option<RecordEntry>, StoreError> {
        let filter = RecordFilter {
            kind: name.kind.clone(),
            after: Some(name.id.clone()),
            presence: Presence::Any,
            ..RecordFilter::default()
        };
        Ok(self.entries(ONE, filter, 1).await?.pop())
    }

    async fn list(&self, filter: RecordFilter, limit: u32) -> Result<Vec<RecordEntry>, StoreError> {
        let statement = match filter.changed_after {
            None => BY_ID,
            Some(_) => BY_CHANGE,
        };
        self.entries(statement, filter, limit).await
    }

    async fn changes(
        &self,
        after: i64,
        kind: Option<&str>,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let query = match kind {
            None => query(select!("WHERE change > ?1 ORDER BY change LIMIT ?2"))
                .bind(after)
                .bind(limit),
            Some(kind) => query(select!(
                "WHERE change > ?1 AND kind = ?3 ORDER BY change LIMIT ?2"
            ))
            .bind(after)
            .bind(limit)
            .bind(kind),
        };
        self.read(READING, query, stored).await
    }

    async fn find_by_identity(
        &self,
        kind: &str,
        field: &str,
        value: &str,
        limit: u32,
    ) -> Result<Vec<StoredRecord>, StoreError> {
        let query = query(select!(
            "WHERE kind = ?1 AND id IN (SELECT id FROM record_identities WHERE kind = ?1 AND field = ?2 AND value = ?3)
             ORDER BY id LIMIT ?4"
        ));
        self.read(
            READING,
            query.bind(kind).bind(field).bind(value).bind(limit),
            stored,
        )
        .await
    }

    async fn identify(&self, records: Vec<Identified>) -> Result<(), StoreError> {
        self.write(Identify { records }).await
    }

    async fn count(&self, kind: &str) -> Result<u64, StoreError> {
        let query = query("SELECT COUNT(*) FROM records WHERE kind = ?1 AND body IS NOT NULL").bind(kind);
        let number = self.read_one(READING, query, |row| row.try_get(0)).await?;
        Ok(number.unwrap_or(0))
    }
}

impl Sqlite {
    /// Names as one parameter.
    pub(super) fn pairs(&self, names: &[RecordName]) -> Result<String, StoreError> {
        let pairs: Vec<[&str; 2]> = names
            .iter()
            .map(|name| [name.kind.as_str(), name.id.as_str()])
            .collect();
        list(&pairs).map_err(|failure| failure.at(&self.path, READING))
    }

    async fn entries(
        &self,
        statement: &'static str,
        filter: RecordFilter,
        limit: u32,
    ) -> Result<Vec<RecordEntry>, StoreError> {
        let members = match filter.members.is_empty() {
            true => None,
            false => Some(list(&filter.members).map_err(|failure| failure.at(&self.path, READING))?),
        };
        let usual = list(&filter.usual).map_err(|failure| failure.at(&self.path, READING))?;
        let presence = match filter.presence {
            Presence::Present => "present",
            Presence::Deleted => "deleted",
            Presence::Any => "any",
        };
        let query = query(statement)
            .bind(filter.kind)
            .bind(filter.after)
            .bind(filter.changed_after)
            .bind(members)
            .bind(presence)
            .bind(limit)
            .bind(usual);
        let rows = self.read(READING, query, |row| Ok((entry(row)?, delivery(row)?)));
        let mut entries: Vec<RecordEntry> = Vec::new();
        for (entry, delivery) in rows.await? {
            let is_told = entries
                .last()
                .is_some_and(|last| last.record.name == entry.record.name);
            if !is_told {
                entries.push(entry);
            }
            if let Some(last) = entries.last_mut() {
                last.deliveries.extend(delivery);
            }
        }
        Ok(entries)
    }
}

/// The record of a row, without its deliveries.
fn entry(row: &SqliteRow) -> Result<RecordEntry, sqlx::Error> {
    let record = stored(row)?;
    let links: String = row.try_get("links")?;
    let links: Vec<LinkRow> = serde_json::from_str(&links).map_err(|error| sqlx::Error::ColumnDecode {
        index: "links".to_owned(),
        source: Box::new(error),
    })?;
    let links = links.into_iter().map(|link| link.of(&record.name));
    Ok(RecordEntry {
        links: links.collect::<Result<_, sqlx::Error>>()?,
        deliveries: Vec::new(),
        record,
    })
}

/// The delivery of a row, if there is any.
fn delivery(row: &SqliteRow) -> Result<Option<DeliveryRecord>, sqlx::Error> {
    match row.try_get::<Option<i64>, _>("id")? {
        None => Ok(None),
        Some(_) => deliveries::record(row).map(Some),
    }
}

#[derive(Deserialize)]
struct LinkRow {
    link: String,
    erp_key: i64,
    number: String,
    agreed: Option<String>,
    linked_at: i64,
}

impl LinkRow {
    fn of(self, record: &RecordName) -> Result<Link, sqlx::Error> {
        Ok(Link {
            link: self.link,
            record: record.clone(),
            erp_key: self.erp_key,
            number: self.number,
            agreed: self.agreed,
            linked_at: time_of(self.linked_at, "links")?,
        })
    }
}

fn stored(row: &SqliteRow) -> Result<StoredRecord, sqlx::Error> {
    Ok(StoredRecord {
        name: RecordName::new(
            row.try_get::<String, _>("record_kind")?,
            row.try_get::<String, _>("record_id")?,
        ),
        body: row.try_get("body")?,
        fingerprint: row.try_get("fingerprint")?,
        revision: row.try_get("record_revision")?,
        change: row.try_get("change")?,
        origin: row.try_get("origin")?,
        created_at: time(row, "record_created_at")?,
        updated_at: time(row, "record_updated_at")?,
    })
}

/// The record that a row of any table is about.
pub(super) fn name(row: &SqliteRow) -> Result<RecordName, sqlx::Error> {
    Ok(RecordName::new(
        row.try_get::<String, _>("kind")?,
        row.try_get::<String, _>("id")?,
    ))
}

/// How a record stands while something is written.
pub(super) struct Standing {
    /// 0 where it never was there.
    pub revision: i64,
    pub is_there: bool,
}

impl Standing {
    /// Whether it has this revision; 0 is that of a record that is not there.
    pub(super) fn is(&self, revision: i64) -> bool {
        match revision {
            0 => !self.is_there,
            revision => self.revision == revision,
        }
    }
}

pub(super) async fn standing(
    connection: &mut SqliteConnection,
    name: &RecordName,
) -> Result<Standing, Failure> {
    let row = query("SELECT revision, body IS NOT NULL AS is_there FROM records WHERE kind = ?1 AND id = ?2")
        .bind(&name.kind)
        .bind(&name.id)
        .fetch_optional(connection)
        .await?;
    Ok(match row {
        Some(row) => Standing {
            revision: row.try_get("revision")?,
            is_there: row.try_get("is_there")?,
        },
        None => Standing {
            revision: 0,
            is_there: false,
        },
    })
}

#[cfg(test)]
mod tests;
