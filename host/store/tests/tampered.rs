//! Whoever changes the audit log beside the store is found out.

use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::error::Error;
use std::path::Path;
use sunmao_store::{AuditFilter, AuditRow, ChainReport, NewIntent, Store, verify_chain};

type Outcome = Result<(), Box<dyn Error>>;

fn row(number: i64) -> AuditRow {
    AuditRow {
        at: jiff::Timestamp::from_second(number).unwrap_or_default(),
        actor: "flow customer-push".to_owned(),
        version: "1".to_owned(),
        operation: "customers.save-company".to_owned(),
        menu_id: Some("12004".to_owned()),
        subject: Some(format!("contact/{number}")),
        outcome: "applied".to_owned(),
        error_kind: None,
        message: None,
        duration_micros: 1_000,
        requests: 2,
        arguments: Some("{}".to_owned()),
    }
}

/// A log of ten rows.
async fn log(path: &Path) -> Result<ChainReport, Box<dyn Error>> {
    let store = Store::open(path).await?;
    store.audit.append((1..=10).map(row).collect()).await?;
    let report = verify_chain(&*store.audit, None).await?;
    store.close().await?;
    Ok(report)
}

async fn tamper(path: &Path, statements: &[&'static str]) -> Outcome {
    let mut connection = SqliteConnectOptions::new().filename(path).connect().await?;
    for statement in statements {
        sqlx::query(*statement).execute(&mut connection).await?;
    }
    sqlx::Connection::close(connection).await?;
    Ok(())
}

#[tokio::test]
async fn whatever_is_changed_in_the_log_is_seen_with_its_row() -> Outcome {
    for (statements, words) in [
        (&["UPDATE audit SET outcome = 'refused' WHERE sequence = 4"][..], "row 4 is not what it was"),
        (&["UPDATE audit SET subject = 'contact/5' WHERE sequence = 4"], "row 4 is not what it was"),
        (&["UPDATE audit SET arguments = '{ }' WHERE sequence = 10"], "row 10 is not what it was"),
        (&["DELETE FROM audit WHERE sequence = 4"], "row 4 is missing"),
        (
            &["DELETE FROM audit WHERE sequence = 4", "DELETE FROM audit_chain WHERE sequence = 4"],
            "links 4 to 4 are missing",
        ),
        (
            &["INSERT INTO audit SELECT 11, at, actor, version, operation, menu_id, subject, outcome, error_kind, message,
                      duration_micros, requests, arguments FROM audit WHERE sequence = 1"],
            "row 11 is in the log, and nothing was ever said of it",
        ),
        (
            &["UPDATE audit_chain SET digest = (SELECT digest FROM audit_chain WHERE position = 4) WHERE position = 5"],
            "row 5 is not what it was",
        ),
        (
            &["DELETE FROM audit WHERE sequence <= 3", "DELETE FROM audit_chain WHERE position <= 3"],
            "links 1 to 3 are missing",
        ),
        (
            &["DELETE FROM audit WHERE sequence > 8", "DELETE FROM audit_chain WHERE position > 8"],
            "link 10 is not the one that was written down earlier",
        ),
    ] {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("sunmao.db");
        let known = log(&path).await?;
        assert_eq!((known.links, &known.broken), (10, &None));
        tamper(&path, statements).await?;
        let store = Store::open(&path).await?;
        let report = verify_chain(&*store.audit, Some(&known.head)).await?;
        let broken = report.broken.map(|broken| broken.words).unwrap_or_default();
        assert!(broken.starts_with(words), "{statements:?}: {broken:?}");
        store.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_row_that_an_earlier_process_left_open_is_shown_as_such_and_bound() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    log(&path).await?;
    let store = Store::open(&path).await?;
    let intent = NewIntent {
        delivery: None,
        idempotency_key: "k".to_owned(),
        operation: "customers.save-company".to_owned(),
        subject: "contact/11".to_owned(),
        reserved_key: None,
        payload_hash: "h".to_owned(),
        payload: "{}".to_owned(),
        extension: "wechat-customer".to_owned(),
        extension_version: "1".to_owned(),
    };
    let row = AuditRow {
        outcome: AuditRow::OPEN.to_owned(),
        ..row(11)
    };
    store
        .intents
        .begin(intent, row, jiff::Timestamp::UNIX_EPOCH)
        .await?;
    store.close().await?;
    let store = Store::open(&path).await?;
    let report = verify_chain(&*store.audit, None).await?;
    assert_eq!((report.links, report.without_end, report.broken), (12, 1, None));
    let last = store.audit.tail(None, 1, AuditFilter::default()).await?;
    assert_eq!(last[0].row.outcome, AuditRow::OPEN);
    store.close().await?;
    Ok(())
}
