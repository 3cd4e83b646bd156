//! What every kind of plugin speaks in.

#[allow(missing_docs, unsafe_code, clippy::all, reason = "written by wit-bindgen")]
mod bindings {
    wit_bindgen::generate!({
        inline: "
            package sunmao:sdk;
            world types {
                import sunmao:host/types@0.1.0;
            }
        ",
        path: "../../wit",
        generate_all,
        generate_unused_types: true,
        additional_derives: [Clone, PartialEq, Default],
        additional_type_attributes: {
            "sunmao:host/types@0.1.0/field": [
                #[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
            ],
            "sunmao:host/types@0.1.0/fault": [
                #[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
            ],
        },
        additional_member_attributes: {
            "sunmao:host/types@0.1.0/decision.admit": [#[default]],
            "sunmao:host/types@0.1.0/ruling.undecided": [#[default]],
        },
    });
}

pub use bindings::sunmao::host::types::{Decision, Fault, Field, Problem, Ruling};

impl Field {
    /// A name and a value as text.
    pub fn new(name: impl Into<String>, value: impl ToString) -> Self {
        Field {
            name: name.into(),
            value: value.to_string(),
        }
    }
}

impl Fault {
    /// The field that cannot be mapped, and why.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Fault {
            field: field.into(),
            message: message.into(),
        }
    }
}

impl Decision {
    /// Not now, and why.
    pub fn skip(reason: impl Into<String>) -> Self {
        Decision::Skip(reason.into())
    }
}
