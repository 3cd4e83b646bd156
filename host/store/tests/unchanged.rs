//! What has not changed costs reads alone: nothing goes to the disk.

use std::error::Error;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use sunmao_store::{NewRecord, Occasion, RecordName, Route, Store};

type Outcome = Result<(), Box<dyn Error>>;

const ROWS: usize = 200;

fn row(number: usize, revision: usize) -> NewRecord {
    NewRecord {
        fingerprint: Some(format!("{number} at {revision}")),
        identities: vec![("phone".to_owned(), number.to_string())],
        ..NewRecord::saved(
            RecordName::new("erp.customers", number.to_string()),
            format!("{{\"revision\":{revision}}}"),
        )
    }
}

fn routes() -> Vec<Route> {
    vec![Route {
        kind: "erp.customers".to_owned(),
        occasion: Occasion::Saved,
        target: "flow customer-pull".to_owned(),
    }]
}

/// The log grows with every page that is written, and with nothing else.
fn log_length(path: &Path) -> Result<u64, std::io::Error> {
    Ok(path.with_extension("db-wal").metadata()?.len())
}

#[tokio::test]
async fn rows_that_have_not_changed_are_not_written() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let store = Store::open(&path).await?;
    let later = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1);
    let rows = || (0..ROWS).map(|number| row(number, 1)).collect::<Vec<_>>();
    store
        .records
        .accept(rows(), routes(), "sweep", Timestamp::UNIX_EPOCH)
        .await?;
    let before = log_length(&path)?;
    let accepted = store.records.accept(rows(), routes(), "sweep", later).await?;
    assert!(accepted.iter().all(|record| !record.changed));
    assert_eq!(log_length(&path)?, before, "the same rows");

    // By their bodies too, for whoever has no fingerprint.
    let bodies = rows().into_iter().map(|row| NewRecord {
        fingerprint: None,
        ..row
    });
    store
        .records
        .accept(bodies.collect(), routes(), "hub", later)
        .await?;
    assert_eq!(log_length(&path)?, before, "the same bodies");

    let never = NewRecord::deleted(RecordName::new("erp.customers", "never"));
    store.records.accept(vec![never], routes(), "hub", later).await?;
    assert_eq!(log_length(&path)?, before, "what never was there");

    store
        .records
        .accept(vec![row(0, 2)], routes(), "sweep", later)
        .await?;
    assert!(log_length(&path)? > before, "one that changed");
    Ok(())
}
