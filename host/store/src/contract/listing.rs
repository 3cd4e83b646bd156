//! Cases for [`Records`](crate::Records): pages of records and of changes.

use std::collections::{BTreeMap, BTreeSet};

use super::{accept, at, bury_one, contact, event, handle_one, lease_one, name, record};
use crate::{
    DeliveryState, NewLink, NewRecord, Presence, RecordEntry, RecordFilter, RecordName, Route, Store,
    StoreError,
};

fn contacts() -> RecordFilter {
    RecordFilter {
        kind: "contact".to_owned(),
        ..RecordFilter::default()
    }
}

fn ids(entries: &[RecordEntry]) -> Vec<&str> {
    entries
        .iter()
        .map(|entry| entry.record.name.id.as_str())
        .collect()
}

async fn file(store: &Store, batch: Vec<NewRecord>) -> Result<(), StoreError> {
    store
        .records
        .accept(batch, Vec::new(), "hub", at(0))
        .await
        .map(drop)
}

/// Lists are by id, of one kind, and start after one.
pub async fn lists_go_on_after_an_id(store: &Store) -> Result<(), StoreError> {
    assert_eq!(store.records.count("contact").await?, 0);
    let mut batch = ["c", "a", "d", "b"].map(|id| contact(id, "{}")).to_vec();
    batch.push(NewRecord {
        name: RecordName::new("ticket", "a"),
        ..contact("-", "{}")
    });
    file(store, batch).await?;
    let after = |after: Option<&str>| RecordFilter {
        after: after.map(str::to_owned),
        ..contacts()
    };
    assert_eq!(ids(&store.records.list(after(None), 3).await?), ["a", "b", "c"]);
    assert_eq!(ids(&store.records.list(after(Some("c")), 3).await?), ["d"]);
    assert_eq!(store.records.list(after(Some("d")), 3).await?, []);
    assert_eq!(store.records.count("contact").await?, 4);
    Ok(())
}

/// Every member that is named has to be equal.
pub async fn lists_are_filtered_by_members_and_by_presence(store: &Store) -> Result<(), StoreError> {
    let batch = vec![
        contact(
            "a",
            r#"{"city":"上海","score":80,"invalid":true,"owner":"O'Neil \"x\""}"#,
        ),
        contact("b", r#"{"city":"上海","score":8,"invalid":false}"#),
        contact("c", r#"{"city":"北京","score":80,"tags":["80"]}"#),
        contact("d", "no JSON at all"),
        contact("e", r#"{"city":"上海"}"#),
    ];
    file(store, batch).await?;
    file(store, vec![record("e", None)]).await?;
    let list = async |members: &[(&str, &str)], presence| {
        let members = members
            .iter()
            .map(|(member, value)| ((*member).to_owned(), (*value).to_owned()));
        let filter = RecordFilter {
            members: members.collect(),
            presence,
            ..contacts()
        };
        let entries = store.records.list(filter, 10).await?;
        Ok::<_, StoreError>(ids(&entries).join(" "))
    };
    assert_eq!(list(&[("city", "上海")], Presence::Present).await?, "a b");
    assert_eq!(list(&[("score", "80")], Presence::Present).await?, "a c");
    assert_eq!(
        list(&[("city", "上海"), ("score", "80")], Presence::Present).await?,
        "a"
    );
    assert_eq!(list(&[("invalid", "true")], Presence::Any).await?, "a");
    assert_eq!(list(&[("invalid", "false")], Presence::Any).await?, "b");
    assert_eq!(list(&[("owner", "O'Neil \"x\"")], Presence::Any).await?, "a");
    assert_eq!(list(&[("owner", "")], Presence::Any).await?, "");
    assert_eq!(list(&[], Presence::Present).await?, "a b c d");
    assert_eq!(list(&[], Presence::Deleted).await?, "e");
    assert_eq!(list(&[], Presence::Any).await?, "a b c d e");
    assert_eq!(store.records.count("contact").await?, 4);
    let usual = |city: &str| RecordFilter {
        members: vec![
            ("invalid".to_owned(), "false".to_owned()),
            ("city".to_owned(), city.to_owned()),
        ],
        usual: vec!["invalid".to_owned()],
        ..contacts()
    };
    let north = store.records.list(usual("北京"), 10).await?;
    assert_eq!(ids(&north), ["c"], "it leaves out what is usual");
    let south = store.records.list(usual("上海"), 10).await?;
    assert_eq!(ids(&south), ["b"], "what says otherwise is another one");
    Ok(())
}

/// In the order of the last change, so that each page goes on where the one before ended.
pub async fn lists_by_change_go_on_after_a_change(store: &Store) -> Result<(), StoreError> {
    for id in ["c", "a", "b"] {
        file(store, vec![contact(id, "1")]).await?;
    }
    file(store, vec![contact("c", "2")]).await?;
    let changed_after = |change| RecordFilter {
        changed_after: Some(change),
        presence: Presence::Any,
        ..contacts()
    };
    let first = store.records.list(changed_after(0), 2).await?;
    assert_eq!(ids(&first), ["a", "b"]);
    let rest = store
        .records
        .list(changed_after(first[1].record.change), 2)
        .await?;
    assert_eq!(ids(&rest), ["c"]);
    file(store, vec![record("a", None)]).await?;
    let gone = store
        .records
        .list(changed_after(rest[0].record.change), 2)
        .await?;
    assert_eq!(ids(&gone), ["a"]);
    assert_eq!(gone[0].record.body, None);
    Ok(())
}

/// Where a record stands is read at one moment, for one as for many.
pub async fn an_entry_has_its_links_and_the_newest_delivery_of_each_target(
    store: &Store,
) -> Result<(), StoreError> {
    let link = |link: &str, erp_key| NewLink {
        link: link.to_owned(),
        record: name("c1"),
        erp_key,
        number: format!("KH \"{erp_key}\" 北"),
        agreed: Some(r#"{"name":"王"}"#.to_owned()),
    };
    accept(store, "c1", "1", 0).await?;
    handle_one(store, 1).await?;
    let second = accept(store, "c1", "2", 2).await?.deliveries[0];
    bury_one(store, 3).await?;
    let third = accept(store, "c1", "3", 4).await?.deliveries[0];
    assert_eq!(second.delivery, third.delivery);
    let emitted = event("contact/c1", "hello");
    let emitted = store.deliveries.enqueue(vec![emitted], at(5)).await?[0];
    store.links.put(link("customer", 7), at(6)).await?;
    store.links.put(link("contract", 9), at(6)).await?;
    accept(store, "c2", "1", 7).await?;

    let entry = store.records.entry(&name("c1")).await?;
    let listed = store.records.list(contacts(), 10).await?;
    assert_eq!(ids(&listed), ["c1", "c2"]);
    assert_eq!(entry.as_ref(), Some(&listed[0]));
    assert_eq!((listed[1].links.len(), listed[1].deliveries.len()), (0, 1));
    assert_eq!(store.records.entry(&name("c3")).await?, None);

    let entry = &listed[0];
    assert_eq!(
        Some(&entry.record),
        store.records.get(&name("c1")).await?.as_ref()
    );
    let kept = [
        store.links.get("contract", &name("c1")).await?,
        store.links.get("customer", &name("c1")).await?,
    ];
    assert_eq!(
        entry.links.iter().map(Some).collect::<Vec<_>>(),
        kept.iter().map(Option::as_ref).collect::<Vec<_>>()
    );
    let standing: Vec<_> = entry
        .deliveries
        .iter()
        .map(|record| (record.delivery.id, record.state))
        .collect();
    assert_eq!(
        standing,
        [
            (emitted.delivery, DeliveryState::Pending),
            (third.delivery, DeliveryState::Pending)
        ]
    );
    assert_eq!(
        Some(&entry.deliveries[1]),
        store.deliveries.get(third.delivery).await?.as_ref()
    );
    Ok(())
}

/// What another delivery took over is not where a record stands, though it has the higher number.
pub async fn what_was_taken_over_never_stands_for_a_record(store: &Store) -> Result<(), StoreError> {
    let first = accept(store, "c1", "1", 0).await?.deliveries[0];
    let leased = lease_one(store, 1).await?;
    let second = accept(store, "c1", "2", 2).await?.deliveries[0];
    assert!(second.delivery > first.delivery);
    store
        .deliveries
        .release(leased.lease, super::later(at(9), "busy"), at(3))
        .await?;
    let listed = store.records.list(contacts(), 10).await?;
    let standing: Vec<_> = listed[0]
        .deliveries
        .iter()
        .map(|record| (record.delivery.id, record.state))
        .collect();
    assert_eq!(standing, [(first.delivery, DeliveryState::Pending)]);
    Ok(())
}

/// Of all kinds or of one, deleted ones among them; of a record the last one alone.
pub async fn changes_come_in_their_order(store: &Store) -> Result<(), StoreError> {
    let ticket = |body| NewRecord {
        name: RecordName::new("ticket", "t"),
        ..record("-", body)
    };
    file(
        store,
        vec![contact("a", "1"), ticket(Some("1")), contact("b", "1")],
    )
    .await?;
    file(store, vec![contact("a", "2")]).await?;
    file(store, vec![ticket(None)]).await?;
    let read = async |after, kind, limit| {
        let changes = store.records.changes(after, kind, limit).await?;
        let shown = changes
            .iter()
            .map(|record| format!("{}@{}", record.name, record.revision));
        let shown: Vec<String> = shown.collect();
        Ok::<_, StoreError>((
            shown.join(" "),
            changes.last().map_or(after, |record| record.change),
        ))
    };
    let (all, last) = read(0, None, 10).await?;
    assert_eq!(all, "contact/b@1 contact/a@2 ticket/t@2");
    assert_eq!(read(last, None, 10).await?.0, "");
    let (first, cursor) = read(0, None, 1).await?;
    assert_eq!(first, "contact/b@1");
    assert_eq!(read(cursor, None, 1).await?.0, "contact/a@2");
    assert_eq!(read(0, Some("ticket"), 10).await?.0, "ticket/t@2");
    assert_eq!(read(cursor, Some("contact"), 10).await?.0, "contact/a@2");
    // Numbers are not given again, whatever was deleted.
    file(store, vec![contact("c", "1")]).await?;
    assert_eq!(read(last, None, 10).await?.0, "contact/c@1");
    Ok(())
}

const WRITERS: usize = 8;
const FILED: usize = 40;

/// Whoever follows the changes while many file sees the last state of each record, and every number once.
pub async fn a_reader_of_changes_misses_none(store: &Store) -> Result<(), StoreError> {
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let records = store.records.clone();
        writers.spawn(async move {
            for number in 0..FILED {
                // Some of its own, and some that all of them change.
                let own = contact(&format!("{writer}-{number}"), "1");
                let body = format!("{writer}-{number}");
                let common = contact(&format!("common-{}", number % 5), &body);
                let batch = vec![own, common];
                records.accept(batch, Vec::<Route>::new(), "hub", at(0)).await?;
            }
            Ok::<_, StoreError>(())
        });
    }
    let mut seen: BTreeMap<RecordName, i64> = BTreeMap::new();
    let mut numbers = BTreeSet::new();
    let mut after = 0;
    loop {
        let is_over = writers.is_empty();
        let changes = store.records.changes(after, None, 7).await?;
        let is_at_the_end = changes.is_empty();
        for record in changes {
            assert!(record.change > after, "in their order");
            assert!(numbers.insert(record.change), "each number once");
            after = record.change;
            let before = seen.insert(record.name, record.revision);
            assert!(before.is_none_or(|before| before < record.revision));
        }
        if is_at_the_end && is_over {
            break;
        }
        while let Some(ended) = writers.try_join_next() {
            assert!(matches!(&ended, Ok(Ok(()))), "{ended:?}");
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(seen.len(), WRITERS * FILED + 5);
    let names: Vec<RecordName> = seen.keys().cloned().collect();
    for record in store.records.get_many(&names).await? {
        assert_eq!(seen.get(&record.name), Some(&record.revision), "{}", record.name);
    }
    Ok(())
}
