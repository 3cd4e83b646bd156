//! Plugins that react to events and call the ERP.
//!
//! ```
//! use sunmao_plugin::automation::{Automation, Event, Failure};
//! use sunmao_plugin::erp::customers;
//! use sunmao_plugin::info;
//!
//! struct Greeter;
//!
//! impl Automation for Greeter {
//!     fn handle(event: Event) -> Result<(), Failure> {
//!         let answer = customers::list(&customers::ListRequest::default())?;
//!         info!(event = event.id, "the ERP has {} customers", answer.page.total);
//!         Ok(())
//!     }
//! }
//!
//! sunmao_plugin::export_automation!(Greeter);
//! # fn main() {}
//! ```

use crate::erp::Kind;
use crate::types::Problem;

#[doc(hidden)]
#[allow(missing_docs, unsafe_code, clippy::all, reason = "written by wit-bindgen")]
pub mod bindings {
    wit_bindgen::generate!({
        world: "sunmao:plugin/automation",
        path: "../../wit",
        with: {
            "sunmao:host/log@0.1.0": crate::host::generated::sunmao::host::log,
            "sunmao:host/state@0.1.0": crate::host::generated::sunmao::host::state,
            "sunmao:host/links@0.1.0": crate::host::generated::sunmao::host::links,
            "sunmao:host/records@0.1.0": crate::host::generated::sunmao::host::records,
            "sunmao:host/filing@0.1.0": crate::host::generated::sunmao::host::filing,
            "sunmao:host/events@0.1.0": crate::host::generated::sunmao::host::events,
            "sunmao:host/settings@0.1.0": crate::host::generated::sunmao::host::settings,
            "sunmao:host/clock@0.1.0": crate::host::generated::sunmao::host::clock,
            "sunmao:host/types@0.1.0": crate::types,
        },
        generate_all,
        additional_derives: [Clone, PartialEq, Default],
        additional_member_attributes: {
            "zhibang:erp/session@0.1.0/state.signed-out": [#[default]],
            "zhibang:erp/types@0.1.0/kind.unavailable": [#[default]],
        },
        pub_export_macro: true,
        export_macro_name: "export",
        default_bindings_module: "sunmao_plugin::automation::bindings",
    });
}

/// What an automation implements. The host calls `handle` again after a failure that asks for it and after a crash;
/// each write to the ERP takes effect once all the same.
pub use bindings::exports::sunmao::plugin::event_handler::Guest as Automation;
pub use bindings::exports::sunmao::plugin::event_handler::{Event, Failure};

#[cfg(feature = "json")]
impl Event {
    /// The payload as a type of yours. An unreadable payload is never worth another try.
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, Failure> {
        serde_json::from_str(&self.payload)
            .map_err(|error| Failure::fatal(format!("payload of event {} ({}): {error}", self.id, self.name)))
    }
}

impl Failure {
    /// A failure that will pass: the host tries the event again later.
    pub fn passing(message: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            retry: true,
        }
    }

    /// A failure that stays: the event waits for a person.
    pub fn fatal(message: impl Into<String>) -> Self {
        Failure {
            message: message.into(),
            retry: false,
        }
    }
}

/// Worth another try where the ERP, the session or our budget was short, and where nobody saw a write's outcome: the
/// host looks that up first.
impl From<crate::erp::Error> for Failure {
    fn from(error: crate::erp::Error) -> Self {
        let retry = matches!(
            error.kind,
            Kind::Unavailable | Kind::Unconfirmed | Kind::Session | Kind::OverBudget
        );
        Failure {
            message: with_hint(&error.message, &error.hint),
            retry,
        }
    }
}

/// The host's own services say no for reasons that stay.
impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Failure::fatal(with_hint(&problem.message, &problem.hint))
    }
}

fn with_hint(message: &str, hint: &str) -> String {
    if hint.is_empty() {
        return message.to_owned();
    }
    format!("{message} (hint: {hint})")
}

#[doc(hidden)]
pub fn implemented<T: Automation>() {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erp::Error;

    fn failure(kind: Kind) -> Failure {
        let error = Error {
            kind,
            code: None,
            message: "no answer".to_owned(),
            hint: "wait".to_owned(),
        };
        Failure::from(error)
    }

    #[test]
    fn only_what_can_pass_is_tried_again() {
        for kind in [
            Kind::Unavailable,
            Kind::Unconfirmed,
            Kind::Session,
            Kind::OverBudget,
        ] {
            assert!(failure(kind).retry, "{kind:?}");
        }
        for kind in [Kind::NotGranted, Kind::Invalid, Kind::Refused, Kind::NotFound] {
            assert!(!failure(kind).retry, "{kind:?}");
        }
    }

    #[test]
    fn the_hint_is_kept() {
        assert_eq!(failure(Kind::Refused).message, "no answer (hint: wait)");
    }
}
