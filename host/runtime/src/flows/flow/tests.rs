//! What is wrong with a flow's settings, told by the setting.

use super::*;

/// The key at fault of a flow that assigns customers, after a change.
fn fault(change: impl FnOnce(&mut FlowSettings)) -> Option<&'static str> {
    let text = |text: &str| Some(text.to_owned());
    let mut settings = FlowSettings {
        on: text("contact.saved"),
        mapping: text("scripts/assignment.rhai"),
        write: text("customers.assign"),
        of: text("customer"),
        ..FlowSettings::default()
    };
    change(&mut settings);
    let catalogue = Catalogue::shared();
    let kinds = Kinds::shipped(&catalogue).expect("kinds");
    let resolved = Flow::resolve(&catalogue, &kinds, "test", &settings, Limits::default());
    resolved.err().map(|error| error.key)
}

#[test]
fn a_flow_that_acts_on_a_linked_record_writes_by_its_key_and_links_nothing() {
    assert_eq!(fault(|_| ()), None);
    assert_eq!(
        fault(|settings| settings.link = Some("assigned".to_owned())),
        Some("link")
    );
    assert_eq!(
        fault(|settings| settings.write = Some("contracts.create".to_owned())),
        Some("of")
    );
    let into = |settings: &mut FlowSettings| {
        settings.write = None;
        settings.into = Some("contact".to_owned());
    };
    assert_eq!(fault(into), Some("of"));
}

#[test]
fn what_has_to_be_alike_is_of_a_linked_record_and_what_is_linked_of_one_that_is_filed() {
    let equal = |write: &str, link: Option<&str>, member: &str, names: &[&str]| {
        fault(|settings| {
            settings.on = Some("quotation.saved".to_owned());
            settings.of = None;
            settings.write = Some(write.to_owned());
            settings.link = link.map(str::to_owned);
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            settings.equal = BTreeMap::from([(member.to_owned(), names)]);
        })
    };
    let link = Some("contract");
    assert_eq!(equal("contracts.create", link, "total", &["Premoney"]), None);
    assert_eq!(
        equal("contracts.create", link, "lines.amount", &["x.Money"]),
        None
    );
    assert_eq!(
        equal("contracts.create", None, "total", &["Premoney"]),
        Some("equal")
    );
    assert_eq!(
        equal("contracts.create", link, "totl", &["Premoney"]),
        Some("equal")
    );
    assert_eq!(
        equal("contracts.create", link, "lines.price", &["x"]),
        Some("equal")
    );
    assert_eq!(equal("contracts.create", link, "total", &[]), Some("equal"));
    let linked = |into: Option<&str>, member: &str| {
        fault(|settings| {
            settings.of = None;
            settings.write = into.is_none().then(|| "contracts.create".to_owned());
            settings.into = into.map(str::to_owned);
            settings.linked = BTreeMap::from([(member.to_owned(), "contract-of-quotation".to_owned())]);
        })
    };
    assert_eq!(linked(Some("contract"), "quotation"), None);
    assert_eq!(linked(Some("contract"), "number"), Some("linked"));
    assert_eq!(linked(None, "quotation"), Some("linked"));
}

#[test]
fn what_belongs_together_says_by_what_and_who_stands_for_the_others() {
    let same = |member: &str, link: Option<&str>, beside: Option<&str>| {
        fault(|settings| {
            settings.of = None;
            settings.write = Some("customers.save-company".to_owned());
            settings.link = link.map(str::to_owned);
            settings.same = member.split(' ').map(str::to_owned).collect();
            settings.beside = beside.map(str::to_owned);
        })
    };
    assert_eq!(same("company_name", Some("customer"), None), None);
    assert_eq!(same("company_name", Some("person"), Some("customer")), None);
    assert_eq!(same("company_name phone", Some("customer"), None), None);
    assert_eq!(
        same("company_name real_name", Some("customer"), None),
        Some("same")
    );
    assert_eq!(same("company", Some("customer"), None), Some("same"));
    assert_eq!(
        fault(|settings| settings.beside = Some("customer".to_owned())),
        Some("beside")
    );
}
