//! The case of what waits for a record that says something of itself.

use super::{at, event, later, lease};
use crate::{Cause, DeliveryId, NewRecord, PutOff, RecordName, Store, StoreError, awaited_record};

async fn due(store: &Store, id: DeliveryId) -> Result<Option<i64>, StoreError> {
    let record = store.deliveries.get(id).await?;
    Ok(record.map(|record| record.due_at.duration_since(at(0)).as_secs()))
}

fn put_off(cause: Cause) -> PutOff {
    PutOff {
        cause,
        ..later(at(300), "why")
    }
}

/// By what it is found by in its normal form, or by a member of its body as that says it; whatever else is filed leaves it
/// alone.
pub async fn what_waits_for_a_record_is_due_once_one_says_so_of_itself(
    store: &Store,
) -> Result<(), StoreError> {
    let deliveries = &store.deliveries;
    let batch = ["a", "b", "c", "d"].map(|key| event(key, key));
    deliveries.enqueue(batch.to_vec(), at(0)).await?;
    let wanted = [
        ("product", "number", "cp-1"),
        ("product", "name", "泵 50% A_B"),
        ("product", "units", "7"),
        ("contact", "number", "cp-1"),
    ];
    let mut ids = Vec::new();
    for (leased, (kind, member, value)) in lease(store, 0).await?.into_iter().zip(wanted) {
        ids.push(leased.delivery.id);
        let cause = Cause::WaitsFor(awaited_record(kind, member, value));
        deliveries.release(leased.lease, put_off(cause), at(0)).await?;
    }
    let file = async |id: &str, body: &str, number: &str, now: i64| {
        let record = NewRecord {
            identities: vec![("number".to_owned(), number.to_owned())],
            ..NewRecord::saved(RecordName::new("product", id), body)
        };
        store
            .records
            .accept(vec![record], Vec::new(), "test", at(now))
            .await
    };
    file(
        "1",
        r#"{"number":"CP-2","name":"泵 50% A_C","units":70}"#,
        "cp-2",
        4,
    )
    .await?;
    for id in &ids {
        assert_eq!(due(store, *id).await?, Some(300), "nothing that is wanted");
    }
    file("1", r#"{"number":"CP-1"}"#, "cp-1", 5).await?;
    assert_eq!(due(store, ids[0]).await?, Some(5));
    assert_eq!(due(store, ids[1]).await?, Some(300));
    file(
        "2",
        r#"{"name":"泵 50% A_B","units":7,"lines":[{"units":7}]}"#,
        "cp-3",
        6,
    )
    .await?;
    assert_eq!(due(store, ids[1]).await?, Some(6));
    assert_eq!(due(store, ids[2]).await?, Some(6));
    assert_eq!(due(store, ids[3]).await?, Some(300), "of another kind");
    Ok(())
}
