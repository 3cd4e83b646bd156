//! The contact as the ERP shows it.

mod support;

use proptest::option;
use proptest::prelude::*;
use support::{contact, fields, text};
use wechat_customer::roles::contact_to_customers_save_company::{Contact, SaveCompanyRequest};
use wechat_customer::roles::customers_to_contact::Customers;
use wechat_customer::rules::{to_contact, to_customer};

/// What the ERP holds of the contact, after a colleague edited everything there.
fn edited() -> Customers {
    Customers {
        id: "4711".to_owned(),
        customer_name: text("苏州榫卯木业有限公司"),
        contact_name: text("林森"),
        customer_number: text("WXc-1001"),
        customer_category: text("1"),
        source: Some(172),
        value_rating: Some(175),
        mobile: text("19900000009"),
        wechat: text("other_wx"),
        email: text("sen@example.com"),
        customer_address: text("苏州市吴中区 2 号"),
        customer_profile: text("老客户"),
        remarks: text("已回访"),
        ..Customers::default()
    }
}

/// What the ERP shows after this was written.
fn stored(request: SaveCompanyRequest) -> Customers {
    Customers {
        id: "4711".to_owned(),
        customer_name: Some(request.customer_name),
        contact_name: Some(request.contact_name),
        customer_number: request.customer_number,
        customer_category: Some(request.customer_category),
        source: request.source,
        value_rating: request.value_rating,
        mobile: request.mobile,
        wechat: request.wechat,
        email: request.email,
        customer_address: request.customer_address,
        customer_profile: request.customer_profile,
        remarks: request.remarks,
        ..Customers::default()
    }
}

#[test]
fn what_the_erp_shows_is_taken() {
    let read = to_contact(edited(), Some(contact())).unwrap();
    assert_eq!(read.company_name, text("苏州榫卯木业有限公司"));
    assert_eq!(read.real_name, text("林森"));
    assert_eq!(read.phone, text("19900000009"));
    assert_eq!(read.wx_id, text("other_wx"));
    assert_eq!(read.email, text("sen@example.com"));
    assert_eq!(read.address, text("苏州市吴中区 2 号"));
    assert_eq!(read.notes, text("已回访"));
    assert_eq!(read.summary, text("老客户"));
}

#[test]
fn what_the_erp_has_no_place_for_stays() {
    let read = to_contact(edited(), Some(contact())).unwrap();
    let known = contact();
    assert_eq!(read.id, known.id);
    assert_eq!(read.remark, known.remark);
    assert_eq!(read.k_code, known.k_code);
    assert_eq!(read.type_, known.type_);
    assert_eq!(read.confidence, known.confidence);
    assert_eq!(read.score, known.score);
    assert_eq!(read.owner, known.owner);
    assert_eq!(read.updated_at, known.updated_at);
    // 朋友介绍 is none of the hub's sources.
    assert_eq!(read.source, known.source);
    let imported = Customers {
        source: Some(174),
        ..edited()
    };
    assert_eq!(to_contact(imported, Some(contact())).unwrap().source, "import");
}

/// Who wins is not this mapping's to say: what was emptied in the ERP reads as empty, verified or not.
#[test]
fn an_emptied_field_is_empty_and_a_name_stays() {
    let emptied = Customers {
        customer_name: text(""),
        contact_name: text(""),
        mobile: text(""),
        email: None,
        customer_address: text(" "),
        ..edited()
    };
    let known = Contact {
        phone_verified: true,
        ..contact()
    };
    let read = to_contact(emptied, Some(known)).unwrap();
    assert_eq!((read.phone, read.email, read.address), (None, None, None));
    assert_eq!(
        (read.company_name, read.real_name),
        (contact().company_name, contact().real_name)
    );
}

#[test]
fn a_customer_that_the_hub_wrote_becomes_its_contact_again() {
    let new = to_contact(edited(), None).unwrap();
    assert_eq!(new.id, "c-1001");
    assert_eq!(new.wx_id, text("other_wx"));
    assert_eq!(new.source, "manual");
    assert_eq!(new.type_, "customer");
    assert_eq!(new.confidence, 100);
    assert_eq!(new.company_name, text("苏州榫卯木业有限公司"));
    assert_eq!(new.real_name, text("林森"));
    assert!(!new.phone_verified);
}

#[test]
fn a_customer_called_like_its_person_has_no_company() {
    let person = Customers {
        customer_name: text("林森"),
        ..edited()
    };
    let new = to_contact(person, None).unwrap();
    assert_eq!(new.company_name, None);
    assert_eq!(new.real_name, text("林森"));
}

#[test]
fn a_customer_of_the_staff_becomes_a_contact_by_the_erps_key_and_keeps_its_number() {
    for number in [None, text(""), text("WX"), text("KH-0042")] {
        let foreign = Customers {
            customer_number: number,
            ..edited()
        };
        let new = to_contact(foreign, None).unwrap();
        assert_eq!(new.id, "erp-4711");
        assert_eq!(to_customer(new).unwrap().customer_number, None);
    }
}

#[test]
fn a_row_without_key_and_number_is_a_fault() {
    let nameless = Customers {
        id: String::new(),
        customer_number: None,
        ..edited()
    };
    assert_eq!(fields(&to_contact(nameless, None).unwrap_err()), ["id"]);
}

#[test]
fn a_known_contact_needs_no_number_of_ours() {
    let renumbered = Customers {
        customer_number: text("KH-0042"),
        ..edited()
    };
    assert_eq!(to_contact(renumbered, Some(contact())).unwrap().id, "c-1001");
}

/// A company's name and a remark are longer than a person's name may be: they only stand in for one.
#[test]
fn a_long_stand_in_is_cut_and_tells_nothing_new_on_the_way_back() {
    for (company_name, remark, name) in [
        (text(&"司".repeat(100)), None, "司".repeat(100)),
        (None, text(&"注".repeat(200)), "注".repeat(99) + "…"),
    ] {
        let known = Contact {
            company_name,
            remark,
            real_name: None,
            ..contact()
        };
        let customer = to_customer(known.clone()).unwrap();
        assert_eq!(
            (&customer.customer_name, customer.contact_name.chars().count()),
            (&name, 50)
        );
        assert!(customer.contact_name.ends_with('…'));
        assert_eq!(to_contact(stored(customer), Some(known.clone())).unwrap(), known);
    }
}

prop_compose! {
    fn any_contact()(
        names in (option::of("[甲-龥]{1,6}"), option::of("[甲-龥]{1,3}"), option::of("[a-z]{1,8}")),
        phone in option::of("1[0-9]{10}"),
        verified in any::<bool>(),
        score in option::of(0i64..=100),
        texts in (option::of("[a-z]{1,8}@example.com"), option::of("[甲-龥]{1,20}"), option::of("[甲-龥]{1,20}")),
    ) -> Contact {
        let (company_name, real_name, remark) = names;
        let (email, address, notes) = texts;
        let phone_verified = verified;
        Contact { company_name, real_name, remark, phone, phone_verified, score, email, address, notes, ..contact() }
    }
}

proptest! {
    /// What was just written and is read back unchanged tells the hub nothing new.
    #[test]
    fn reading_back_what_was_written_changes_nothing(known in any_contact()) {
        if let Ok(customer) = to_customer(known.clone()) {
            prop_assert_eq!(to_contact(stored(customer), Some(known.clone())).unwrap(), known);
        }
    }
}
