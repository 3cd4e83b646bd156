//! The shipped kinds as they are declared.

use super::{kind, kinds};
use sunmao_catalogue::{Field, FieldType, IdentityForm};

fn collect<'a>(fields: &'a [Field], found: &mut Vec<&'a Field>) {
    for field in fields {
        collect(&field.fields, found);
        found.push(field);
    }
}

#[test]
fn eleven_kinds_are_shipped_and_each_is_found_by_its_plural() {
    let kinds = kinds();
    let names: Vec<&str> = kinds.own().map(|kind| kind.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "alert",
            "collection",
            "contact",
            "contract",
            "conversation",
            "invoice",
            "payment",
            "product",
            "quotation",
            "repair",
            "ticket"
        ]
    );
    for kind in kinds.own() {
        assert_eq!(
            kinds.find(&kind.plural).map(|found| &found.name),
            Some(&kind.name)
        );
        assert!(
            !kind.label.is_empty() && kind.description.ends_with('.'),
            "{}",
            kind.name
        );
    }
    assert_eq!(kinds.nearest("conract"), Some("contract"));
    assert!(kinds.find("zebra").is_none());
}

#[test]
fn a_contact_has_the_hubs_members() {
    let contact = kind("contact");
    let names: Vec<String> = contact.fields.iter().map(Field::snake_name).collect();
    assert_eq!(
        names,
        [
            "wx_id",
            "remark",
            "k_code",
            "source",
            "type",
            "confidence",
            "owner",
            "company_name",
            "company_contact",
            "real_name",
            "phone",
            "phone_verified",
            "email",
            "address",
            "notes",
            "summary",
            "score",
            "has_order",
            "has_contract",
            "has_payment",
            "invalid",
            "updated_at",
        ]
    );
    let identified: Vec<(&str, IdentityForm)> = contact
        .fields
        .iter()
        .filter_map(|field| Some((field.name.as_str(), field.identity?)))
        .collect();
    assert_eq!(
        identified,
        [("wx-id", IdentityForm::Text), ("phone", IdentityForm::Phone)]
    );
    let personal = |name: &str| contact.field(name).expect("a member").personal;
    for name in [
        "wx_id",
        "remark",
        "real_name",
        "phone",
        "email",
        "address",
        "notes",
        "summary",
    ] {
        assert!(personal(name), "{name} says something of a person");
    }
    assert!(!personal("company_name") && !personal("score"));
}

#[test]
fn every_text_of_a_shipped_kind_has_a_limit() {
    for kind in kinds().own() {
        let mut fields = Vec::new();
        collect(&kind.fields, &mut fields);
        for field in fields {
            let is_free =
                field.kind == FieldType::String && field.values.is_empty() && field.reference.is_none();
            assert!(
                !is_free || field.max_length.is_some(),
                "{}.{}",
                kind.name,
                field.name
            );
        }
    }
}
