//! What the audit log says of itself after a process that was not closed.

use std::error::Error;
use std::path::Path;

use jiff::Timestamp;
use sunmao_store::{AuditEntry, AuditFilter, AuditRow, NewIntent, Store, StoreError};

type Outcome = Result<(), Box<dyn Error>>;

fn row(operation: &str, outcome: &str) -> AuditRow {
    AuditRow {
        at: Timestamp::UNIX_EPOCH,
        actor: "cli".to_owned(),
        version: "0.1.0".to_owned(),
        operation: operation.to_owned(),
        menu_id: None,
        subject: None,
        outcome: outcome.to_owned(),
        error_kind: None,
        message: None,
        duration_micros: 1,
        requests: 1,
        arguments: None,
    }
}

async fn log(store: &Store) -> Result<Vec<AuditEntry>, StoreError> {
    store.audit.tail(None, 100, AuditFilter::default()).await
}

/// Works on the file and ends as a killed process does: without closing.
fn work_and_die(path: &Path) -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let store = Store::open(path).await?;
        let intent = NewIntent {
            delivery: None,
            idempotency_key: "k".to_owned(),
            operation: "customers.save-company".to_owned(),
            subject: "c1".to_owned(),
            reserved_key: None,
            payload_hash: String::new(),
            payload: "{}".to_owned(),
            extension: "cli".to_owned(),
            extension_version: String::new(),
        };
        let save = row("customers.save-company", AuditRow::OPEN);
        store.intents.begin(intent, save, Timestamp::UNIX_EPOCH).await?;
        store.audit.append_later(row("customers.list", "read")).await?;
        // Whoever dies closes nothing: were it let go here, the writer could still come to its end.
        std::mem::forget(store);
        Ok(())
    })
}

#[test]
fn a_process_that_was_not_closed_leaves_its_writes_open_and_a_word_about_its_reads() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    work_and_die(&path)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let store = Store::open(&path).await?;
        let entries = log(&store).await?;
        let open = &entries[0].row;
        assert_eq!(
            (open.operation.as_str(), open.outcome.as_str()),
            ("customers.save-company", "open")
        );
        let said = open.message.as_deref().unwrap_or_default();
        assert!(said.contains("the host ended before it saw the answer"), "{said}");
        let gap = &entries.last().ok_or("no rows")?.row;
        assert_eq!((gap.outcome.as_str(), gap.requests), (AuditRow::LOST, 0));
        let said = gap.message.as_deref().unwrap_or_default();
        assert!(said.contains("was not closed"), "{said}");
        let count = entries.len();
        store.close().await?;

        let store = Store::open(&path).await?;
        assert_eq!(
            log(&store).await?.len(),
            count,
            "a store that was closed has no gap"
        );
        Ok(store.close().await?)
    })
}
