//! The whole form that an update sends: what the hub gave stays in it, and what the ERP works out is no dispute.

use super::NOTHING;
use crate::merge::{Agreed, Compared, Sides, Vocabulary, compare};
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Catalogue, Record, Value};

fn record(members: Json) -> Record {
    serde_json::from_value(members).unwrap()
}

/// The form of a write to which nobody changed anything but what `hub` says, where both agreed on `base`.
fn form(write: &str, base: &Record, hub: &Record, shown: &Record) -> Record {
    let catalogue = Catalogue::shared();
    let vocabulary = Vocabulary::of_write(&catalogue, catalogue.find(write).unwrap());
    let sides = Sides {
        base,
        shown,
        hub,
        erp: shown,
    };
    let compared: Compared<'_> = compare(vocabulary, sides);
    assert_eq!(compared.disputed(), []);
    compared.decide(Vec::new()).form(&NOTHING)
}

#[test]
fn lines_and_amounts_that_the_hub_gave_stay_in_the_form() {
    let lines = json!([{"ID": 0, "ReProductID": 5, "Dosage": "1"}]);
    let base = json!({"product-key": 1, "unit": 1, "summary": "old", "substitution-lines": lines});
    let mut hub = base.clone();
    hub["summary"] = json!("new");
    let mut shown = base.clone();
    shown["substitution-lines"] = json!([{"substitution-line-key": 31, "substitute-product-key": 5}]);
    let sent = form(
        "material-substitutions.update",
        &record(base),
        &record(hub.clone()),
        &record(shown),
    );
    assert_eq!(sent, record(hub));

    let base = json!({"processing-time": "1.50", "remarks": "old"});
    let hub = json!({"processing-time": "1.50", "remarks": "new"});
    let sent = form(
        "production-reports.update",
        &record(base.clone()),
        &record(hub.clone()),
        &record(base),
    );
    assert_eq!(sent, record(hub));
}

#[test]
fn an_amount_that_only_the_erp_changed_is_sent_back_as_it_shows_it() {
    let base = json!({"processing-time": "1.50", "remarks": "old"});
    let hub = json!({"processing-time": "1.50", "remarks": "new"});
    let erp = json!({"processing-time": "2.25", "remarks": "old"});
    let catalogue = Catalogue::shared();
    let write = catalogue.find("production-reports.update").unwrap();
    let (base, hub, erp) = (record(base), record(hub), record(erp));
    let sides = Sides {
        base: &base,
        shown: &base,
        hub: &hub,
        erp: &erp,
    };
    let compared = compare(Vocabulary::of_write(&catalogue, write), sides);
    let sent = compared.decide(Vec::new()).form(&NOTHING);
    assert_eq!(sent["processing-time"], Value::from("2.25"));
}

#[test]
fn what_the_erp_works_out_is_written_once_and_never_disputed() {
    let catalogue = Catalogue::shared();
    let write = catalogue.find("contracts.save").unwrap();
    let vocabulary = Vocabulary::of_write(&catalogue, write);
    let hub = record(json!({"contract-subject": "合同", "total-after-concession": "1.50"}));
    let shown = record(json!({"contract-subject": "合同", "total-after-concession": "0.00"}));
    let compared = |base: &Agreed, shown: &Record, hub: &Record| {
        let sides = Sides {
            base: &base.erp,
            shown: &base.shown,
            hub,
            erp: shown,
        };
        let compared = compare(vocabulary, sides);
        assert_eq!(compared.disputed(), []);
        compared.decide(Vec::new()).for_erp()
    };
    let mut agreed = Agreed::default();
    assert_eq!(compared(&agreed, &shown, &hub), *NOTHING);
    agreed.wrote(vocabulary, &hub, &shown);
    assert_eq!(compared(&agreed, &shown, &hub), *NOTHING);
    let worked_out = record(json!({"contract-subject": "合同", "total-after-concession": "9.00"}));
    assert_eq!(compared(&agreed, &worked_out, &hub), *NOTHING);
    let changed = record(json!({"contract-subject": "合同", "total-after-concession": "2.00"}));
    let sent = record(json!({"total-after-concession": "2.00"}));
    assert_eq!(compared(&agreed, &shown, &changed), sent);
    assert_eq!(compared(&agreed, &worked_out, &changed), *NOTHING);
}

#[test]
fn a_password_that_no_page_shows_is_written_once_and_again_when_it_changes() {
    let catalogue = Catalogue::shared();
    let write = catalogue.find("accounts.update").unwrap();
    let vocabulary = Vocabulary::of_write(&catalogue, write);
    let hub = record(json!({"user-name": "sunmao", "password": "one"}));
    let shown = record(json!({"user-name": "sunmao", "password": ""}));
    let mut agreed = Agreed::default();
    agreed.wrote(vocabulary, &hub, &shown);
    let changes = |hub: &Record| {
        let sides = Sides {
            base: &agreed.erp,
            shown: &agreed.shown,
            hub,
            erp: &shown,
        };
        compare(vocabulary, sides).decide(Vec::new()).for_erp()
    };
    assert_eq!(changes(&hub), *NOTHING);
    let changed = record(json!({"user-name": "sunmao", "password": "two"}));
    assert_eq!(changes(&changed), record(json!({"password": "two"})));
}
