//! A database that is taken away, replaced or entered by another name: nothing is accepted into nothing.
#![cfg(unix)]

use std::error::Error;
use std::path::Path;

use jiff::Timestamp;
use sunmao_store::{NewRecord, RecordName, Store, StoreError};

type Outcome = Result<(), Box<dyn Error>>;

async fn file(store: &Store, id: &str) -> Result<(), StoreError> {
    let contact = NewRecord::saved(RecordName::new("contact", id.to_owned()), "{}".to_owned());
    let accepted = store
        .records
        .accept(vec![contact], Vec::new(), "hub", Timestamp::UNIX_EPOCH);
    accepted.await.map(drop)
}

/// Does something to an open store's files, and gives what filing says afterwards.
async fn after(change: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<StoreError, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("data/sunmao.db");
    let store = Store::open(&path).await?;
    file(&store, "before").await?;
    store.check().await?;
    change(&path)?;
    let error = file(&store, "after").await.err().ok_or("it was accepted")?;
    assert!(store.check().await.is_err(), "whoever asks is told");
    assert!(
        store
            .records
            .get(&RecordName::new("contact", "before"))
            .await
            .is_err(),
        "nor is it read"
    );
    assert!(error.hint().contains("move the file back"), "{}", error.hint());
    Ok(error)
}

fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    format!("{}{suffix}", path.display()).into()
}

#[tokio::test]
async fn nothing_is_accepted_into_a_deleted_file() -> Outcome {
    let error = after(|path| std::fs::remove_file(path)).await?.to_string();
    assert!(
        error.contains("sunmao.db: accepting records failed: it is gone from under the running host"),
        "{error}"
    );
    Ok(())
}

#[tokio::test]
async fn nothing_is_accepted_once_the_folder_is_gone() -> Outcome {
    let deleted = after(|path| std::fs::remove_dir_all(path.parent().unwrap_or(path))).await?;
    let renamed = after(|path| {
        let folder = path.parent().unwrap_or(path);
        std::fs::rename(folder, folder.with_extension("old"))
    });
    for error in [deleted, renamed.await?] {
        assert!(matches!(error, StoreError::Displaced { .. }), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_accepted_beside_a_file_that_replaced_it() -> Outcome {
    let error = after(|path| {
        std::fs::copy(path, path.with_extension("copy"))?;
        std::fs::rename(path.with_extension("copy"), path)
    });
    let error = error.await?.to_string();
    assert!(error.contains("was replaced by another file"), "{error}");
    Ok(())
}

#[tokio::test]
async fn nothing_is_accepted_without_the_log_or_its_index() -> Outcome {
    for suffix in ["-wal", "-shm"] {
        let error = after(|path| std::fs::remove_file(beside(path, suffix)))
            .await?
            .to_string();
        assert!(error.contains(&format!("sunmao.db{suffix}: ")), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_accepted_into_an_emptied_file() -> Outcome {
    let error = after(|path| std::fs::File::create(path).map(drop))
        .await?
        .to_string();
    assert!(error.contains("it was emptied under the running host"), "{error}");
    Ok(())
}

/// A folder that was moved by mistake and moved back costs nothing.
#[tokio::test]
async fn it_goes_on_when_the_file_is_back() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (here, there) = (folder.path().join("data"), folder.path().join("moved"));
    let store = Store::open(&here.join("sunmao.db")).await?;
    file(&store, "before").await?;
    std::fs::rename(&here, &there)?;
    assert!(file(&store, "meanwhile").await.is_err());
    std::fs::rename(&there, &here)?;
    file(&store, "after").await?;
    assert_eq!(store.records.count("contact").await?, 2);
    store.close().await?;
    let store = Store::open(&here.join("sunmao.db")).await?;
    assert_eq!(store.records.count("contact").await?, 2);
    Ok(())
}

#[tokio::test]
async fn a_second_owner_is_refused_by_whatever_name_it_comes() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("data/sunmao.db");
    let store = Store::open(&path).await?;
    let file_link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &file_link)?;
    let folder_link = folder.path().join("other");
    std::os::unix::fs::symlink(folder.path().join("data"), &folder_link)?;
    for name in [file_link, folder_link.join("sunmao.db")] {
        let error = Store::open(&name).await.err().ok_or("it was let in")?;
        assert!(matches!(error, StoreError::InUse { .. }), "{error}");
        assert!(
            error.to_string().contains(&std::process::id().to_string()),
            "{error}"
        );
    }
    let hard_link = folder.path().join("hard.db");
    std::fs::hard_link(&path, &hard_link)?;
    let error = Store::open(&hard_link).await.err().ok_or("it was let in")?;
    assert!(
        matches!(error, StoreError::SeveralNames { names: 2, .. }),
        "{error}"
    );
    file(&store, "still works").await?;
    Ok(())
}

/// The file beside may be cleaned away; on Linux the database itself is locked as well.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_second_owner_is_refused_without_the_file_beside_it() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let store = Store::open(&path).await?;
    std::fs::remove_file(beside(&path, ".lock"))?;
    let error = Store::open(&path).await.err().ok_or("it was let in")?;
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    file(&store, "still works").await?;
    Ok(())
}

/// SQLite's log lies beside the file itself, and a link to a file that is not there yet is as good as the file.
#[tokio::test]
async fn a_link_opens_the_file_itself() -> Outcome {
    let folder = tempfile::tempdir()?;
    std::fs::create_dir(folder.path().join("data"))?;
    let (own, link) = (
        folder.path().join("data/sunmao.db"),
        folder.path().join("link.db"),
    );
    std::os::unix::fs::symlink(&own, &link)?;
    let store = Store::open(&link).await?;
    file(&store, "c1").await?;
    assert!(beside(&own, "-wal").exists() && !beside(&link, "-wal").exists());
    store.close().await?;
    assert_eq!(Store::open(&own).await?.records.count("contact").await?, 1);
    Ok(())
}
