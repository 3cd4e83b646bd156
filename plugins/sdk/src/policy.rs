//! Whether a contact becomes a customer.
//!
//! ```
//! use sunmao_plugin::policy::{Contact, Decision, Policy};
//!
//! struct PhoneFirst;
//!
//! impl Policy for PhoneFirst {
//!     fn admit(contact: Contact) -> Decision {
//!         if contact.phone_verified {
//!             return Decision::Admit;
//!         }
//!         Decision::skip("the phone is not verified")
//!     }
//! }
//!
//! sunmao_plugin::export_policy!(PhoneFirst);
//! # fn main() {}
//! ```

#[doc(hidden)]
#[allow(missing_docs, unsafe_code, clippy::all, reason = "written by wit-bindgen")]
pub mod bindings {
    wit_bindgen::generate!({
        world: "sunmao:plugin/policy",
        path: "../../wit",
        with: { "sunmao:host/types@0.1.0": crate::types },
        additional_derives: [Clone, PartialEq],
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "sunmao_plugin::policy::bindings",
    });
}

pub use crate::types::{Contact, ContactKind, ContactSource};
pub use bindings::exports::sunmao::plugin::admission::Decision;
/// What a policy implements.
pub use bindings::exports::sunmao::plugin::admission::Guest as Policy;

impl Decision {
    /// Not now, and why.
    pub fn skip(reason: impl Into<String>) -> Self {
        Decision::Skip(reason.into())
    }
}

#[doc(hidden)]
pub fn implemented<T: Policy>() {}
