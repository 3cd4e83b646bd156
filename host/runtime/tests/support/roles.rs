//! What tests ask of an extension: to judge a contact, and to map it into the ERP and back.

#![allow(dead_code, reason = "each test uses its part")]

use super::support::Parts;
use sunmao_catalogue::{Joint, Record, Value};
use sunmao_runtime::{Decision, Extension, ExtensionError, Invocation};

/// Members by name, the `id` first.
pub fn record<const N: usize>(members: [(&str, Value); N]) -> Record {
    Record::from_iter(members.map(|(name, value)| (name.to_owned(), value)))
}

/// The record with other values of some members; null takes a member away.
pub fn with<const N: usize>(whole: Record, members: [(&str, Value); N]) -> Record {
    let mut changed = whole;
    for (name, value) in members {
        match value {
            Value::Null => changed.shift_remove(name),
            value => changed.insert(name.to_owned(), value),
        };
    }
    changed
}

/// What the policy says of a contact.
pub async fn judge(
    policy: &dyn Extension,
    parts: &Parts,
    contact: &Record,
) -> Result<Decision, ExtensionError> {
    let kind = parts.host.kinds.load().find("contact").expect("contact").clone();
    let now = Invocation::at(parts.host.clock.now());
    policy.judge(&now, &kind, contact).await
}

/// The arguments of `customers.save-company` for a contact.
pub async fn map(mapping: &dyn Extension, parts: &Parts, contact: &Record) -> Result<Record, ExtensionError> {
    through(mapping, parts, "contact-to-customers-save-company", contact, None).await
}

/// The contact for a row of the ERP's customers.
pub async fn back(
    mapping: &dyn Extension,
    parts: &Parts,
    customer: &Record,
    known: Option<&Record>,
) -> Result<Record, ExtensionError> {
    through(mapping, parts, "customers-to-contact", customer, known).await
}

async fn through(
    mapping: &dyn Extension,
    parts: &Parts,
    interface: &str,
    from: &Record,
    known: Option<&Record>,
) -> Result<Record, ExtensionError> {
    let host = &parts.host;
    let joint = Joint::find(interface, &host.catalogue, &host.kinds.load()).expect("a joint");
    let now = Invocation::at(host.clock.now());
    mapping.map(&now, &joint, from, known).await
}
