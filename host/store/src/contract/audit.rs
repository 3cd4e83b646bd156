//! Cases for [`AuditLog`](crate::AuditLog).

use super::{at, audit_row};
use crate::{AuditEntry, AuditFilter, AuditRow, Store, StoreError};

fn operations(entries: &[AuditEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.row.operation.as_str()).collect()
}

/// With everything there is to say, and with as little as possible.
pub async fn rows_come_back_as_they_were(store: &Store) -> Result<(), StoreError> {
    let full = AuditRow {
        error_kind: Some("refused".to_owned()),
        message: Some("客户名称\"重复\"\0\u{1}".to_owned()),
        duration_micros: i64::MAX,
        ..audit_row("customers.save-company")
    };
    let bare = AuditRow {
        menu_id: None,
        subject: None,
        arguments: None,
        at: at(9),
        ..audit_row("session.login")
    };
    store.audit.append(vec![full.clone(), bare.clone()]).await?;
    let rows: Vec<_> = store
        .audit
        .tail(None, 10, AuditFilter::default())
        .await?
        .into_iter()
        .map(|entry| entry.row)
        .collect();
    assert_eq!(rows, [full, bare]);
    Ok(())
}

/// The last ones first, then whatever follows; each part of the filter counts.
pub async fn the_tail_follows_and_filters(store: &Store) -> Result<(), StoreError> {
    let by = |actor: &str, operation: &str, outcome: &str| AuditRow {
        actor: actor.to_owned(),
        outcome: outcome.to_owned(),
        ..audit_row(operation)
    };
    let rows = vec![
        by("p", "a.list", "read"),
        by("q", "a.list", "read"),
        by("p", "b.save", "refused"),
        by("p", "c.save", "applied"),
    ];
    store.audit.append(rows).await?;
    let last = store.audit.tail(None, 2, AuditFilter::default()).await?;
    assert_eq!(operations(&last), ["b.save", "c.save"]);
    store
        .audit
        .append(vec![by("q", "d.save", "applied"), by("q", "e.save", "applied")])
        .await?;
    let all = AuditFilter::default();
    let next = store.audit.tail(Some(last[1].sequence), 1, all.clone()).await?;
    assert_eq!(operations(&next), ["d.save"]);
    assert_eq!(
        operations(&store.audit.tail(Some(next[0].sequence), 9, all.clone()).await?),
        ["e.save"]
    );
    assert_eq!(store.audit.tail(Some(next[0].sequence + 1), 9, all).await?, []);

    let actor = AuditFilter {
        actor: Some("p".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(
        operations(&store.audit.tail(None, 2, actor.clone()).await?),
        ["b.save", "c.save"]
    );
    assert_eq!(
        operations(&store.audit.tail(Some(0), 2, actor.clone()).await?),
        ["a.list", "b.save"]
    );
    let outcome = AuditFilter {
        outcome: Some("refused".to_owned()),
        ..actor
    };
    assert_eq!(operations(&store.audit.tail(None, 9, outcome).await?), ["b.save"]);
    let operation = AuditFilter {
        operation: Some("a.list".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(store.audit.tail(None, 9, operation.clone()).await?.len(), 2);
    assert_eq!(store.audit.tail(Some(0), 1, operation).await?.len(), 1);
    Ok(())
}

/// The writer comes round by itself.
pub async fn held_rows_come_without_another_write(store: &Store) -> Result<(), StoreError> {
    store.audit.append_later(audit_row("customers.list")).await?;
    loop {
        let entries = store.audit.tail(None, 10, AuditFilter::default()).await?;
        if !entries.is_empty() {
            assert_eq!(operations(&entries), ["customers.list"]);
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}

/// A write takes along what was held before it.
pub async fn held_rows_and_written_rows_keep_their_order(store: &Store) -> Result<(), StoreError> {
    for operation in ["a.list", "b.list", "c.list"] {
        store.audit.append_later(audit_row(operation)).await?;
    }
    store.audit.append(vec![audit_row("d.save")]).await?;
    let entries = store.audit.tail(None, 10, AuditFilter::default()).await?;
    assert_eq!(operations(&entries), ["a.list", "b.list", "c.list", "d.save"]);
    Ok(())
}
