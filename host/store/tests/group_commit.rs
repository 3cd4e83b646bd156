//! Callers that write at the same time share transactions, and one bad write does not spoil the others.

use std::error::Error;

use jiff::Timestamp;
use sunmao_store::{NewLink, NewRecord, Occasion, RecordName, Route, Store, StoreError};
use tokio::task::JoinSet;

const CALLERS: usize = 500;

fn contact(index: usize) -> NewRecord {
    NewRecord::saved(
        RecordName::new("contact", format!("contact-{index:04}")),
        format!(r#"{{"index":{index}}}"#),
    )
}

fn route() -> Route {
    Route {
        kind: "contact".to_owned(),
        occasion: Occasion::Saved,
        target: "customer-push".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_callers_share_a_few_commits_and_all_are_durable() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let store = Store::open(&path).await?;
    let mut callers = JoinSet::new();
    for index in 0..CALLERS {
        let store = store.clone();
        callers.spawn(async move {
            store
                .records
                .accept(vec![contact(index)], vec![route()], "hub", Timestamp::UNIX_EPOCH)
                .await
        });
    }
    for accepted in callers.join_all().await {
        assert!(accepted?[0].changed);
    }
    let commits = store.commits();
    assert!(
        commits < CALLERS as u64 / 5,
        "{CALLERS} callers needed {commits} commits"
    );
    store.close().await?;

    let store = Store::open(&path).await?;
    assert_eq!(store.records.count("contact").await?, CALLERS as u64);
    assert_eq!(store.deliveries.counts().await?.pending, CALLERS as u64);
    Ok(())
}

#[tokio::test]
async fn a_refused_write_does_not_spoil_its_batch() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("sunmao.db")).await?;
    let link = |hub_id: String, erp_key: i64| NewLink {
        link: "customer".to_owned(),
        record: RecordName::new("contact", hub_id),
        erp_key,
        number: String::new(),
        agreed: None,
    };
    let mut callers = JoinSet::new();
    for index in 0..60_i64 {
        let (links, now) = (store.links.clone(), Timestamp::UNIX_EPOCH);
        // Three hub records each want one of twenty ERP records.
        let link = link(format!("hub-{index}"), index % 20);
        callers.spawn(async move { links.put(link, now).await });
    }
    let results = callers.join_all().await;
    let taken = results
        .iter()
        .filter(|result| matches!(result, Err(StoreError::LinkTaken { .. })))
        .count();
    assert_eq!(
        results.iter().filter(|result| result.is_ok()).count(),
        20,
        "{results:?}"
    );
    assert_eq!(taken, 40, "{results:?}");
    assert_eq!(store.links.list("customer", None, 100).await?.len(), 20);
    Ok(())
}

/// Whoever goes away does not take the work of the others along, nor its own.
#[tokio::test]
async fn a_caller_that_goes_away_spoils_nothing() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("sunmao.db")).await?;
    let mut callers = JoinSet::new();
    for index in 0..20 {
        let records = store.records.clone();
        callers.spawn(async move {
            records
                .accept(vec![contact(index)], Vec::new(), "hub", Timestamp::UNIX_EPOCH)
                .await
        });
    }
    // Each caller has handed over its write by now and waits.
    tokio::task::yield_now().await;
    callers.abort_all();
    while callers.join_next().await.is_some() {}
    store
        .records
        .accept(vec![contact(99)], Vec::new(), "hub", Timestamp::UNIX_EPOCH)
        .await?;
    assert_eq!(store.records.count("contact").await?, 21);
    Ok(())
}
