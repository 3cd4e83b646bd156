//! Cases for [`Unshown`](crate::Unshown).

use super::at;
use crate::{Store, StoreError, UnshownField};

/// Each account, operation and field is learned by itself.
pub async fn a_field_is_new_once_and_counted(store: &Store) -> Result<(), StoreError> {
    let note = |account, field, now| {
        store
            .unshown
            .note(account, "customers.save-company", field, at(now))
    };
    assert!(note("main", "notes", 0).await?);
    assert!(!note("main", "notes", 5).await?);
    assert!(note("main", "fax", 6).await?);
    assert!(note("branch", "notes", 7).await?);
    let expected = UnshownField {
        account: "main".to_owned(),
        operation: "customers.save-company".to_owned(),
        field: "notes".to_owned(),
        times: 2,
        first_at: at(0),
    };
    let known = store.unshown.of("main", "customers.save-company").await?;
    let fields: Vec<&str> = known.iter().map(|known| known.field.as_str()).collect();
    assert_eq!(fields, ["fax", "notes"]);
    assert_eq!(known[1], expected);
    assert_eq!(store.unshown.of("main", "contracts.create").await?, []);
    let all = store.unshown.list().await?;
    let all: Vec<_> = all
        .iter()
        .map(|known| (known.account.as_str(), known.field.as_str()))
        .collect();
    assert_eq!(all, [("branch", "notes"), ("main", "fax"), ("main", "notes")]);
    Ok(())
}
