//! The mapping from JSON text to JSON text: the same rules behind the interface of a classic integration script.

use crate::roles::contact_to_customers_save_company::Contact;
use crate::rules;
use sunmao_plugin::Fault;

/// A contact's JSON as the customer's JSON.
pub fn to_customer(contact: &str) -> Result<String, Vec<Fault>> {
    let contact: Contact = serde_json::from_str(contact).map_err(unreadable)?;
    let customer = rules::to_customer(contact)?;
    serde_json::to_string(&customer).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> Vec<Fault> {
    vec![Fault::new("", error.to_string())]
}
