//! Opening and closing the SQLite file, and what goes wrong with it.

use std::error::Error;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sunmao_store::{
    AuditFilter, AuditRow, NewDelivery, NewRecord, Occasion, RecordName, Route, Store, StoreError, Wanted,
};

type Outcome = Result<(), Box<dyn Error>>;

fn contact(id: &str) -> NewRecord {
    NewRecord::saved(RecordName::new("contact", id.to_owned()), "{}".to_owned())
}

fn route() -> Route {
    Route {
        kind: "contact".to_owned(),
        occasion: Occasion::Saved,
        target: "customer-push".to_owned(),
    }
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

/// The error, with its hint, of a store that must not open.
async fn refusal(path: &Path) -> Result<(StoreError, &'static str), Box<dyn Error>> {
    match Store::open(path).await {
        Ok(_) => Err("it opened".into()),
        Err(error) => {
            let hint = error.hint();
            Ok((error, hint))
        }
    }
}

#[tokio::test]
async fn what_was_written_is_there_after_closing() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("data/of/sunmao.db");
    let store = Store::open(&path).await?;
    store
        .records
        .accept(vec![contact("c1")], vec![route()], "hub", Timestamp::UNIX_EPOCH)
        .await?;
    store.audit.append_later(read_row()).await?;
    store.close().await?;
    assert!(
        !folder.path().join("data/of/sunmao.db-wal").exists(),
        "the log was written back"
    );

    let store = Store::open(&path).await?;
    assert!(
        store
            .records
            .get(&RecordName::new("contact", "c1"))
            .await?
            .is_some()
    );
    assert_eq!(store.deliveries.counts().await?.pending, 1);
    let held = store.audit.tail(None, 10, AuditFilter::default()).await?;
    assert_eq!(held.len(), 1, "closing writes what was held back");
    Ok(())
}

#[tokio::test]
async fn a_closed_store_says_so() -> Outcome {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("sunmao.db")).await?;
    let clone = store.clone();
    store.close().await?;
    store.close().await?;
    let results = [
        clone
            .records
            .accept(vec![contact("c1")], Vec::new(), "hub", Timestamp::UNIX_EPOCH)
            .await
            .map(drop),
        clone
            .records
            .get(&RecordName::new("contact", "c1"))
            .await
            .map(drop),
        clone.audit.append_later(read_row()).await,
    ];
    for result in results {
        assert!(matches!(result, Err(StoreError::Closed { .. })), "{result:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_second_owner_is_refused_until_the_first_lets_go() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let first = Store::open(&path).await?;
    let (error, hint) = refusal(&path).await?;
    assert!(matches!(error, StoreError::InUse { .. }));
    let expected = format!(
        "{}: opening failed: process {} already works on it",
        path.display(),
        std::process::id()
    );
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        hint,
        "stop the other process, or give this one its own database file"
    );
    first.close().await?;
    Store::open(&path).await?;
    Ok(())
}

#[tokio::test]
async fn a_newer_schema_is_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    Store::open(&path).await?.close().await?;
    let mut connection = SqliteConnectOptions::new().filename(&path).connect().await?;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the future', TRUE, x'00', 0)",
    )
    .execute(&mut connection)
    .await?;
    sqlx::Connection::close(connection).await?;
    let (error, hint) = refusal(&path).await?;
    assert!(
        matches!(error, StoreError::NewerSchema { found: 9999, .. }),
        "{error}"
    );
    assert!(hint.contains("newer version"), "{hint}");
    Ok(())
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let text = "somebody's notes, ".repeat(1_000);
    std::fs::write(&path, &text)?;
    let (error, hint) = refusal(&path).await?;
    assert!(
        error
            .to_string()
            .starts_with(&format!("{}: opening failed: ", path.display())),
        "{error}"
    );
    assert!(hint.contains("no SQLite database"), "{hint}");
    assert_eq!(std::fs::read_to_string(&path)?, text);
    Ok(())
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() -> Outcome {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("file"), "")?;
    let path = folder.path().join("file/sunmao.db");
    let (error, hint) = refusal(&path).await?;
    assert!(
        error
            .to_string()
            .starts_with(&format!("{}: opening failed: ", path.display())),
        "{error}"
    );
    assert!(hint.contains("folder"), "{hint}");
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_the_contacts() -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("sunmao.db")).await?;
    store
        .records
        .accept(vec![contact("c1")], Vec::new(), "hub", Timestamp::UNIX_EPOCH)
        .await?;
    for name in ["sunmao.db", "sunmao.db-wal"] {
        let mode = std::fs::metadata(folder.path().join(name))?.permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} has mode {mode:o}");
    }
    Ok(())
}

/// The workers of an earlier process are gone, so nobody waits for their leases to end.
#[tokio::test]
async fn what_an_earlier_process_held_is_due_at_once() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
    let later = now + SignedDuration::from_hours(1);
    let delivery = NewDelivery {
        event: "order.paid".to_owned(),
        target: "notify".to_owned(),
        key: "k".to_owned(),
        payload: "{}".to_owned(),
        revision: None,
        hops: 0,
    };
    let store = Store::open(&path).await?;
    store.deliveries.enqueue(vec![delivery], now).await?;
    let before = store
        .deliveries
        .lease(Wanted::Any(1), "worker", later, now)
        .await?;
    assert_eq!(
        store
            .deliveries
            .lease(Wanted::Any(1), "worker", later, now)
            .await?,
        []
    );
    store.close().await?;
    let store = Store::open(&path).await?;
    let after = store
        .deliveries
        .lease(Wanted::Any(1), "worker", later, now)
        .await?;
    assert_eq!(after[0].delivery.id, before[0].delivery.id);
    assert_eq!(after[0].delivery.attempt, 2);
    Ok(())
}
