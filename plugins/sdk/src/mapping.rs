//! A contact of the hub as a customer of the ERP, and back.
//!
//! ```
//! use sunmao_plugin::mapping::{Contact, Customer, Fault, Mapping};
//!
//! struct ByName;
//!
//! impl Mapping for ByName {
//!     fn to_customer(contact: Contact) -> Result<Customer, Vec<Fault>> {
//!         let Some(customer_name) = contact.real_name else {
//!             return Err(vec![Fault::new("real_name", "is needed")]);
//!         };
//!         Ok(Customer { customer_name, mobile: contact.phone, ..Customer::default() })
//!     }
//!
//!     fn to_contact(customer: Customer, known: Option<Contact>) -> Result<Contact, Vec<Fault>> {
//!         let known = known.unwrap_or_default();
//!         Ok(Contact { real_name: Some(customer.customer_name), phone: customer.mobile, ..known })
//!     }
//! }
//!
//! sunmao_plugin::export_mapping!(ByName);
//! # fn main() {}
//! ```

#[doc(hidden)]
#[allow(missing_docs, unsafe_code, clippy::all, reason = "written by wit-bindgen")]
pub mod bindings {
    wit_bindgen::generate!({
        world: "sunmao:plugin/mapping",
        path: "../../wit",
        with: { "sunmao:host/types@0.1.0": crate::types },
        additional_derives: [Clone, PartialEq, Default],
        additional_type_attributes: {
            "sunmao:plugin/customer-mapping@0.1.0/customer": [
                #[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
                #[cfg_attr(feature = "json", serde(default))]
            ],
            "sunmao:plugin/customer-mapping@0.1.0/fault": [
                #[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
            ],
        },
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "sunmao_plugin::mapping::bindings",
    });
}

pub use crate::types::{Contact, ContactKind, ContactSource, Field};
/// What a mapping implements.
pub use bindings::exports::sunmao::plugin::customer_mapping::Guest as Mapping;
pub use bindings::exports::sunmao::plugin::customer_mapping::{Customer, Fault};

impl Fault {
    /// The field that cannot be mapped, and why.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Fault {
            field: field.into(),
            message: message.into(),
        }
    }
}

#[doc(hidden)]
pub fn implemented<T: Mapping>() {}
