//! What `merge` may say, and what the shipped script says of every field of a contact and its customer.

use super::{change_to_script, from_script};
use crate::extension::Change;
use crate::merge::Ruling;
use crate::scripts::check::{self, Checked};
use crate::scripts::library::Library;
use rhai::{CallFnOptions, Dynamic, Scope};
use sunmao_catalogue::{Catalogue, Kinds, Record, Value};

const CONFLICTS: &str = include_str!("../../../../../scripts/conflicts.rhai");

fn change(field: &str) -> Change {
    Change {
        kind: "contact".to_owned(),
        flow: "customer-push".to_owned(),
        field: field.to_owned(),
        base: Value::Null,
        hub: "ours".into(),
        erp: "theirs".into(),
        record: Record::from_iter([("phone".to_owned(), "ours".into())]),
        erp_record: Record::from_iter([("customer-name".to_owned(), "theirs".into())]),
        hub_changed_at: Some("2026-01-01T00:00:00Z".parse().unwrap()),
        erp_changed_at: None,
    }
}

fn checked(script: &str) -> Checked {
    let checked = check::compile(&Catalogue::shared(), script);
    checked.unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn ruled(checked: &Checked, change: &Change) -> Result<Ruling, String> {
    let options = CallFnOptions::new().eval_ast(checked.reads_globals);
    let arguments = (change_to_script(change),);
    let mut scope = Scope::new();
    let engine = Library::shared().engine();
    let returned: Dynamic = engine
        .call_fn_with_options(options, &mut scope, &checked.ast, "merge", arguments)
        .unwrap();
    from_script(&returned)
}

#[test]
fn the_shipped_owner_rules_hold_in_both_vocabularies() {
    let checked = checked(CONFLICTS);
    assert_eq!(checked.surface.roles, ["merge"]);
    assert!(checked.surface.operations.is_empty() && checked.surface.services.is_empty());
    for (fields, expected) in [
        (&["customer-number", "ord", "customer-category"][..], Ruling::Erp),
        (
            &["wx_id", "wechat", "source", "score", "value-rating"],
            Ruling::Hub,
        ),
        (
            &[
                "phone",
                "mobile",
                "company_name",
                "customer-name",
                "real_name",
                "contact-name",
            ],
            Ruling::ErpUnlessVerified,
        ),
        (
            &["email", "address", "customer-address", "notes", "remarks"],
            Ruling::Newer,
        ),
        (&["owner", "credit-rating"], Ruling::Undecided),
    ] {
        for field in fields {
            assert_eq!(ruled(&checked, &change(field)).as_ref(), Ok(&expected), "{field}");
        }
    }
    // Each name is one that the catalogue gives: a renamed field would silently lose its rule.
    let catalogue = Catalogue::shared();
    let write = catalogue.find("customers.save-company").unwrap();
    let kinds = Kinds::shipped(&catalogue).unwrap();
    let contact = kinds.find("contact").unwrap();
    let quoted = CONFLICTS
        .lines()
        .filter(|line| line.starts_with("const"))
        .flat_map(|line| {
            let parts = line.split('"').skip(1).step_by(2);
            parts.collect::<Vec<_>>()
        });
    for name in quoted {
        assert!(
            write.param(name).is_some() || contact.field(name).is_some(),
            "{name}"
        );
    }
}

#[test]
fn a_script_sees_both_records_and_may_give_a_value_of_its_own() {
    let script = checked(
        "fn merge(change) {
            if change.erp_changed_at != () || change.hub_changed_at == () || change.base != () { return 1; }
            #{ value: `${change.field} ${change.hub} ${change.erp} ${change.record.phone} ${change.erp_record.customer_name}` }
        }",
    );
    let expected = Ruling::Value("customer_name ours theirs ours theirs".into());
    assert_eq!(ruled(&script, &change("customer-name")), Ok(expected));
}

#[test]
fn anything_else_that_it_returns_is_an_error_that_says_what_was_expected() {
    for returned in ["\"mine\"", "1", "#{ values: 1 }"] {
        let script = checked(&format!("fn merge(change) {{ {returned} }}"));
        let error = ruled(&script, &change("phone")).unwrap_err();
        assert!(error.contains("\"erp-unless-verified\""), "{error}");
    }
}
