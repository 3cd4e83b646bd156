//! Copies of a store: made while it is written to, looked through, put in its place; and what is damaged or none.

use std::error::Error;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use sunmao_store::{
    AuditFilter, NewDelivery, NewRecord, Occasion, RecordName, Route, Store, StoreError, back_up,
    look_through, measure, restore, verify_chain,
};

type Outcome = Result<(), Box<dyn Error>>;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

async fn file(store: &Store, id: usize) -> Result<i64, StoreError> {
    let body = format!("{{\"notes\":\"{}\"}}", "x".repeat(200));
    let record = NewRecord::saved(RecordName::new("contact", format!("c-{id}")), body);
    let route = Route {
        kind: "contact".to_owned(),
        occasion: Occasion::Saved,
        target: "customer-push".to_owned(),
    };
    let accepted = store
        .records
        .accept(vec![record], vec![route], "hub", NOW)
        .await?;
    Ok(accepted.first().map_or(0, |accepted| accepted.change))
}

async fn filed(path: &Path, ids: std::ops::Range<usize>) -> Outcome {
    let store = Store::open(path).await?;
    for id in ids {
        file(&store, id).await?;
    }
    Ok(store.close().await?)
}

async fn has(store: &Store, id: usize) -> Result<bool, StoreError> {
    let name = RecordName::new("contact", format!("c-{id}"));
    Ok(store.records.get(&name).await?.is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_is_made_while_others_write_is_the_store_of_one_moment() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let store = Store::open(&path).await?;
    for id in 0..200 {
        file(&store, id).await?;
    }
    let writer = tokio::spawn({
        let store = store.clone();
        async move {
            for id in 200..100_000 {
                if file(&store, id).await.is_err() {
                    return;
                }
            }
        }
    });
    let mut last = 200;
    for number in 0..5 {
        let copy = folder.path().join(format!("copies/{number}.db"));
        let copied = back_up(&path, &copy).await?;
        // Each record is one change: a copy between two commits has as many of both, and all that was there before.
        assert_eq!(i64::try_from(copied.records)?, copied.last_change);
        assert_eq!(copied.records, copied.waiting);
        assert!(copied.last_change >= last, "{copied:?}");
        last = file(&store, 1_000_000 + number).await?;
        assert_eq!(look_through(&copy).await?, copied);
    }
    writer.abort();
    store.close().await?;
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_a_copy_nor_a_store_that_others_could_read() -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("data/sunmao.db");
    filed(&path, 0..3).await?;
    let mode = |path: &Path| Ok::<u32, std::io::Error>(std::fs::metadata(path)?.permissions().mode() & 0o777);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o664))?;
    let store = Store::open(&path).await?;
    file(&store, 3).await?;
    let copy = folder.path().join("copies/one.db");
    back_up(&path, &copy).await?;
    for name in [
        "data/sunmao.db",
        "data/sunmao.db-wal",
        "data/sunmao.db-shm",
        "copies/one.db",
    ] {
        assert_eq!(mode(&folder.path().join(name))?, 0o600, "{name}");
    }
    for name in ["data", "copies"] {
        assert_eq!(mode(&folder.path().join(name))?, 0o700, "{name}");
    }
    store.close().await?;
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o644))?;
    let restored = restore(&copy, &path, NOW).await?;
    for file in [Some(restored.store), restored.kept].into_iter().flatten() {
        assert_eq!(mode(&file)?, 0o600, "{}", file.display());
    }
    Ok(())
}

#[tokio::test]
async fn a_copy_goes_over_nothing_and_comes_from_a_store() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (path, copy) = (folder.path().join("sunmao.db"), folder.path().join("copy.db"));
    let error = back_up(&path, &copy).await.expect_err("there is no store");
    assert!(error.to_string().contains("sunmao.db"), "{error}");
    assert!(!path.exists() && !copy.exists());
    filed(&path, 0..3).await?;
    std::fs::write(&copy, "somebody's")?;
    let error = back_up(&path, &copy).await.expect_err("something is there");
    assert!(error.to_string().contains("is there already"), "{error}");
    assert_eq!(std::fs::read_to_string(&copy)?, "somebody's");
    // What a copy that was cut short left behind is in nobody's way.
    std::fs::write(folder.path().join("next.db.partial"), "half")?;
    let copied = back_up(&path, &folder.path().join("next.db")).await?;
    assert_eq!(copied.records, 3);
    assert_eq!(
        std::fs::read_dir(folder.path())?.count(),
        4,
        "store, lock, and two copies"
    );
    Ok(())
}

#[tokio::test]
async fn a_copy_takes_the_stores_place_and_gives_no_number_twice() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (path, copy) = (folder.path().join("sunmao.db"), folder.path().join("copy.db"));
    filed(&path, 0..3).await?;
    back_up(&path, &copy).await?;
    let store = Store::open(&path).await?;
    let mut last = 0;
    for id in 3..6 {
        last = file(&store, id).await?;
    }
    let delivery = NewDelivery {
        event: "order.paid".to_owned(),
        target: "notify".to_owned(),
        key: "k".to_owned(),
        payload: "{}".to_owned(),
        revision: None,
        hops: 0,
    };
    let before = store.deliveries.enqueue(vec![delivery.clone()], NOW).await?;

    let error = restore(&copy, &path, NOW).await.expect_err("a host works on it");
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    store.close().await?;
    let restored = restore(&copy, &path, NOW).await?;
    let kept = restored.kept.ok_or("the store before is kept")?;

    let store = Store::open(&path).await?;
    assert!(has(&store, 2).await? && !has(&store, 3).await?);
    assert!(file(&store, 3).await? > last + 1_000_000);
    let after = store.deliveries.enqueue(vec![delivery], NOW).await?;
    assert!(
        after[0].delivery.0 > before[0].delivery.0 + 1_000_000,
        "{after:?} {before:?}"
    );
    let rows = store.audit.tail(None, 10, AuditFilter::default()).await?;
    let told: Vec<&str> = rows
        .iter()
        .filter_map(|entry| entry.row.message.as_deref())
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].starts_with("restored from ") && told[0].contains("copy.db"),
        "{told:?}"
    );
    assert!(rows[0].sequence > 1_000_000, "{rows:?}");
    assert_eq!(verify_chain(&*store.audit, None).await?.broken, None);
    store.close().await?;

    let store = Store::open(&kept).await?;
    assert!(has(&store, 5).await?, "what was there is kept");
    store.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_copy_takes_the_place_of_a_damaged_store_and_of_none() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (path, copy) = (folder.path().join("sunmao.db"), folder.path().join("copy.db"));
    filed(&path, 0..3).await?;
    back_up(&path, &copy).await?;
    spoil(&path, 0)?;
    let restored = restore(&copy, &path, NOW).await?;
    assert!(restored.kept.is_some_and(|kept| kept.exists()));
    let elsewhere = folder.path().join("new/sunmao.db");
    assert_eq!(restore(&copy, &elsewhere, NOW).await?.kept, None);
    for path in [path, elsewhere] {
        let store = Store::open(&path).await?;
        assert!(has(&store, 2).await?);
        store.close().await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_sound_copy_is_refused_and_the_store_stays() -> Outcome {
    let folder = tempfile::tempdir()?;
    let (path, copy) = (folder.path().join("sunmao.db"), folder.path().join("copy.db"));
    filed(&path, 0..300).await?;
    back_up(&path, &copy).await?;
    let whole = std::fs::read(&path)?;
    let named = |name: &str| folder.path().join(name);
    std::fs::write(named("text.db"), "somebody's notes, ".repeat(1_000))?;
    std::fs::write(named("half.db"), &std::fs::read(&copy)?[..40_960])?;
    std::fs::copy(&copy, named("damaged.db"))?;
    spoil(&named("damaged.db"), 7)?;
    std::fs::copy(&copy, named("raw.db"))?;
    std::fs::write(named("raw.db-wal"), "a log")?;
    std::fs::write(named("empty.db"), "")?;
    for (name, words) in [
        ("text.db", "not a database"),
        ("half.db", "half.db"),
        ("damaged.db", "damaged.db"),
        ("raw.db", "a log lies beside it"),
        ("empty.db", "no store of sunmao"),
        ("missing.db", "missing.db"),
    ] {
        let error = restore(&named(name), &path, NOW).await.expect_err(name);
        assert!(error.to_string().contains(words), "{name}: {error}");
        assert!(!error.hint().is_empty(), "{name}");
        assert_eq!(std::fs::read(&path)?, whole, "{name}");
    }
    assert!(!named("missing.db").exists());
    Ok(())
}

/// Twenty places all over the file, one at a time.
#[tokio::test]
async fn a_store_that_was_damaged_anywhere_does_not_open() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    filed(&path, 0..300).await?;
    let whole = std::fs::read(&path)?;
    let pages = whole.len() / PAGE;
    assert!(pages > 60, "{pages}");
    for place in 0..20 {
        let page = place * (pages - 1) / 19;
        spoil(&path, page)?;
        let error = match Store::open(&path).await {
            Ok(_) => return Err(format!("it opened with page {page} damaged").into()),
            Err(error) => error,
        };
        assert!(error.to_string().contains("sunmao.db"), "{error}");
        assert!(
            error.hint().contains("restore"),
            "page {page}: {error}: {}",
            error.hint()
        );
        std::fs::write(&path, &whole)?;
    }
    let store = Store::open(&path).await?;
    assert!(has(&store, 299).await?);
    store.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_store_is_measured_while_it_is_worked_on() -> Outcome {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("sunmao.db");
    let store = Store::open(&path).await?;
    for id in 0..100 {
        file(&store, id).await?;
    }
    let day = SignedDuration::from_hours(24);
    let figures = measure(&path, NOW + day).await?;
    let records = figures
        .tables
        .iter()
        .find(|table| table.table == "records")
        .ok_or("records")?;
    assert_eq!((records.rows, records.new), (100, 100));
    // A body has some 200 bytes.
    assert!((20_000..200_000).contains(&records.bytes), "{records:?}");
    assert!(figures.growth() > 20_000 / u64::from(figures.days), "{figures:?}");
    assert!(figures.free_on_disk.is_some());
    let later = measure(&path, NOW + day * 30).await?;
    assert_eq!(later.growth(), 0, "{later:?}");
    store.close().await?;
    Ok(())
}

const PAGE: usize = 4_096;

/// Writes over a page.
fn spoil(path: &Path, page: usize) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(u64::try_from(page * PAGE).unwrap_or_default()))?;
    file.write_all(&[0xA5; PAGE])
}
