//! Cases for [`Sweeps`](crate::Sweeps).

use super::at;
use crate::{Store, StoreError, SweptPage};

const NAME: &str = "pull customers.list";

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn page(next: u32, seen: &[&str], changed: &[(&str, &str)]) -> SweptPage {
    SweptPage {
        next,
        total: 4,
        keys: keys(seen),
        changed: changed
            .iter()
            .map(|(key, fingerprint)| ((*key).to_owned(), (*fingerprint).to_owned()))
            .collect(),
    }
}

/// A whole sweep that sees these keys; the missed among them are noted. Says how many are missed.
async fn sweep(store: &Store, seen: &[&str]) -> Result<u64, StoreError> {
    store.sweeps.begin(NAME, at(0)).await?;
    let known = store.sweeps.fingerprints(NAME, &keys(seen)).await?;
    let new: Vec<(&str, &str)> = seen
        .iter()
        .filter(|key| !known.contains_key(**key))
        .map(|key| (*key, "1"))
        .collect();
    store.sweeps.take(NAME, page(2, seen, &new), at(1)).await?;
    store.sweeps.finish(NAME).await
}

/// Also after the program was killed: what is there is on disk.
pub async fn a_sweep_goes_on_at_its_page(store: &Store) -> Result<(), StoreError> {
    let sweeps = &store.sweeps;
    assert_eq!(sweeps.under_way(NAME).await?, None);
    let begun = sweeps.begin(NAME, at(1)).await?;
    assert_eq!((begun.page, begun.rows, begun.began_at), (1, 0, at(1)));
    sweeps
        .take(NAME, page(2, &["a", "b"], &[("a", "1")]), at(1))
        .await?;
    sweeps.take(NAME, page(3, &["c", "d"], &[]), at(1)).await?;
    let again = sweeps.begin(NAME, at(9)).await?;
    assert_eq!((again.page, again.rows, again.changed), (3, 4, 1));
    assert_eq!((again.total, again.began_at), (4, at(1)));
    assert_eq!(sweeps.under_way(NAME).await?, Some(again));
    let mut seen = sweeps.seen(NAME).await?;
    seen.sort();
    assert_eq!(seen, ["a", "b", "c", "d"]);
    sweeps.finish(NAME).await?;
    assert_eq!(sweeps.under_way(NAME).await?, None);
    assert_eq!(sweeps.seen(NAME).await?, keys(&[]));
    Ok(())
}

/// A row that was never seen has none.
pub async fn only_changed_rows_have_another_fingerprint(store: &Store) -> Result<(), StoreError> {
    let sweeps = &store.sweeps;
    sweeps.begin(NAME, at(0)).await?;
    sweeps
        .take(NAME, page(2, &["a", "b"], &[("a", "1"), ("b", "1")]), at(1))
        .await?;
    sweeps
        .note(NAME, page(0, &[], &[("b", "2"), ("c", "3")]).changed, at(1))
        .await?;
    let known = sweeps.fingerprints(NAME, &keys(&["a", "b", "c", "d"])).await?;
    assert_eq!(known.len(), 3);
    assert_eq!(
        (known["a"].as_str(), known["b"].as_str(), known["c"].as_str()),
        ("1", "2", "3")
    );
    assert_eq!(sweeps.known(NAME).await?, 3);
    Ok(())
}

/// In a row, and not before.
pub async fn what_two_whole_sweeps_miss_is_gone(store: &Store) -> Result<(), StoreError> {
    let sweeps = &store.sweeps;
    assert_eq!(sweep(store, &["a", "b", "c"]).await?, 0);
    assert_eq!(sweep(store, &["a"]).await?, 2);
    sweeps.begin(NAME, at(0)).await?;
    sweeps.take(NAME, page(2, &["a"], &[]), at(1)).await?;
    assert_eq!(sweeps.gone(NAME, 1).await?, ["b"]);
    assert_eq!(sweeps.gone(NAME, 10).await?, ["b", "c"]);
    sweeps.forget(NAME, keys(&["b", "c"])).await?;
    assert_eq!(sweeps.gone(NAME, 10).await?, keys(&[]));
    assert_eq!(sweeps.finish(NAME).await?, 0);
    assert_eq!(sweeps.known(NAME).await?, 1);
    Ok(())
}

/// One that was looked for by itself and missed is gone once a whole sweep misses it too, and the reverse.
pub async fn what_is_missed_by_itself_counts_like_a_sweep(store: &Store) -> Result<(), StoreError> {
    sweep(store, &["a", "b"]).await?;
    assert_eq!(store.sweeps.miss(NAME, "b").await?, 1);
    store.sweeps.begin(NAME, at(0)).await?;
    store.sweeps.take(NAME, page(2, &["a"], &[]), at(1)).await?;
    assert_eq!(store.sweeps.gone(NAME, 10).await?, ["b"]);
    store.sweeps.finish(NAME).await?;
    assert_eq!(store.sweeps.miss(NAME, "b").await?, 3);
    assert_eq!(store.sweeps.miss(NAME, "c").await?, 0, "never seen");
    Ok(())
}

/// By a sweep or by a look at what is new.
pub async fn what_comes_back_is_not_missed(store: &Store) -> Result<(), StoreError> {
    sweep(store, &["a", "b", "c"]).await?;
    assert_eq!(sweep(store, &["a"]).await?, 2);
    assert_eq!(sweep(store, &["a", "b"]).await?, 1);
    store
        .sweeps
        .note(NAME, page(0, &[], &[("c", "2")]).changed, at(1))
        .await?;
    store.sweeps.begin(NAME, at(0)).await?;
    assert_eq!(store.sweeps.gone(NAME, 10).await?, keys(&[]));
    Ok(())
}

/// Two flows may read the same list.
pub async fn sweeps_do_not_see_each_others_rows(store: &Store) -> Result<(), StoreError> {
    sweep(store, &["a"]).await?;
    let other = "mirror customers.list";
    assert!(store.sweeps.fingerprints(other, &keys(&["a"])).await?.is_empty());
    store.sweeps.begin(other, at(0)).await?;
    assert_eq!(store.sweeps.gone(other, 10).await?, keys(&[]));
    assert_eq!(store.sweeps.finish(other).await?, 0);
    assert_eq!(store.sweeps.known(NAME).await?, 1);
    Ok(())
}

/// None of them is missed by it.
pub async fn a_sweep_that_was_given_up_misses_nothing(store: &Store) -> Result<(), StoreError> {
    sweep(store, &["a", "b"]).await?;
    store.sweeps.begin(NAME, at(0)).await?;
    store.sweeps.take(NAME, page(2, &["a"], &[]), at(1)).await?;
    store.sweeps.abandon(NAME).await?;
    assert_eq!(store.sweeps.under_way(NAME).await?, None);
    assert_eq!(sweep(store, &["a", "b"]).await?, 0);
    Ok(())
}

/// By a whole sweep as of its beginning, though it writes no row that is as it was; by itself; and never by one that missed it.
pub async fn a_row_was_last_seen_by_whoever_saw_it_last(store: &Store) -> Result<(), StoreError> {
    let sweeps = &store.sweeps;
    let seen = async |key: &str| sweeps.seen_at(NAME, key).await;
    assert_eq!(seen("a").await?, None);
    sweeps.begin(NAME, at(10)).await?;
    let page_of = |keys: &[&str], new: &[(&str, &str)]| page(2, keys, new);
    sweeps
        .take(NAME, page_of(&["a", "b"], &[("a", "1"), ("b", "1")]), at(12))
        .await?;
    assert_eq!(seen("a").await?, Some(at(12)));
    assert_eq!(seen("c").await?, None, "the sweep is not whole yet");
    sweeps.finish(NAME).await?;
    assert_eq!(seen("a").await?, Some(at(12)));
    assert_eq!(seen("c").await?, Some(at(10)), "it was not there");
    sweeps.begin(NAME, at(20)).await?;
    sweeps.take(NAME, page_of(&["a"], &[]), at(22)).await?;
    sweeps.finish(NAME).await?;
    assert_eq!(seen("a").await?, Some(at(20)));
    assert_eq!(seen("b").await?, Some(at(12)), "missed");
    sweeps
        .note(NAME, vec![("b".to_owned(), "1".to_owned())], at(25))
        .await?;
    assert_eq!(seen("b").await?, Some(at(25)));
    sweeps.begin(NAME, at(30)).await?;
    sweeps.abandon(NAME).await?;
    assert_eq!(seen("a").await?, Some(at(20)), "what was given up says nothing");
    assert_eq!(sweeps.seen_at("another customers.list", "a").await?, None);
    Ok(())
}
