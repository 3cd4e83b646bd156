//! The Customer Hub's WeChat contacts as customers of the ERP, and back. The rules are in [`rules`].

pub mod codes;
#[cfg(feature = "json")]
pub mod json;
mod limits;
mod number;
pub mod rules;

use roles::contact_to_customers_save_company::{Contact, Guest as ToCustomer, SaveCompanyRequest};
use roles::customers_to_contact::{Customers, Guest as ToContact};
use sunmao_plugin::Fault;

struct WechatCustomer;

impl ToCustomer for WechatCustomer {
    fn map(contact: Contact) -> Result<SaveCompanyRequest, Vec<Fault>> {
        rules::to_customer(contact)
    }
}

impl ToContact for WechatCustomer {
    fn map(row: Customers, known: Option<Contact>) -> Result<Contact, Vec<Fault>> {
        rules::to_contact(row, known)
    }
}

sunmao_plugin::plugin!(
    WechatCustomer,
    additional_type_attributes: {
        "sunmao:records/contact@0.1.0/contact": [
            #[cfg_attr(feature = "json", derive(serde::Deserialize))]
            #[cfg_attr(feature = "json", serde(default))]
        ],
        "zhibang:erp/customers@0.1.0/save-company-request": [
            #[cfg_attr(feature = "json", derive(serde::Serialize))]
        ],
        "zhibang:erp/types@0.1.0/field": [
            #[cfg_attr(feature = "json", derive(serde::Serialize))]
        ],
    },
    additional_member_attributes: {
        "sunmao:records/contact@0.1.0/contact.type": [#[cfg_attr(feature = "json", serde(rename = "type"))]],
    },
);
