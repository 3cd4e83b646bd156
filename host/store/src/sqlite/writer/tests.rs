//! A writer that is brought down goes on.

use super::*;
use crate::Store;

/// A write that panics.
struct Bomb;

impl Write for Bomb {
    type Output = ();
    const PHASE: &'static str = "blowing up";

    #[allow(clippy::panic, reason = "that is what it is for")]
    async fn apply(&self, _connection: &mut SqliteConnection) -> Result<(), Failure> {
        panic!("a write that panics")
    }
}

#[tokio::test]
async fn a_write_that_panics_is_told_and_the_next_is_written() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("sunmao.db");
    let sqlite = super::super::Sqlite::open(&path).await.expect("store");
    let told = sqlite.write(Bomb).await.expect_err("it panicked");
    assert_eq!(
        told.to_string(),
        format!("{}: blowing up failed: the writer panicked", path.display())
    );
    sqlite.check().await.expect("the writer goes on");
    sqlite.close().await.expect("closed");
    let closed = sqlite.check().await.expect_err("it is closed");
    assert!(matches!(closed, StoreError::Closed { .. }), "{closed}");
    Store::open(&path).await.expect("the lock is free");
}
