//! Merges by example; [`every`] merges whatever there is, [`forms`] is what an ERP is sent, [`unseen`]
//! what nobody saw the end of.

mod agreed;
mod every;
mod forms;
mod unseen;

use super::*;
use jiff::Timestamp;
use std::sync::{Arc, LazyLock};
use sunmao_catalogue::{Catalogue, Kinds, Record, RecordKind, Value};

/// The write that the tests merge for.
pub(super) struct SaveCompany(Arc<Catalogue>);

impl SaveCompany {
    pub(super) fn vocabulary(&self) -> Vocabulary<'_> {
        Vocabulary::of_write(&self.0, self.0.find("customers.save-company").unwrap())
    }
}

pub(super) static WRITE: LazyLock<SaveCompany> = LazyLock::new(|| SaveCompany(Catalogue::shared()));

pub(super) fn contact() -> Arc<RecordKind> {
    let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
    kinds.find("contact").unwrap().clone()
}

fn record(members: &[(&str, &str)]) -> Record {
    let members = members.iter();
    members
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect()
}

static NOTHING: LazyLock<Record> = LazyLock::new(Record::default);

fn push<'a>(base: &'a Record, hub: &'a Record, erp: &'a Record) -> Compared<'a> {
    let sides = Sides {
        base,
        shown: &NOTHING,
        hub,
        erp,
    };
    compare(WRITE.vocabulary(), sides)
}

#[test]
fn a_colleagues_corrections_stay_when_the_hub_changes_something_else() {
    let base = record(&[
        ("customer-name", "榫卯木业"),
        ("mobile", "13800138000"),
        ("email", "a@x.cn"),
        ("remarks", "old"),
    ]);
    let hub = record(&[
        ("customer-name", "榫卯木业"),
        ("mobile", "13800138000"),
        ("email", "a@x.cn"),
        ("remarks", "new"),
    ]);
    let erp = record(&[
        ("customer-name", "榫卯木业有限公司"),
        ("mobile", "13900139000"),
        ("email", "b@x.cn"),
        ("remarks", "old"),
        ("job", "经理"),
    ]);
    let compared = push(&base, &hub, &erp);
    assert_eq!(compared.disputed(), []);
    let merged = compared.decide(Vec::new());
    assert_eq!(merged.for_erp(), record(&[("remarks", "new")]));
    // The whole form says what the ERP has, and the one thing that is new.
    let form = merged.form(&erp);
    assert_eq!(form.get("mobile"), Some(&"13900139000".into()));
    assert_eq!(form.get("job-title"), Some(&"经理".into()));
    assert_eq!(form.get("remarks"), Some(&"new".into()));
    // What the colleague changed is agreed on only once the hub has it: until then another write must not undo it.
    let agreed = merged.agreed(Target::Erp);
    assert_eq!(agreed.get("remarks"), Some(&"new".into()));
    assert_eq!(agreed.get("mobile"), Some(&"13800138000".into()));
    let again = record(&[
        ("customer-name", "榫卯木业有限公司"),
        ("mobile", "13900139000"),
        ("email", "b@x.cn"),
        ("remarks", "new"),
    ]);
    assert!(
        push(&agreed, &hub, &again)
            .decide(Vec::new())
            .for_erp()
            .is_empty()
    );
}

#[test]
fn a_member_that_is_left_out_is_emptied_in_the_erp_if_both_had_it() {
    let base = record(&[("mobile", "13800138000"), ("remarks", "old")]);
    let hub = record(&[("mobile", "13800138000")]);
    let erp = record(&[("mobile", "13800138000"), ("remarks", "old"), ("job", "经理")]);
    let merged = push(&base, &hub, &erp).decide(Vec::new());
    assert_eq!(merged.for_erp(), record(&[("remarks", "")]));
    assert_eq!(merged.form(&erp).get("remarks"), Some(&"".into()));
    assert_eq!(merged.agreed(Target::Erp), record(&[("mobile", "13800138000")]));
}

#[test]
fn what_only_one_side_ever_had_is_taken_and_what_differs_at_the_first_meeting_is_disputed() {
    let hub = record(&[
        ("mobile", "13800138000"),
        ("email", "a@x.cn"),
        ("wechat", "sunmao"),
    ]);
    let erp = record(&[
        ("mobile", "+86 138-0013-8000"),
        ("email", "b@x.cn"),
        ("wechat", ""),
        ("job", "经理"),
    ]);
    let compared = push(&NOTHING, &hub, &erp);
    let disputed: Vec<_> = compared
        .disputed()
        .iter()
        .map(|disputed| &*disputed.field)
        .collect();
    assert_eq!(disputed, ["email"]);
    let merged = compared.decide(vec![Verdict::Undecided]);
    assert_eq!(merged.for_erp(), record(&[("wechat", "sunmao")]));
    assert_eq!(merged.form(&erp).get("email"), Some(&"b@x.cn".into()));
    assert_eq!(merged.undecided().len(), 1);
    assert_eq!(merged.agreed(Target::Erp).get("email"), None);
    assert_eq!(merged.agreed(Target::Erp).get("wechat"), Some(&"sunmao".into()));
}

#[test]
fn what_a_page_does_not_show_or_says_in_its_own_words_has_not_changed() {
    let base = record(&[("credit-rating", "A"), ("customer-industry", "139")]);
    let shown = record(&[("customer-industry", "印刷业")]);
    let hub = record(&[("credit-rating", "B"), ("customer-industry", "139")]);
    let erp = record(&[("customer-industry", "印刷业")]);
    let sides = Sides {
        base: &base,
        shown: &shown,
        hub: &hub,
        erp: &erp,
    };
    let merged = compare(WRITE.vocabulary(), sides).decide(Vec::new());
    assert_eq!(merged.for_erp(), record(&[("credit-rating", "B")]));
    // A colleague chose another one: the word is another, and stays.
    let erp = record(&[("customer-industry", "银行业")]);
    let sides = Sides { erp: &erp, ..sides };
    let merged = compare(WRITE.vocabulary(), sides).decide(Vec::new());
    assert_eq!(merged.for_erp(), record(&[("credit-rating", "B")]));
    assert_eq!(
        merged.agreed(Target::Erp).get("customer-industry"),
        Some(&"139".into())
    );
}

#[test]
fn the_installations_own_fields_travel_as_extra_and_settle() {
    let extra: Record = [("zdy1".to_owned(), Value::from("金牌"))].into_iter().collect();
    let hub: Record = [("extra".to_owned(), Value::from(extra))].into_iter().collect();
    let erp = Record::default();
    let merged = push(&NOTHING, &hub, &erp).decide(Vec::new());
    assert_eq!(merged.for_erp(), hub);
    let agreed = merged.agreed(Target::Erp);
    assert!(push(&agreed, &hub, &erp).decide(Vec::new()).for_erp().is_empty());
}

#[test]
fn verdicts_end_disputes_for_either_side() {
    let base = record(&[("phone", "1"), ("email", "b"), ("address", "c"), ("notes", "d")]);
    let hub = record(&[
        ("phone", "10"),
        ("email", "20"),
        ("address", "30"),
        ("notes", "40"),
    ]);
    let erp = record(&[
        ("phone", "11"),
        ("email", "21"),
        ("address", "31"),
        ("notes", "41"),
    ]);
    let kind = contact();
    let sides = Sides {
        base: &base,
        shown: &NOTHING,
        hub: &hub,
        erp: &erp,
    };
    let compared = compare(Vocabulary::Members(&kind.fields), sides);
    let fields: Vec<_> = compared
        .disputed()
        .iter()
        .map(|disputed| disputed.field.clone())
        .collect();
    assert_eq!(fields, ["phone", "email", "address", "notes"]);
    let verdicts = vec![
        Verdict::Hub,
        Verdict::Erp,
        Verdict::Value("both".into()),
        Verdict::Undecided,
    ];
    let merged = compared.decide(verdicts);
    assert_eq!(merged.for_hub(), record(&[("email", "21"), ("address", "both")]));
    assert_eq!(
        merged.body(&hub),
        record(&[
            ("phone", "10"),
            ("email", "21"),
            ("address", "both"),
            ("notes", "40")
        ])
    );
    assert_eq!(merged.for_erp(), record(&[("phone", "10"), ("address", "both")]));
    // Only what both sides have in the end is agreed on.
    assert_eq!(
        merged.agreed(Target::Hub),
        record(&[("phone", "1"), ("email", "21"), ("address", "c"), ("notes", "d")])
    );
}

#[test]
fn an_absent_member_is_its_default_and_no_score_is_not_a_score_of_nothing() {
    let kind = contact();
    let vocabulary = Vocabulary::Members(&kind.fields);
    let same = |field: &str, one: Value, other: Value| {
        let one: Record = [(field.to_owned(), one)].into_iter().collect();
        let other: Record = [(field.to_owned(), other)].into_iter().collect();
        compare_one(vocabulary, &one, &other)
    };
    assert!(same("phone_verified", Value::Null, false.into()));
    assert!(same("source", Value::Null, "wechat".into()));
    assert!(!same("source", Value::Null, "manual".into()));
    assert!(!same("score", Value::Null, 0.into()));
    assert!(same("phone", "+86 138 0013 8000".into(), "13800138000".into()));
    assert!(!same("company_name", "榫卯(上海)".into(), "榫卯木业".into()));
}

fn compare_one(vocabulary: Vocabulary<'_>, one: &Record, other: &Record) -> bool {
    let sides = Sides {
        base: &NOTHING,
        shown: &NOTHING,
        hub: one,
        erp: other,
    };
    let compared = compare(vocabulary, sides);
    let is_settled = compared.disputed().is_empty();
    let merged = compared.decide(Vec::new());
    is_settled && merged.for_erp().is_empty() && merged.for_hub().is_empty()
}

#[test]
fn the_newer_one_is_the_hubs_where_nobody_knows_and_proved_is_what_the_record_says() {
    let time = |text: &str| Some(text.parse::<Timestamp>().unwrap());
    let (early, late) = (time("2026-01-01T00:00:00Z"), time("2026-01-02T00:00:00Z"));
    let proved: Record = [("phone_verified".to_owned(), Value::Bool(true))]
        .into_iter()
        .collect();
    let unproved: Record = [("phone_verified".to_owned(), Value::Bool(false))]
        .into_iter()
        .collect();
    let at = |hub, hub_changed_at, erp_changed_at| Circumstances {
        hub,
        hub_changed_at,
        erp_changed_at,
    };
    let newer = |hub, erp| Ruling::Newer.verdict("email", &at(&proved, hub, erp));
    assert_eq!(newer(early, late), Verdict::Erp);
    assert_eq!(newer(late, early), Verdict::Hub);
    assert_eq!(newer(None, late), Verdict::Hub);
    assert_eq!(newer(early, None), Verdict::Hub);
    let rule = |field, hub| Ruling::ErpUnlessVerified.verdict(field, &at(hub, None, None));
    for field in ["phone", "mobile", "customer-name"] {
        assert_eq!(rule(field, &proved), Verdict::Hub, "{field}");
        assert_eq!(rule(field, &unproved), Verdict::Erp, "{field}");
        assert_eq!(rule(field, &NOTHING), Verdict::Erp, "{field}");
    }
    let mixed: Record = [("phone_verified", true), ("email_verified", false)]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Value::Bool(value)))
        .collect();
    assert_eq!(rule("email", &mixed), Verdict::Erp, "it has one of its own");
}

#[test]
fn a_colleagues_edit_is_not_taken_for_what_was_shown_when_both_agreed() {
    let mut agreed = Agreed::default();
    let hub = record(&[("customer-industry", "139"), ("remarks", "a")]);
    agreed.wrote(
        WRITE.vocabulary(),
        &hub,
        &record(&[("customer-industry", "印刷业"), ("remarks", "a")]),
    );
    assert_eq!(agreed.erp, hub);
    // A colleague changes both, and a push that has nothing to say of them looks.
    let erp = record(&[("customer-industry", "银行业"), ("remarks", "b")]);
    let base = agreed.clone();
    let sides = |hub| Sides {
        base: &base.erp,
        shown: &base.shown,
        hub,
        erp: &erp,
    };
    let merged = compare(WRITE.vocabulary(), sides(&hub)).decide(Vec::new());
    assert!(merged.for_erp().is_empty());
    assert_eq!(merged.left(Target::Erp), Left::Differing);
    agreed.pushed(&merged, &erp);
    assert_eq!(agreed.erp, base.erp);
    assert_eq!(agreed.shown, base.shown);
    // Then the hub changes both: neither side may silently win.
    let hub = record(&[("customer-industry", "137"), ("remarks", "c")]);
    let compared = compare(WRITE.vocabulary(), sides(&hub));
    let disputed: Vec<_> = compared.disputed().iter().map(|one| one.field.as_str()).collect();
    assert_eq!(disputed, ["customer-industry", "remarks"]);
}

#[test]
fn what_a_link_keeps_is_read_back_and_what_cannot_be_read_is_nothing() {
    let agreed = Agreed {
        erp: record(&[("mobile", "13800138000")]),
        seen: vec![Snapshot {
            by: Direction::Push,
            hub: Record::default(),
            erp: Record::default(),
            made: false,
        }],
        ..Agreed::default()
    };
    assert_eq!(Agreed::read(Some(&agreed.write())), agreed);
    assert_eq!(agreed.unseen(Direction::Pull).len(), 1);
    assert_eq!(agreed.unseen(Direction::Push).len(), 0);
    assert_eq!(Agreed::read(Some("{")), Agreed::default());
    assert_eq!(Agreed::read(None), Agreed::default());
}
