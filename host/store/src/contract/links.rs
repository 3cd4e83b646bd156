//! Cases for [`Links`](crate::Links).

use super::at;
use crate::{Link, NewLink, Store, StoreError};

fn link(kind: &str, hub_id: &str, erp_key: i64) -> NewLink {
    NewLink {
        kind: kind.to_owned(),
        hub_id: hub_id.to_owned(),
        erp_key,
        number: format!("KH-{erp_key}"),
    }
}

fn kept(link: NewLink, seconds: i64) -> Link {
    Link {
        kind: link.kind,
        hub_id: link.hub_id,
        erp_key: link.erp_key,
        number: link.number,
        linked_at: at(seconds),
    }
}

/// By the hub's id and by the ERP's key.
pub async fn a_link_is_found_from_both_sides(store: &Store) -> Result<(), StoreError> {
    store.links.put(link("customer", "c1", 7), at(0)).await?;
    let expected = Some(kept(link("customer", "c1", 7), 0));
    assert_eq!(store.links.get("customer", "c1").await?, expected);
    assert_eq!(store.links.find_by_key("customer", 7).await?, expected);
    assert_eq!(store.links.get("contract", "c1").await?, None);
    assert_eq!(store.links.find_by_key("contract", 7).await?, None);
    assert_eq!(store.links.find_by_key("customer", 8).await?, None);
    Ok(())
}

/// The old ERP record is free again.
pub async fn a_hub_record_can_be_linked_anew(store: &Store) -> Result<(), StoreError> {
    store.links.put(link("customer", "c1", 7), at(0)).await?;
    store.links.put(link("customer", "c1", 7), at(1)).await?;
    assert_eq!(
        store.links.get("customer", "c1").await?,
        Some(kept(link("customer", "c1", 7), 1))
    );
    store.links.put(link("customer", "c1", 8), at(2)).await?;
    assert_eq!(
        store.links.get("customer", "c1").await?,
        Some(kept(link("customer", "c1", 8), 2))
    );
    assert_eq!(store.links.find_by_key("customer", 7).await?, None);
    store.links.put(link("customer", "c2", 7), at(3)).await
}

/// Of another kind it may have another.
pub async fn an_erp_record_has_one_hub_record_of_a_kind(store: &Store) -> Result<(), StoreError> {
    store.links.put(link("customer", "c1", 7), at(0)).await?;
    let taken = store.links.put(link("customer", "c2", 7), at(1)).await;
    assert!(
        matches!(&taken, Err(StoreError::LinkTaken { kind, hub_id, erp_key: 7, holder })
            if kind == "customer" && hub_id == "c2" && holder == "c1"),
        "{taken:?}"
    );
    assert_eq!(store.links.get("customer", "c2").await?, None);
    assert_eq!(
        store.links.get("customer", "c1").await?,
        Some(kept(link("customer", "c1", 7), 0))
    );
    store.links.put(link("contract", "c2", 7), at(2)).await
}

/// Lists are by hub id, within their kind.
pub async fn lists_go_on_after_a_hub_id(store: &Store) -> Result<(), StoreError> {
    for (kind, hub_id, erp_key) in [
        ("customer", "b", 2),
        ("customer", "a", 1),
        ("contract", "a", 9),
        ("customer", "c", 3),
    ] {
        store.links.put(link(kind, hub_id, erp_key), at(0)).await?;
    }
    let keys = |links: Vec<Link>| links.into_iter().map(|link| link.erp_key).collect::<Vec<_>>();
    assert_eq!(keys(store.links.list("customer", None, 2).await?), [1, 2]);
    assert_eq!(keys(store.links.list("customer", Some("b"), 2).await?), [3]);
    assert_eq!(keys(store.links.list("product", None, 2).await?), [0; 0]);
    Ok(())
}
