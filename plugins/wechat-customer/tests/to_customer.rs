//! What is written to the ERP for a contact.

mod support;

use support::{contact, fields, text};
use wechat_customer::roles::contact_to_customers_save_company::Contact;
use wechat_customer::rules::to_customer;

#[test]
fn every_mapped_field_arrives() {
    let customer = to_customer(contact()).unwrap();
    assert_eq!(customer.customer_name, "苏州榫卯家具有限公司");
    assert_eq!(customer.contact_name, "林木");
    assert_eq!(customer.customer_number, text("WXc-1001"));
    assert_eq!(customer.customer_category, "1");
    assert_eq!(customer.source, Some(171));
    assert_eq!(customer.value_rating, Some(289));
    assert_eq!(customer.mobile, text("19900000000"));
    assert_eq!(customer.wechat, text("linmu_wx"));
    assert_eq!(customer.email, text("lin@example.com"));
    assert_eq!(customer.customer_address, text("苏州市虎丘区 1 号"));
    assert_eq!(customer.customer_profile, text("想要一批胡桃木餐桌"));
    assert_eq!(customer.remarks, text("展会上认识"));
    assert!(customer.extra.is_empty());
}

#[test]
fn a_person_without_company_is_called_by_name() {
    let customer = to_customer(Contact {
        company_name: None,
        ..contact()
    })
    .unwrap();
    assert_eq!(customer.customer_name, "林木");
    assert_eq!(customer.contact_name, "林木");
}

#[test]
fn a_remark_names_whom_nothing_else_names() {
    let customer = to_customer(Contact {
        company_name: None,
        real_name: text("  "),
        ..contact()
    })
    .unwrap();
    assert_eq!(customer.customer_name, "木工林师傅");
    let customer = to_customer(Contact {
        real_name: None,
        ..contact()
    })
    .unwrap();
    assert_eq!(customer.contact_name, "木工林师傅");
}

#[test]
fn a_company_without_person_is_its_own_contact() {
    let customer = to_customer(Contact {
        real_name: None,
        remark: None,
        ..contact()
    })
    .unwrap();
    assert_eq!(customer.contact_name, "苏州榫卯家具有限公司");
}

#[test]
fn the_score_is_a_rating() {
    let ratings = [
        (100, 175),
        (90, 175),
        (89, 289),
        (75, 289),
        (74, 176),
        (60, 176),
        (59, 177),
        (45, 177),
        (44, 290),
        (0, 290),
    ];
    for (score, rating) in ratings {
        let customer = to_customer(Contact {
            score: Some(score),
            ..contact()
        })
        .unwrap();
        assert_eq!(customer.value_rating, Some(rating), "score {score}");
    }
    assert_eq!(
        to_customer(Contact {
            score: None,
            ..contact()
        })
        .unwrap()
        .value_rating,
        None
    );
}

#[test]
fn every_shipped_source_has_a_code() {
    for (source, code) in [
        ("wechat", Some(171)),
        ("manual", Some(173)),
        ("import", Some(174)),
        // An operator may add some that the ERP has no code for.
        ("showroom", None),
    ] {
        let source = source.to_owned();
        assert_eq!(to_customer(Contact { source, ..contact() }).unwrap().source, code);
    }
}

#[test]
fn blank_text_is_not_written() {
    let customer = to_customer(Contact {
        phone: text(""),
        email: text(" "),
        ..contact()
    })
    .unwrap();
    assert_eq!(customer.mobile, None);
    assert_eq!(customer.email, None);
}

#[test]
fn a_nameless_contact_is_a_fault_that_says_what_to_fill_in() {
    let nameless = Contact {
        company_name: None,
        real_name: None,
        remark: text(""),
        ..contact()
    };
    let faults = to_customer(nameless).unwrap_err();
    assert_eq!(fields(&faults), ["company_name"]);
    assert!(faults[0].message.contains("real_name"), "{}", faults[0].message);
}

#[test]
fn all_faults_are_told_at_once_by_the_contacts_own_fields() {
    let long = "长".repeat(201);
    let faults = to_customer(Contact {
        real_name: text(&"名".repeat(51)),
        email: text(&"e".repeat(51)),
        address: text(&long),
        ..contact()
    });
    assert_eq!(fields(&faults.unwrap_err()), ["real_name", "email", "address"]);
}

#[test]
fn limits_count_characters() {
    let fits = Contact {
        company_name: text(&"司".repeat(100)),
        address: text(&"址".repeat(200)),
        ..contact()
    };
    assert!(to_customer(fits).is_ok());
}

#[test]
fn a_contact_without_id_has_no_number() {
    let faults = to_customer(Contact {
        id: String::new(),
        ..contact()
    })
    .unwrap_err();
    assert_eq!(fields(&faults), ["id"]);
}
