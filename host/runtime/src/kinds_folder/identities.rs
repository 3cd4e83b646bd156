//! What stored records are found by, brought up to date where a kind has come to identify its records otherwise.

use crate::record;
use sunmao_catalogue::{Field, IdentityForm, Kinds, RecordKind};
use sunmao_store::{Identified, RecordFilter, Store, StoreError};

/// Records looked at in one query, and noted in one commit.
const PAGE: u32 = 500;

/// Notes anew what the records are found by of every kind that identifies them otherwise than before.
///
/// # Errors
/// The store cannot be read or written to.
pub(super) async fn identify(store: &Store, before: &Kinds, after: &Kinds) -> Result<(), StoreError> {
    let others = after.own().filter(|kind| {
        let known = before
            .find(&kind.name)
            .map(|kind| identifying(kind))
            .unwrap_or_default();
        known != identifying(kind)
    });
    for kind in others {
        identify_all(store, kind).await?;
    }
    Ok(())
}

/// The fields that identify a kind's records.
fn identifying(kind: &RecordKind) -> Vec<(String, IdentityForm)> {
    let form = |field: &Field| Some((field.snake_name(), field.identity?));
    kind.fields.iter().filter_map(form).collect()
}

async fn identify_all(store: &Store, kind: &RecordKind) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let filter = RecordFilter {
            kind: kind.name.clone(),
            after: after.take(),
            ..RecordFilter::default()
        };
        let page = store.records.list(filter, PAGE).await?;
        let identified = page.iter().filter_map(|entry| {
            let stored = &entry.record;
            // One that no longer fits its kind is found by nothing.
            let body = record::stored(kind, stored.body.as_deref()?).ok()?;
            Some(Identified {
                name: stored.name.clone(),
                revision: stored.revision,
                identities: kind.identities(&body),
            })
        });
        store.records.identify(identified.collect()).await?;
        match page.last() {
            Some(last) if page.len() == PAGE as usize => after = Some(last.record.name.id.clone()),
            _ => return Ok(()),
        }
    }
}
