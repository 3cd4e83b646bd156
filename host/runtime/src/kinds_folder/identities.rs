//! What stored records are found by, brought up to date where a kind has come to identify its records otherwise.

use crate::record;
use sunmao_catalogue::{IdentityForm, Kinds, RecordKind};
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

/// The fields by which a kind's records are found, and in which form.
fn identifying(kind: &RecordKind) -> Vec<(String, [Option<IdentityForm>; 2])> {
    let fields = kind.fields.iter();
    let found =
        fields.filter(|field| field.identity.is_some() || field.group.is_some() || field.reference.is_some());
    found
        .map(|field| (field.snake_name(), [field.identity, field.group]))
        .collect()
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
                identities: kind.indexed(&body),
            })
        });
        store.records.identify(identified.collect()).await?;
        match page.last() {
            Some(last) if page.len() == PAGE as usize => after = Some(last.record.name.id.clone()),
            _ => return Ok(()),
        }
    }
}
