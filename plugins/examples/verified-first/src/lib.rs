//! The smallest useful policy: only contacts that proved their phone become customers.
//!
//! `sunmao plugin wit` writes `wit/` from `sunmao-plugin.toml`; `roles` has a trait for each role that stands there.

use roles::contact_policy::{Contact, Guest as Policy};
use sunmao_plugin::Decision;

struct VerifiedFirst;

impl Policy for VerifiedFirst {
    fn judge(contact: Contact) -> Decision {
        if contact.phone_verified {
            return Decision::Admit;
        }
        Decision::skip("the phone is not verified")
    }
}

sunmao_plugin::plugin!(VerifiedFirst);
