//! The contact after the customer was read back, and who wins a conflict.

mod support;

use proptest::option;
use proptest::prelude::*;
use sunmao_plugin::mapping::{Contact, ContactKind, ContactSource, Customer};
use support::{contact, fields, text};
use wechat_customer::rules::{to_contact, to_customer};

/// What the ERP holds of the contact, after a colleague edited everything there.
fn edited() -> Customer {
    Customer {
        customer_name: "苏州榫卯木业有限公司".to_owned(),
        contact_name: text("林森"),
        customer_number: text("WXc-1001"),
        customer_category: text("1"),
        source: text("172"),
        value_rating: text("175"),
        mobile: text("19900000009"),
        wechat: text("other_wx"),
        email: text("sen@example.com"),
        customer_address: text("苏州市吴中区 2 号"),
        customer_profile: text("老客户"),
        remarks: text("已回访"),
        updated_at: text("2026-03-02T09:00:00Z"),
        extra: Vec::new(),
    }
}

#[test]
fn names_and_phone_come_from_the_erp() {
    let merged = to_contact(edited(), Some(contact())).unwrap();
    assert_eq!(merged.company_name, text("苏州榫卯木业有限公司"));
    assert_eq!(merged.real_name, text("林森"));
    assert_eq!(merged.phone, text("19900000009"));
}

#[test]
fn names_and_phone_verified_in_the_hub_stay() {
    let verified = Contact {
        phone_verified: true,
        ..contact()
    };
    let merged = to_contact(edited(), Some(verified.clone())).unwrap();
    assert_eq!(merged.company_name, verified.company_name);
    assert_eq!(merged.real_name, verified.real_name);
    assert_eq!(merged.phone, verified.phone);
}

#[test]
fn what_the_hub_knows_best_stays() {
    let merged = to_contact(edited(), Some(contact())).unwrap();
    let known = contact();
    assert_eq!(merged.id, known.id);
    assert_eq!(merged.wx_id, known.wx_id);
    assert_eq!(merged.remark, known.remark);
    assert_eq!(merged.source, known.source);
    assert_eq!(merged.kind, known.kind);
    assert_eq!(merged.score, known.score);
    assert_eq!(merged.summary, known.summary);
    assert_eq!(merged.owner, known.owner);
    assert_eq!(merged.updated_at, known.updated_at);
}

#[test]
fn of_email_address_and_notes_the_newer_is_kept() {
    let newer = to_contact(edited(), Some(contact())).unwrap();
    assert_eq!(newer.email, text("sen@example.com"));
    assert_eq!(newer.address, text("苏州市吴中区 2 号"));
    assert_eq!(newer.notes, text("已回访"));

    for time in [text("2026-03-02T07:59:59Z"), text("2026-03-02T08:00:00Z"), None] {
        let older = to_contact(
            Customer {
                updated_at: time,
                ..edited()
            },
            Some(contact()),
        )
        .unwrap();
        assert_eq!(older.email, text("lin@example.com"));
        assert_eq!(older.address, text("苏州市虎丘区 1 号"));
        assert_eq!(older.notes, text("展会上认识"));
    }
}

#[test]
fn a_part_of_a_second_is_later_than_its_beginning() {
    let later = Customer {
        updated_at: text("2026-03-02T08:00:00.250Z"),
        ..edited()
    };
    assert_eq!(
        to_contact(later, Some(contact())).unwrap().email,
        text("sen@example.com")
    );
}

#[test]
fn what_the_hub_lacks_is_filled_in_even_by_older_values() {
    let known = Contact {
        phone: None,
        email: None,
        address: text(" "),
        phone_verified: true,
        ..contact()
    };
    let merged = to_contact(
        Customer {
            updated_at: None,
            ..edited()
        },
        Some(known),
    )
    .unwrap();
    assert_eq!(merged.phone, text("19900000009"));
    assert_eq!(merged.email, text("sen@example.com"));
    assert_eq!(merged.address, text("苏州市吴中区 2 号"));
}

#[test]
fn an_empty_value_replaces_nothing() {
    let emptied = Customer {
        customer_name: String::new(),
        contact_name: text(""),
        mobile: text(""),
        email: None,
        customer_address: text(" "),
        remarks: None,
        ..edited()
    };
    assert_eq!(to_contact(emptied, Some(contact())).unwrap(), contact());
}

#[test]
fn a_customer_that_the_hub_does_not_know_becomes_a_contact() {
    let new = to_contact(edited(), None).unwrap();
    assert_eq!(new.id, "c-1001");
    assert_eq!(new.wx_id, text("other_wx"));
    assert_eq!(new.source, ContactSource::Manual);
    assert_eq!(new.kind, ContactKind::Customer);
    assert_eq!(new.confidence, 100);
    assert_eq!(new.company_name, text("苏州榫卯木业有限公司"));
    assert_eq!(new.real_name, text("林森"));
    assert_eq!(new.phone, text("19900000009"));
    assert_eq!(new.email, text("sen@example.com"));
    assert_eq!(new.address, text("苏州市吴中区 2 号"));
    assert_eq!(new.notes, text("已回访"));
    assert_eq!(new.summary, text("老客户"));
    assert!(!new.phone_verified);
}

#[test]
fn a_customer_called_like_its_person_has_no_company() {
    let person = Customer {
        customer_name: "林森".to_owned(),
        ..edited()
    };
    let new = to_contact(person, None).unwrap();
    assert_eq!(new.company_name, None);
    assert_eq!(new.real_name, text("林森"));
}

#[test]
fn a_foreign_number_cannot_become_a_contact() {
    for number in [None, text(""), text("WX"), text("KH-0042")] {
        let foreign = Customer {
            customer_number: number,
            ..edited()
        };
        assert_eq!(
            fields(&to_contact(foreign, None).unwrap_err()),
            ["customer_number"]
        );
    }
}

#[test]
fn a_known_contact_needs_no_number_of_ours() {
    let renumbered = Customer {
        customer_number: text("KH-0042"),
        ..edited()
    };
    assert_eq!(to_contact(renumbered, Some(contact())).unwrap().id, "c-1001");
}

prop_compose! {
    fn any_contact()(
        names in (option::of("[甲-龥]{1,6}"), option::of("[甲-龥]{1,3}"), option::of("[a-z]{1,8}")),
        phone in option::of("1[0-9]{10}"),
        verified in any::<bool>(),
        score in option::of(0u8..=100),
        texts in (option::of("[a-z]{1,8}@example.com"), option::of("[甲-龥]{1,20}"), option::of("[甲-龥]{1,20}")),
    ) -> Contact {
        let (company_name, real_name, remark) = names;
        let (email, address, notes) = texts;
        let phone_verified = verified;
        Contact { company_name, real_name, remark, phone, phone_verified, score, email, address, notes, ..contact() }
    }
}

proptest! {
    /// What was just written and is read back unchanged, whenever, tells the hub nothing new.
    #[test]
    fn reading_back_what_was_written_changes_nothing(
        known in any_contact(),
        time in option::of("2026-03-0[1-3]T08:00:00Z"),
    ) {
        if let Ok(customer) = to_customer(known.clone()) {
            let stored = Customer { updated_at: time, ..customer };
            prop_assert_eq!(to_contact(stored, Some(known.clone())).unwrap(), known);
        }
    }
}
