//! Records that every kind of plugin speaks in.

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
            "sunmao:host/types@0.1.0/contact": [
                #[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
                #[cfg_attr(feature = "json", serde(default))]
            ],
            "sunmao:host/types@0.1.0/contact-kind": [
                #[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
                #[cfg_attr(feature = "json", serde(rename_all = "lowercase"))]
            ],
            "sunmao:host/types@0.1.0/contact-source": [
                #[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
                #[cfg_attr(feature = "json", serde(rename_all = "lowercase"))]
            ],
            "sunmao:host/types@0.1.0/field": [
                #[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
            ],
        },
        additional_member_attributes: {
            "sunmao:host/types@0.1.0/contact-kind.unknown": [#[default]],
            "sunmao:host/types@0.1.0/contact-source.manual": [#[default]],
            "sunmao:host/types@0.1.0/contact.kind": [#[cfg_attr(feature = "json", serde(rename = "type"))]],
        },
    });
}

pub use bindings::sunmao::host::types::{Contact, ContactKind, ContactSource, Field, Problem};

impl Field {
    /// A name and a value as text.
    pub fn new(name: impl Into<String>, value: impl ToString) -> Self {
        Field {
            name: name.into(),
            value: value.to_string(),
        }
    }
}
