//! The records that belong to one: what a conversation's page shows of its customer, contracts and tickets.

use super::error::ApiError;
use super::kinds::known;
use crate::api::records::Related;
use crate::parts::Parts;
use std::collections::BTreeMap;
use sunmao_catalogue::{Record, RecordKind};
use sunmao_store::{RecordName, StoreError, StoredRecord};

/// Most of one kind.
const MOST: u32 = 100;

/// The records of the wanted kinds that a record refers to, that refer to it, or that refer to what it refers to.
///
/// # Errors
/// There is no such kind, or the store cannot be read.
pub async fn of(
    parts: &Parts,
    kind: &RecordKind,
    record: &StoredRecord,
    wanted: &str,
) -> Result<BTreeMap<String, Vec<Related>>, ApiError> {
    let body = record.body.as_deref();
    // Bodies are JSON objects of ours.
    let body: Record = body
        .and_then(|body| serde_json::from_str(body).ok())
        .unwrap_or_default();
    let references = kind.references(&body).into_iter();
    let referred: Vec<RecordName> = references
        .map(|reference| RecordName::new(reference.kind, reference.id))
        .collect();
    let mut included = BTreeMap::new();
    for name in wanted.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let other = known(parts, name)?;
        let found = belonging(parts, &other, &record.name, &referred).await?;
        included.insert(
            other.name.clone(),
            found.into_iter().filter_map(related).collect(),
        );
    }
    Ok(included)
}

async fn belonging(
    parts: &Parts,
    kind: &RecordKind,
    own: &RecordName,
    referred: &[RecordName],
) -> Result<Vec<StoredRecord>, StoreError> {
    let records = &parts.host.store.records;
    let named: Vec<RecordName> = referred
        .iter()
        .filter(|name| name.kind == kind.name)
        .cloned()
        .collect();
    let mut found = records.get_many(&named).await?;
    for anchor in std::iter::once(own).chain(referred) {
        let fields = kind.fields.iter();
        let pointing = fields.filter(|field| field.reference.as_deref() == Some(anchor.kind.as_str()));
        for field in pointing {
            let more = records
                .find_by_identity(&kind.name, &field.snake_name(), &anchor.id, MOST)
                .await?;
            found.extend(more);
        }
    }
    found.sort_by(|one, other| (other.updated_at, &other.name.id).cmp(&(one.updated_at, &one.name.id)));
    found.dedup_by(|one, other| one.name == other.name);
    found.retain(|one| one.name != *own);
    found.truncate(MOST as usize);
    Ok(found)
}

fn related(record: StoredRecord) -> Option<Related> {
    Some(Related {
        body: serde_json::from_str(record.body.as_deref()?).ok()?,
        id: record.name.id,
        revision: record.revision,
        updated_at: record.updated_at,
    })
}
