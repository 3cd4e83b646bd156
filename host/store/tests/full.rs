//! A disk with no room left, at the start and under way: what is full is said, and how much is left.
#![cfg(target_os = "linux")]

use std::error::Error;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;
use sunmao_store::{AuditFilter, AuditRow, NewRecord, RecordName, Store, StoreError};

type Outcome = Result<(), Box<dyn Error>>;

/// A small disk of our own, which only root may mount.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn mount() -> Result<Option<Self>, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
            .arg(folder.path())
            .output();
        let is_mounted = mounted.is_ok_and(|output| output.status.success());
        if !is_mounted {
            eprintln!("no disk can be mounted here: not tested");
        }
        Ok(is_mounted.then_some(Disk { folder }))
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("sunmao.db")
    }

    fn ballast(&self) -> std::path::PathBuf {
        self.folder.path().join("ballast")
    }

    fn fill(&self) -> Outcome {
        use std::io::Write as _;
        let mut ballast = std::fs::File::create(self.ballast())?;
        while ballast.write_all(&[1; 4096]).is_ok() {}
        Ok(())
    }

    fn free(&self) -> Outcome {
        Ok(std::fs::remove_file(self.ballast())?)
    }

    fn remount(&self, options: &str) -> Outcome {
        let status = Command::new("mount")
            .args(["-o", options])
            .arg(self.folder.path())
            .status()?;
        status
            .success()
            .then_some(())
            .ok_or_else(|| "not remounted".into())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

async fn file(store: &Store, id: usize) -> Result<(), StoreError> {
    let contact = NewRecord::saved(
        RecordName::new("contact", format!("contact-{id}")),
        format!("\"{}\"", "x".repeat(4_000)),
    );
    let accepted = store
        .records
        .accept(vec![contact], Vec::new(), "hub", Timestamp::UNIX_EPOCH);
    accepted.await.map(drop)
}

fn is_told(error: &StoreError, disk: &Disk) {
    assert!(matches!(error, StoreError::DiskFull { .. }), "{error}");
    let folder = disk.folder.path().display();
    let said = error.to_string();
    assert!(
        said.contains(&format!("{folder} (file system {folder}) has ")),
        "{said}"
    );
    assert!(said.contains(" bytes left"), "{said}");
    assert!(
        error.hint().starts_with("the disk is full: free some space"),
        "{}",
        error.hint()
    );
}

#[tokio::test]
async fn a_start_on_a_full_disk_says_which_is_full() -> Outcome {
    let Some(disk) = Disk::mount()? else { return Ok(()) };
    // Anew, and with a database of before.
    disk.fill()?;
    is_told(&Store::open(&disk.path()).await.err().ok_or("it opened")?, &disk);
    disk.free()?;
    let store = Store::open(&disk.path()).await?;
    file(&store, 1).await?;
    store.close().await?;
    disk.fill()?;
    is_told(&Store::open(&disk.path()).await.err().ok_or("it opened")?, &disk);
    disk.free()?;
    assert_eq!(
        Store::open(&disk.path()).await?.records.count("contact").await?,
        1
    );
    Ok(())
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
        arguments: Some("x".repeat(4_000)),
    }
}

#[tokio::test]
async fn a_disk_that_fills_up_refuses_and_goes_on_once_there_is_room() -> Outcome {
    let Some(disk) = Disk::mount()? else { return Ok(()) };
    let store = Store::open(&disk.path()).await?;
    file(&store, 0).await?;
    disk.fill()?;
    let mut accepted = 1;
    let error = loop {
        match file(&store, accepted).await {
            Ok(()) => accepted += 1,
            Err(error) => break error,
        }
    };
    is_told(&error, &disk);
    for _ in 0..3 {
        store.audit.append_later(read_row()).await?;
    }
    disk.free()?;
    file(&store, accepted).await?;
    assert_eq!(store.records.count("contact").await?, accepted as u64 + 1);
    while store.audit.tail(None, 10, AuditFilter::default()).await?.len() < 3 {
        tokio::task::yield_now().await;
    }
    Ok(store.close().await?)
}

#[tokio::test]
async fn a_disk_that_became_read_only_is_named() -> Outcome {
    let Some(disk) = Disk::mount()? else { return Ok(()) };
    Store::open(&disk.path()).await?.close().await?;
    disk.remount("remount,ro")?;
    let error = Store::open(&disk.path()).await.err().ok_or("it opened")?;
    assert!(
        error.hint().contains("mounted read-only"),
        "{error}: {}",
        error.hint()
    );
    Ok(())
}

#[tokio::test]
async fn a_folder_in_the_files_place_is_named() -> Outcome {
    let folder = tempfile::tempdir()?;
    let error = Store::open(folder.path()).await.err().ok_or("it opened")?;
    assert!(
        error.hint().contains("that is a folder: name a file in it"),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .starts_with(&folder.path().display().to_string()),
        "{error}"
    );
    Ok(())
}

const DATABASE: &str = "SUNMAO_STORE_LIMITED_DATABASE";

/// What a quota does: the file may not grow, though the disk has room.
#[test]
fn a_limit_to_the_size_of_files_is_not_a_sick_disk() -> Outcome {
    let folder = tempfile::tempdir()?;
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 600; exec \"$0\" \"$@\""])
        .arg(std::env::current_exe()?)
        .args(["--exact", "fills_a_limited_file", "--ignored", "--nocapture"])
        .env(DATABASE, folder.path().join("sunmao.db"))
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("a quota or a limit to the size of files"), "{said}");
    Ok(())
}

#[tokio::test]
#[ignore = "is started by another test"]
async fn fills_a_limited_file() -> Outcome {
    let Ok(path) = std::env::var(DATABASE) else {
        return Ok(());
    };
    let store = Store::open(Path::new(&path)).await?;
    for id in 0.. {
        if let Err(error) = file(&store, id).await {
            println!("{error}: {}", error.hint());
            return Ok(());
        }
    }
    Ok(())
}
