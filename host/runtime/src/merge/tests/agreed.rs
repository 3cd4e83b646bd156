//! What both sides are known to have agreed on, and how long.

use super::{WRITE, push, record};
use crate::merge::{Agreed, Direction, Left, Sides, Snapshot, compare};
use sunmao_catalogue::{Record, Value};

#[test]
fn what_a_record_was_made_of_stays_although_the_hub_has_no_word_for_it() {
    let source = |code: i64| Record::from_iter([("source".to_owned(), Value::Integer(code))]);
    let (hub, erp) = (source(173), source(977));
    let mut agreed = Agreed::default();
    agreed.made_for_push(WRITE.vocabulary(), &hub, &erp);
    let merged = |hub: &Record, erp: &Record| {
        let sides = Sides {
            base: &agreed.erp,
            shown: &agreed.shown,
            hub,
            erp,
        };
        let compared = compare(WRITE.vocabulary(), sides);
        assert_eq!(compared.disputed(), []);
        compared.decide(Vec::new()).for_erp()
    };
    assert!(merged(&hub, &erp).is_empty(), "neither has changed");
    assert_eq!(merged(&source(171), &erp), source(171), "the hub changed it");
    assert!(merged(&hub, &source(174)).is_empty(), "the ERP changed it");
}

#[test]
fn how_a_record_was_made_is_known_until_the_other_direction_has_looked() {
    let seen = |by, made| Snapshot {
        by,
        hub: Record::default(),
        erp: Record::default(),
        made,
    };
    let mut agreed = Agreed::default();
    agreed.looked(seen(Direction::Pull, true), Left::Alike);
    agreed.looked(seen(Direction::Pull, false), Left::Alike);
    assert!(agreed.unseen(Direction::Push)[0].made);
    agreed.looked(seen(Direction::Push, false), Left::Alike);
    assert_eq!(agreed.unseen(Direction::Push), []);
}

#[test]
fn what_both_have_emptied_is_agreed_on_no_more() {
    let mut agreed = Agreed {
        erp: record(&[("email", "a@x.cn"), ("remarks", "old")]),
        shown: record(&[("email", "a@x.cn"), ("remarks", "old")]),
        ..Agreed::default()
    };
    // The other direction saw that neither has an address any more, and that the remarks differ.
    agreed.met_for_push(
        WRITE.vocabulary(),
        &record(&[("remarks", "new")]),
        &record(&[("remarks", "old")]),
    );
    assert_eq!(agreed.erp, record(&[("remarks", "old")]));
    // Whoever writes one now is alone in it.
    let (hub, erp) = (
        record(&[("remarks", "old")]),
        record(&[("email", "b@x.cn"), ("remarks", "old")]),
    );
    let compared = push(&agreed.erp, &hub, &erp);
    assert_eq!(compared.disputed(), []);
    assert!(compared.decide(Vec::new()).for_erp().is_empty());
}

#[test]
fn what_a_colleague_changes_while_the_hub_writes_is_not_taken_for_what_was_agreed_on() {
    let base = record(&[("email", "a@x.cn"), ("remarks", "old")]);
    let hub = record(&[("email", "a@x.cn"), ("remarks", "new")]);
    let merged = push(&base, &hub, &base).decide(Vec::new());
    // The remarks were written; when that was read back, somebody had saved another address.
    let now = record(&[("email", "b@x.cn"), ("remarks", "new")]);
    assert_eq!(merged.left_in_the_erp(&now), Left::Differing);
    assert_eq!(merged.left_in_the_erp(&hub), Left::Alike);
    let mut agreed = Agreed::default();
    agreed.pushed(&merged, &now);
    assert_eq!(agreed.shown, hub);
    let sides = Sides {
        base: &agreed.erp,
        shown: &agreed.shown,
        hub: &hub,
        erp: &now,
    };
    let compared = compare(WRITE.vocabulary(), sides);
    assert!(compared.has_news_of_erp());
    assert_eq!(compared.disputed(), []);
}
