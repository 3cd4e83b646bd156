//! Cases for [`PluginState`](crate::PluginState).

use crate::{StateEntry, StateRoom, Store, StoreError};

const PLENTY: StateRoom = StateRoom {
    keys: 1_000,
    bytes: 1_000_000,
};

/// Whatever text it is.
pub async fn a_written_key_is_read_back(store: &Store) -> Result<(), StoreError> {
    assert_eq!(store.state.get("p", "k").await?, None);
    for value in ["", "text", "a\0b", "客户"] {
        let revision = store.state.put("p", "k", value, PLENTY).await?;
        let entry = StateEntry {
            value: value.to_owned(),
            revision,
        };
        assert_eq!(store.state.get("p", "k").await?, Some(entry));
    }
    assert!(store.state.delete("p", "k").await?);
    assert!(!store.state.delete("p", "k").await?);
    assert_eq!(store.state.get("p", "k").await?, None);
    Ok(())
}

/// The same key is another one for another extension.
pub async fn extensions_do_not_see_each_others_keys(store: &Store) -> Result<(), StoreError> {
    store.state.put("p", "k", "1", PLENTY).await?;
    assert_eq!(store.state.get("q", "k").await?, None);
    assert!(!store.state.delete("q", "k").await?);
    assert_eq!(store.state.keys("q", "", 10).await?, [""; 0]);
    assert!(
        store
            .state
            .compare_and_set("q", "k", None, "2", PLENTY)
            .await?
            .is_some()
    );
    assert_eq!(
        store.state.get("p", "k").await?.map(|entry| entry.value),
        Some("1".to_owned())
    );
    Ok(())
}

/// Whoever comes second learns it and changes nothing.
pub async fn comparing_and_setting_loses_against_another_write(store: &Store) -> Result<(), StoreError> {
    let state = &store.state;
    let first = state.compare_and_set("p", "k", None, "1", PLENTY).await?;
    assert!(first.is_some());
    assert_eq!(state.compare_and_set("p", "k", None, "2", PLENTY).await?, None);
    let second = state.compare_and_set("p", "k", first, "3", PLENTY).await?;
    assert!(second > first);
    assert_eq!(state.compare_and_set("p", "k", first, "4", PLENTY).await?, None);
    assert_eq!(
        state
            .get("p", "k")
            .await?
            .map(|entry| (entry.value, entry.revision)),
        second.map(|second| ("3".to_owned(), second))
    );
    assert_eq!(
        state.compare_and_set("p", "absent", second, "5", PLENTY).await?,
        None
    );
    assert_eq!(state.get("p", "absent").await?, None);
    Ok(())
}

/// Else a writer that slept through a deletion would take the new value for the old.
pub async fn a_revision_never_returns(store: &Store) -> Result<(), StoreError> {
    let first = store.state.put("p", "k", "1", PLENTY).await?;
    store.state.delete("p", "k").await?;
    let second = store.state.put("p", "k", "1", PLENTY).await?;
    assert!(second > first);
    assert_eq!(
        store
            .state
            .compare_and_set("p", "k", Some(first), "2", PLENTY)
            .await?,
        None
    );
    Ok(())
}

/// Also where the prefix has characters that mean something to a database.
pub async fn keys_are_sorted_and_share_their_prefix(store: &Store) -> Result<(), StoreError> {
    for key in ["b", "a%", "a%c", "a_", "a*", "A", "客户:2", "客户:1", "客"] {
        store.state.put("p", key, "1", PLENTY).await?;
    }
    assert_eq!(store.state.keys("p", "a", 10).await?, ["a%", "a%c", "a*", "a_"]);
    assert_eq!(store.state.keys("p", "a%", 10).await?, ["a%", "a%c"]);
    assert_eq!(store.state.keys("p", "a", 2).await?, ["a%", "a%c"]);
    assert_eq!(store.state.keys("p", "客户:", 10).await?, ["客户:1", "客户:2"]);
    assert_eq!(store.state.keys("p", "", 100).await?.len(), 9);
    assert_eq!(store.state.keys("p", "z", 10).await?, [""; 0]);
    Ok(())
}

/// And a refused write changes nothing, neither what is kept nor the count of it.
pub async fn an_extension_keeps_no_more_than_its_room(store: &Store) -> Result<(), StoreError> {
    let state = &store.state;
    let room = StateRoom { keys: 2, bytes: 20 };
    state.put("p", "a", "123456789", room).await?;
    let first = state.put("p", "b", "1", room).await?;
    for _ in 0..3 {
        let refused = state.put("p", "c", "1", room).await;
        assert!(
            matches!(refused, Err(StoreError::StateFull { keys: 3, .. })),
            "{refused:?}"
        );
        let refused = state
            .compare_and_set("p", "b", Some(first), "1234567890", room)
            .await;
        assert!(
            matches!(refused, Err(StoreError::StateFull { bytes: 21, .. })),
            "{refused:?}"
        );
    }
    assert_eq!(state.keys("p", "", 10).await?, ["a", "b"]);
    state.put("q", "c", "another's room is its own", PLENTY).await?;
    // What becomes smaller is taken, also under a room that was lowered.
    let lowered = StateRoom { keys: 1, bytes: 5 };
    state.put("p", "a", "1234", lowered).await?;
    state.delete("p", "b").await?;
    assert!(state.put("p", "a", "12345", lowered).await.is_err());
    state.put("p", "b", "1234567890123", room).await?;
    // Comparing in vain needs no room.
    assert_eq!(
        state.compare_and_set("p", "c", Some(first), "1", lowered).await?,
        None
    );
    Ok(())
}
