//! Whether the records that are stored would still be sound if other kinds came into force.

use sunmao_catalogue::{CatalogueError, KindSource, Kinds, RecordKind};
use sunmao_store::{RecordEntry, RecordFilter, Store, StoreError};

/// Records looked at in one query.
const PAGE: u32 = 500;

/// How many unsound records of a kind are named.
const NAMED: usize = 3;

/// Looks at the stored records of every kind that is declared otherwise than before, or no more. Empty where all of them
/// stay sound; else the first of them by name, each kind as a fault of its file.
///
/// # Errors
/// The store cannot be read.
pub(super) async fn unsound_records(
    store: &Store,
    before: &Kinds,
    after: &Kinds,
) -> Result<Vec<CatalogueError>, StoreError> {
    let mut faults = Vec::new();
    for old in before.own() {
        match after.find(&old.name).filter(|kind| kind.name == old.name) {
            None => faults.extend(orphans(store, old).await?),
            Some(new) if new.fields != old.fields => faults.extend(unsound(store, new).await?),
            Some(_) => {}
        }
    }
    Ok(faults)
}

/// The same when a host starts, which knows nothing of the kinds before: of every kind that the operator declares or
/// extends.
///
/// # Errors
/// The store cannot be read.
pub(super) async fn unsound_at_start(
    store: &Store,
    shipped: &Kinds,
    now: &Kinds,
) -> Result<Vec<CatalogueError>, StoreError> {
    let mut faults = Vec::new();
    let others = now.own().filter(|kind| {
        shipped
            .find(&kind.name)
            .is_none_or(|known| known.fields != kind.fields)
    });
    for kind in others {
        faults.extend(unsound(store, kind).await?);
    }
    Ok(faults)
}

async fn orphans(store: &Store, kind: &RecordKind) -> Result<Option<CatalogueError>, StoreError> {
    let count = store.records.count(&kind.name).await?;
    let message = format!(
        "the kind is gone, and {count} of its records are stored; put the file back, or delete them first"
    );
    Ok((count > 0).then(|| fault(kind, message)))
}

async fn unsound(store: &Store, kind: &RecordKind) -> Result<Option<CatalogueError>, StoreError> {
    let mut named = Vec::new();
    let mut after = None;
    while named.len() < NAMED {
        let filter = RecordFilter {
            kind: kind.name.clone(),
            after: after.take(),
            ..RecordFilter::default()
        };
        let page = store.records.list(filter, PAGE).await?;
        named.extend(page.iter().filter_map(|entry| words(kind, entry)));
        match page.last() {
            Some(last) if page.len() == PAGE as usize => after = Some(last.record.name.id.clone()),
            _ => break,
        }
    }
    named.truncate(NAMED);
    let message = format!("stored records would be unsound: {}", named.join("; "));
    Ok((!named.is_empty()).then(|| fault(kind, message)))
}

/// What is wrong with a record, if anything.
fn words(kind: &RecordKind, entry: &RecordEntry) -> Option<String> {
    let name = &entry.record.name;
    let body = entry.record.body.as_deref()?;
    let body = match serde_json::from_str(body) {
        Ok(body) => body,
        Err(error) => return Some(format!("{name}: {error}")),
    };
    let faults = kind.read(&name.id, body).err()?;
    let first = faults.first()?;
    Some(format!("{name}: {first}"))
}

fn fault(kind: &RecordKind, message: String) -> CatalogueError {
    let file = match &kind.source {
        KindSource::Operator { file } => file.clone(),
        _ => format!("{}.toml", kind.name),
    };
    CatalogueError { file, message }
}
