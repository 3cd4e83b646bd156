//! Another program holds the file for a while: callers are told soon and what to do, and afterwards all is well.

use std::error::Error;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use sunmao_store::{AuditFilter, AuditRow, NewRecord, RecordName, Store, StoreError};
use tokio::task::JoinSet;

fn contact(index: usize) -> NewRecord {
    NewRecord::saved(
        RecordName::new("contact", format!("contact-{index}")),
        "{}".to_owned(),
    )
}

fn read_row() -> AuditRow {
    AuditRow {
        at: Timestamp::UNIX_EPOCH,
        actor: "cli".to_owned(),
        version: "0.1.0".to_owned(),
        operation: "customers.list".to_owned(),
        menu_id: None,
        subject: None,
        outcome: "read".to_owned(),
        error_kind: None,
        message: None,
        duration_micros: 1,
        requests: 1,
        arguments: None,
    }
}

#[tokio::test]
async fn a_file_that_another_program_holds_is_named_with_what_to_do() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let store = Store::open(&path).await?;
    let mut browser = SqliteConnectOptions::new().filename(&path).connect().await?;
    let transaction = browser.begin_with("BEGIN IMMEDIATE").await?;

    store.audit.append_later(read_row()).await?;
    let begin = Instant::now();
    let mut callers = JoinSet::new();
    for index in 0..30 {
        let records = store.records.clone();
        callers.spawn(async move {
            records
                .accept(vec![contact(index)], Vec::new(), "hub", Timestamp::UNIX_EPOCH)
                .await
        });
    }
    for result in callers.join_all().await {
        let error = result.err().ok_or("it was written")?;
        let expected = format!("{}: accepting records failed: ", path.display());
        assert!(
            matches!(error, StoreError::Failed { .. }) && error.to_string().starts_with(&expected),
            "{error}"
        );
        assert_eq!(
            error.hint(),
            "another program writes to the file (a backup, a database browser): let it finish"
        );
    }
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "they do not wait for each other: {:?}",
        begin.elapsed()
    );

    let unwritable = store.check().await;
    assert!(
        matches!(unwritable, Err(StoreError::Failed { .. })),
        "{unwritable:?}"
    );

    transaction.rollback().await?;
    browser.close().await?;
    store.check().await?;
    store
        .records
        .accept(vec![contact(99)], Vec::new(), "hub", Timestamp::UNIX_EPOCH)
        .await?;
    assert_eq!(store.records.count("contact").await?, 1);
    // What was held back is not lost: it comes by itself, a moment later.
    while store
        .audit
        .tail(None, 10, AuditFilter::default())
        .await?
        .is_empty()
    {
        tokio::task::yield_now().await;
    }
    Ok(())
}
