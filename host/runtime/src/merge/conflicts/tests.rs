//! One dispute is one conflict, settled once, whichever flow meets it.

use super::{Settlement, Side, outdated, settled, to_note};
use crate::merge::{Disputed, Verdict};
use jiff::Timestamp;
use sunmao_catalogue::{Catalogue, Kinds, Record, Value};
use sunmao_store::{Conflict, RecordName};

fn conflict(flow: &str, field: &str, hub: &str, erp: &str) -> Conflict {
    let json = |value: &str| Some(format!("{value:?}"));
    Conflict {
        id: 1,
        link: "customer".to_owned(),
        record: RecordName::new("contact", "42"),
        erp_key: Some(4711),
        field: field.to_owned(),
        base: None,
        hub: json(hub),
        erp: json(erp),
        hub_changed: None,
        erp_changed: None,
        flow: flow.to_owned(),
        candidates: Vec::new(),
        opened_at: Timestamp::UNIX_EPOCH,
        settlement: None,
        settled_at: None,
        closed_at: None,
    }
}

fn decided(mut conflict: Conflict, settlement: &Settlement) -> Conflict {
    conflict.settlement = Some(settlement.write());
    conflict
}

fn disputed(field: &str, hub: &str, erp: &str) -> Disputed {
    Disputed {
        field: field.to_owned(),
        base: Value::Null,
        hub: hub.into(),
        erp: erp.into(),
    }
}

#[test]
fn a_settlement_is_kept_as_its_json() {
    assert_eq!(Settlement::Take(Side::Hub).write(), r#"{"take":"hub"}"#);
    assert_eq!(Settlement::Value("x".into()).write(), r#"{"value":"x"}"#);
    assert_eq!(
        Settlement::read(r#"{"take":"erp"}"#),
        Some(Settlement::Take(Side::Erp))
    );
    assert_eq!(Settlement::read(r#"{"take":"me"}"#), None);
}

#[test]
fn what_was_settled_holds_for_these_values_under_either_flows_name_and_for_no_others() {
    let noted = conflict("customer-push", "mobile", "1", "2");
    let open = [noted.clone()];
    assert_eq!(settled(&open, &disputed("mobile", "1", "2")), None);
    let taken = [decided(noted, &Settlement::Take(Side::Hub))];
    assert_eq!(settled(&taken, &disputed("mobile", "1", "2")), Some(Verdict::Hub));
    assert_eq!(settled(&taken, &disputed("phone", "1", "2")), Some(Verdict::Hub));
    assert_eq!(
        settled(&taken, &disputed("phone", "1", "3")),
        None,
        "the ERP changed again"
    );
    assert_eq!(
        settled(&taken, &disputed("phone", "4", "2")),
        None,
        "the hub changed again"
    );
}

#[test]
fn another_value_holds_while_only_one_side_has_it_yet() {
    let settlement = Settlement::Value("3".into());
    let known = [decided(
        conflict("customer-push", "mobile", "1", "2"),
        &settlement,
    )];
    for (hub, erp) in [("1", "2"), ("1", "3"), ("3", "2")] {
        let verdict = settled(&known, &disputed("phone", hub, erp));
        assert_eq!(verdict, Some(Verdict::Value("3".into())), "{hub} {erp}");
    }
}

#[test]
fn a_conflict_of_its_own_field_is_not_settled_by_anothers_equal_values() {
    let known = [
        decided(
            conflict("push", "customer-name", "a", "b"),
            &Settlement::Take(Side::Erp),
        ),
        conflict("push", "contact-name", "a", "b"),
    ];
    assert_eq!(settled(&known, &disputed("contact-name", "a", "b")), None);
    assert_eq!(
        settled(&known, &disputed("customer-name", "a", "b")),
        Some(Verdict::Erp)
    );
}

#[test]
fn what_another_flow_noted_is_not_noted_again() {
    let known = [conflict("customer-push", "mobile", "1", "2")];
    let undecided = vec![disputed("phone", "1", "2"), disputed("email", "3", "4")];
    let noted = to_note("customer-pull", undecided.clone(), &known);
    assert_eq!(noted, undecided[1..]);
    let noted = to_note("customer-push", vec![disputed("mobile", "1", "2")], &known);
    assert_eq!(noted.len(), 1, "its own is noted again and stays as it is");
}

#[test]
fn a_conflict_is_over_once_a_side_has_another_value_and_not_before() {
    let kinds = Kinds::shipped(&Catalogue::shared()).unwrap();
    let kind = kinds.find("contact").unwrap();
    let of = |name: &str, value: &str| Record::from_iter([(name.to_owned(), Value::from(value))]);
    let known = [conflict("customer-pull", "phone", "1", "2")];
    let over = |hub: &Record, undecided: &[Disputed]| {
        outdated("customer-push", undecided, &known, kind, hub, &Record::default())
    };
    assert_eq!(over(&of("phone", "1"), &[]), Vec::<String>::new());
    assert_eq!(over(&of("phone", "5"), &[]), ["phone"]);
    assert_eq!(over(&Record::default(), &[]), ["phone"], "the hub has emptied it");
    assert_eq!(
        over(&of("phone", "5"), &[disputed("mobile", "1", "2")]),
        Vec::<String>::new()
    );
    // The other way round: the row tells what the ERP has now.
    let known = [conflict("customer-push", "mobile", "1", "2")];
    let over = |row: &Record| outdated("customer-pull", &[], &known, kind, &Record::default(), row);
    assert_eq!(over(&of("mobile", "2")), Vec::<String>::new());
    assert_eq!(over(&of("mobile", "1")), ["mobile"]);
    assert_eq!(
        over(&Record::default()),
        Vec::<String>::new(),
        "a page that does not show it says nothing"
    );
}
