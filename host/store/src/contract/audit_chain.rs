//! Cases for the chain of the [`AuditLog`](crate::AuditLog).

use super::intents::{ended, open, save};
use super::{at, audit_row};
use crate::{AuditFilter, AuditRow, ChainReport, IntentOutcome, Store, StoreError, verify_chain};
use jiff::Timestamp;

async fn verify(store: &Store) -> Result<ChainReport, StoreError> {
    verify_chain(&*store.audit, None).await
}

async fn rows(store: &Store) -> Result<usize, StoreError> {
    Ok(store
        .audit
        .tail(Some(0), 1_000, AuditFilter::default())
        .await?
        .len())
}

fn read_at(second: i64) -> AuditRow {
    AuditRow {
        at: at(second),
        ..audit_row("customers.list")
    }
}

/// Forgets until there is no more to forget.
async fn prune(store: &Store, before: Timestamp) -> Result<u64, StoreError> {
    let mut gone = 0;
    loop {
        match store.audit.prune(before).await? {
            0 => return Ok(gone),
            some => gone += some,
        }
    }
}

/// Rows that came whole, and a write that began, was overtaken, and ended.
pub async fn everything_that_is_said_is_bound_to_what_was_said_before(
    store: &Store,
) -> Result<(), StoreError> {
    let nothing = verify(store).await?;
    assert_eq!(
        (nothing.links, nothing.head, nothing.broken),
        (0, (0, String::new()), None)
    );
    store.audit.append(vec![read_at(0), read_at(1)]).await?;
    let opened = open(store, save("k")).await?;
    store.audit.append(vec![read_at(2)]).await?;
    let under_way = verify(store).await?;
    assert_eq!((under_way.links, under_way.without_end), (4, 1));
    assert_eq!(under_way.broken, None);
    let outcome = IntentOutcome::Applied;
    store
        .intents
        .finish(opened, outcome, ended("applied", 1), at(3))
        .await?;
    let whole = verify(store).await?;
    assert_eq!((whole.links, whole.without_end, whole.head.0), (5, 0, 5));
    assert_eq!(whole.broken, None);
    // By now there are more links than rows: a row is ended by its own number, and not by that of a link.
    let opened = open(store, save("l")).await?;
    store
        .intents
        .finish(opened, outcome, ended("refused", 2), at(4))
        .await?;
    let last = store.audit.tail(None, 1, AuditFilter::default()).await?;
    assert_eq!((last[0].sequence, &*last[0].row.outcome), (5, "refused"));
    let whole = verify(store).await?;
    assert_eq!((whole.links, whole.broken), (7, None));
    assert_ne!(whole.head.1, under_way.head.1);
    // What was written down earlier is still on it, and nothing else is.
    for (known, is_there) in [
        (under_way.head.clone(), true),
        ((4, whole.head.1), false),
        ((9, under_way.head.1.clone()), false),
    ] {
        let report = verify_chain(&*store.audit, Some(&known)).await?;
        assert_eq!(report.broken.is_none(), is_there, "{known:?}");
    }
    Ok(())
}

/// The chain holds without what was forgotten, and goes on where it was.
pub async fn the_chain_holds_without_what_was_forgotten(store: &Store) -> Result<(), StoreError> {
    store.audit.append((0..10).map(read_at).collect()).await?;
    let before = verify(store).await?;
    assert_eq!(prune(store, at(4)).await?, 4);
    assert_eq!(prune(store, at(4)).await?, 0);
    let report = verify(store).await?;
    assert_eq!(
        (report.anchor.position, report.anchor.forgotten, report.links),
        (4, 4, 6)
    );
    assert_eq!((report.broken, report.head), (None, before.head.clone()));
    assert_eq!(prune(store, at(100)).await?, 6);
    store.audit.append(vec![read_at(11)]).await?;
    let report = verify_chain(&*store.audit, Some(&before.head)).await?;
    assert_eq!(
        (report.anchor.forgotten, report.head.0, report.broken),
        (10, 11, None)
    );
    assert_eq!(rows(store).await?, 1);
    // Many go portion by portion, so that nobody who writes waits for all of them.
    store
        .audit
        .append((0..2_500).map(|_| read_at(12)).collect())
        .await?;
    let first = store.audit.prune(at(13)).await?;
    assert!((1..=1_000).contains(&first), "{first}");
    assert_eq!(first + prune(store, at(13)).await?, 2_501);
    assert_eq!(verify(store).await?.broken, None);
    Ok(())
}

/// However old: what is under way stays, and a row whose end was said late stays whole with all that was said meanwhile.
pub async fn what_is_under_way_is_not_forgotten(store: &Store) -> Result<(), StoreError> {
    store.audit.append(vec![read_at(-9)]).await?;
    let opened = open(store, save("k")).await?;
    store.audit.append(vec![read_at(1)]).await?;
    assert_eq!(prune(store, at(50)).await?, 1);
    store.audit.append(vec![read_at(60)]).await?;
    let outcome = IntentOutcome::Applied;
    store
        .intents
        .finish(opened, outcome, ended("applied", 1), at(70))
        .await?;
    // Its end comes behind what is too young to go.
    assert_eq!(prune(store, at(50)).await?, 0);
    assert_eq!(verify(store).await?.broken, None);
    assert_eq!(prune(store, at(80)).await?, 3);
    let report = verify(store).await?;
    assert_eq!((report.links, report.broken), (0, None));
    Ok(())
}
