//! The mapping's `customer` record as arguments by English name, and back.

use super::bindings::mapping::exports::sunmao::plugin::customer_mapping::{Customer, Field};
use sunmao_catalogue::{Record, Value};

/// The optional members and where they live in the record.
macro_rules! members {
    ($visit:ident) => {
        $visit! {
            customer_number "customer-number",
            customer_category "customer-category",
            source "source",
            value_rating "value-rating",
            contact_name "contact-name",
            mobile "mobile",
            wechat "wechat",
            email "email",
            customer_address "customer-address",
            customer_profile "customer-profile",
            remarks "remarks"
        }
    };
}

/// What a mapping decided, as arguments of the flow's write. Absent members are left out.
pub fn arguments(customer: Customer) -> Record {
    let mut record = Record::with_capacity_and_hasher(12 + customer.extra.len(), Default::default());
    record.insert("customer-name".to_owned(), Value::from(customer.customer_name));
    macro_rules! insert {
        ($($member:ident $name:literal),*) => {
            $(if let Some(value) = customer.$member { record.insert($name.to_owned(), Value::from(value)); })*
        };
    }
    members!(insert);
    for field in customer.extra {
        record.insert(field.name, Value::from(field.value));
    }
    record
}

/// A customer of the ERP, by English or wire names, as a mapping reads it; what has no member goes to `extra`.
pub fn from_record(record: &Record) -> Customer {
    let text = |name: &str| {
        record
            .get(name)
            .and_then(Value::to_text)
            .filter(|text| !text.is_empty())
    };
    macro_rules! build {
        ($($member:ident $name:literal),*) => {
            Customer {
                customer_name: text("customer-name").unwrap_or_default(),
                $($member: text($name),)*
                updated_at: text("updated-at"),
                extra: record.iter().filter(|(name, _)| !["customer-name", "updated-at", $($name),*].contains(&name.as_str()))
                    .filter_map(|(name, value)| Some(Field { name: name.clone(), value: value.to_text()? }))
                    .collect(),
            }
        };
    }
    members!(build)
}
