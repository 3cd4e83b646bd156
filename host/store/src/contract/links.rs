//! Cases for [`Links`](crate::Links).

use super::{at, name};
use crate::{Link, NewLink, RecordName, Store, StoreError};

fn link(link: &str, id: &str, erp_key: i64) -> NewLink {
    NewLink {
        link: link.to_owned(),
        record: name(id),
        erp_key,
        number: format!("KH-{erp_key}"),
        agreed: None,
    }
}

fn kept(link: NewLink, seconds: i64) -> Link {
    Link {
        link: link.link,
        record: link.record,
        erp_key: link.erp_key,
        number: link.number,
        agreed: link.agreed,
        linked_at: at(seconds),
    }
}

/// By the hub's id and by the ERP's key.
pub async fn a_link_is_found_from_both_sides(store: &Store) -> Result<(), StoreError> {
    store.links.put(link("customer", "c1", 7), at(0)).await?;
    let expected = Some(kept(link("customer", "c1", 7), 0));
    assert_eq!(store.links.get("customer", &name("c1")).await?, expected);
    assert_eq!(store.links.find_by_key("customer", 7).await?, expected);
    assert_eq!(store.links.get("contract", &name("c1")).await?, None);
    assert_eq!(store.links.find_by_key("contract", 7).await?, None);
    assert_eq!(store.links.find_by_key("customer", 8).await?, None);
    Ok(())
}

/// The old ERP record is free again.
pub async fn a_hub_record_can_be_linked_anew(store: &Store) -> Result<(), StoreError> {
    store.links.put(link("customer", "c1", 7), at(0)).await?;
    store.links.put(link("customer", "c1", 7), at(1)).await?;
    assert_eq!(
        store.links.get("customer", &name("c1")).await?,
        Some(kept(link("customer", "c1", 7), 1))
    );
    store.links.put(link("customer", "c1", 8), at(2)).await?;
    assert_eq!(
        store.links.get("customer", &name("c1")).await?,
        Some(kept(link("customer", "c1", 8), 2))
    );
    assert_eq!(store.links.find_by_key("customer", 7).await?, None);
    store.links.put(link("customer", "c2", 7), at(3)).await
}

/// In another link it may have another.
pub async fn an_erp_record_has_one_hub_record_in_a_link(store: &Store) -> Result<(), StoreError> {
    store.links.put(link("customer", "c1", 7), at(0)).await?;
    let taken = store.links.put(link("customer", "c2", 7), at(1)).await;
    assert!(
        matches!(&taken, Err(StoreError::LinkTaken { link, record, erp_key: 7, holder })
            if link == "customer" && **record == name("c2") && **holder == name("c1")),
        "{taken:?}"
    );
    assert_eq!(store.links.get("customer", &name("c2")).await?, None);
    assert_eq!(
        store.links.get("customer", &name("c1")).await?,
        Some(kept(link("customer", "c1", 7), 0))
    );
    store.links.put(link("contract", "c2", 7), at(2)).await
}

/// Lists are by record, within their link.
pub async fn lists_go_on_after_a_record(store: &Store) -> Result<(), StoreError> {
    for (of, id, erp_key) in [
        ("customer", "b", 2),
        ("customer", "a", 1),
        ("contract", "a", 9),
        ("customer", "c", 3),
    ] {
        store.links.put(link(of, id, erp_key), at(0)).await?;
    }
    let keys = |links: Vec<Link>| links.into_iter().map(|link| link.erp_key).collect::<Vec<_>>();
    assert_eq!(keys(store.links.list("customer", None, 2).await?), [1, 2]);
    assert_eq!(
        keys(store.links.list("customer", Some(&name("b")), 2).await?),
        [3]
    );
    assert_eq!(keys(store.links.list("product", None, 2).await?), [0; 0]);
    let ticket = NewLink {
        record: RecordName::new("ticket", "a"),
        ..link("customer", "-", 4)
    };
    store.links.put(ticket, at(0)).await?;
    assert_eq!(
        keys(store.links.list("customer", Some(&name("b")), 2).await?),
        [3, 4]
    );
    Ok(())
}

/// What was agreed with one ERP record says nothing of another.
pub async fn what_was_agreed_is_kept_until_another_record_is_linked(store: &Store) -> Result<(), StoreError> {
    let agreed = |erp_key, agreed: Option<&str>| NewLink {
        agreed: agreed.map(str::to_owned),
        ..link("customer", "c1", erp_key)
    };
    let kept = async || {
        let link = store.links.get("customer", &name("c1")).await?;
        Ok::<_, StoreError>(link.and_then(|link| link.agreed))
    };
    store.links.put(agreed(7, Some(r#"{"name":"1"}"#)), at(0)).await?;
    store.links.put(agreed(7, None), at(1)).await?;
    assert_eq!(kept().await?.as_deref(), Some(r#"{"name":"1"}"#));
    store.links.put(agreed(7, Some("{}")), at(2)).await?;
    assert_eq!(kept().await?.as_deref(), Some("{}"));
    store.links.put(agreed(8, None), at(3)).await?;
    assert_eq!(kept().await?, None);
    Ok(())
}

/// Those that are not linked are not among them.
pub async fn many_are_found_at_once(store: &Store) -> Result<(), StoreError> {
    for (id, erp_key) in [("a", 1), ("b", 2), ("c", 3)] {
        store.links.put(link("customer", id, erp_key), at(0)).await?;
    }
    let records = [name("c"), name("a"), name("x"), RecordName::new("ticket", "b")];
    let mut keys: Vec<i64> = store
        .links
        .get_many("customer", &records)
        .await?
        .into_iter()
        .map(|link| link.erp_key)
        .collect();
    keys.sort_unstable();
    assert_eq!(keys, [1, 3]);
    assert_eq!(store.links.get_many("contract", &records).await?, []);
    Ok(())
}
