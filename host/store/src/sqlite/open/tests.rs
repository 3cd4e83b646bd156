//! The writer's connection keeps the promises that no test could catch breaking.

use sqlx::ConnectOptions;

use super::options;

#[tokio::test]
async fn a_commit_reaches_the_disk_before_it_is_answered() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    std::fs::write(&path, "")?;
    let mut connection = options(&path).connect().await?;
    let journal: String = sqlx::query_scalar("PRAGMA journal_mode")
        .fetch_one(&mut connection)
        .await?;
    let synchronous: i64 = sqlx::query_scalar("PRAGMA synchronous")
        .fetch_one(&mut connection)
        .await?;
    let foreign_keys: i64 = sqlx::query_scalar("PRAGMA foreign_keys")
        .fetch_one(&mut connection)
        .await?;
    let full = 2;
    assert_eq!((journal.as_str(), synchronous, foreign_keys), ("wal", full, 1));
    Ok(())
}
