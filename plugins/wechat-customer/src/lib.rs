//! The Customer Hub's WeChat contacts as customers of the ERP, and back. The rules are in [`rules`].

pub mod codes;
#[cfg(feature = "json")]
pub mod json;
mod limits;
mod number;
pub mod rules;

use sunmao_plugin::mapping::{Contact, Customer, Fault, Mapping};

struct WechatCustomer;

impl Mapping for WechatCustomer {
    fn to_customer(contact: Contact) -> Result<Customer, Vec<Fault>> {
        rules::to_customer(contact)
    }

    fn to_contact(customer: Customer, known: Option<Contact>) -> Result<Contact, Vec<Fault>> {
        rules::to_contact(customer, known)
    }
}

sunmao_plugin::export_mapping!(WechatCustomer);
