//! The host's services.

#[doc(hidden)]
#[allow(missing_docs, unsafe_code, clippy::all, reason = "written by wit-bindgen")]
pub mod generated {
    wit_bindgen::generate!({
        inline: "
            package sunmao:sdk;
            world services {
                import sunmao:host/log@0.1.0;
                import sunmao:host/state@0.1.0;
                import sunmao:host/links@0.1.0;
                import sunmao:host/records@0.1.0;
                import sunmao:host/filing@0.1.0;
                import sunmao:host/events@0.1.0;
                import sunmao:host/settings@0.1.0;
                import sunmao:host/clock@0.1.0;
            }
        ",
        path: "../../wit",
        generate_all,
        with: { "sunmao:host/types@0.1.0": crate::types },
        additional_derives: [Clone, PartialEq, Default],
        additional_member_attributes: {
            "sunmao:host/log@0.1.0/level.info": [#[default]],
        },
    });
}

pub use bindings::{clock, filing, links, log};
use generated::sunmao::host as bindings;

/// The hub's records.
pub mod records {
    pub use super::bindings::records::{Stored, find, get, list};

    #[cfg(feature = "json")]
    impl Stored {
        /// The record as a type of yours.
        ///
        /// # Errors
        /// It has other members.
        pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, crate::types::Problem> {
            serde_json::from_str(&self.body).map_err(|error| crate::types::Problem {
                message: format!("a record cannot be read: {error}"),
                hint: "compare the type with `sunmao kinds show`".to_owned(),
            })
        }
    }
}

/// The plugin's own durable keys. No other plugin sees them.
pub mod state {
    use crate::types::Problem;

    pub use super::bindings::state::{Entry, compare_and_set, delete, get, keys, put};

    /// Replaces a key's value by what `change` makes of the present one (`None`: absent), and again if another
    /// invocation came first. Returns the new value.
    pub fn update(key: &str, mut change: impl FnMut(Option<&str>) -> String) -> Result<String, Problem> {
        loop {
            let present = get(key)?;
            let value = change(present.as_ref().map(|entry| entry.value.as_str()));
            let expected = present.map(|entry| entry.revision);
            if compare_and_set(key, expected, &value)?.is_some() {
                return Ok(value);
            }
        }
    }

    /// Adds one to a counter and returns it. A value that is no number counts as zero.
    pub fn count(key: &str) -> Result<u64, Problem> {
        let mut next = 0;
        update(key, |present| {
            next = present.and_then(|text| text.parse::<u64>().ok()).unwrap_or(0) + 1;
            next.to_string()
        })?;
        Ok(next)
    }
}

/// What the operator wrote under `[plugin.NAME.settings]`.
pub mod settings {
    use crate::types::Problem;
    use std::str::FromStr;

    pub use super::bindings::settings::{all, get};

    /// A setting as a number, a truth value or any other type that reads itself from text. Absent is `None`;
    /// unreadable is a problem that names the setting.
    pub fn read<T: FromStr>(name: &str) -> Result<Option<T>, Problem> {
        let Some(text) = get(name) else {
            return Ok(None);
        };
        text.parse().map(Some).map_err(|_| Problem {
            message: format!("setting `{name}` is unreadable: {text:?}"),
            hint: format!(
                "correct it under the plugin's `settings`; a {} is expected",
                std::any::type_name::<T>()
            ),
        })
    }

    /// A setting that must be there.
    pub fn require<T: FromStr>(name: &str) -> Result<T, Problem> {
        read(name)?.ok_or_else(|| Problem {
            message: format!("setting `{name}` is missing"),
            hint: "write it under the plugin's `settings`".to_owned(),
        })
    }
}

/// Events for automations, this one included.
pub mod events {
    pub use super::bindings::events::emit;

    /// Emits a record of yours as JSON. Returns the event's number.
    #[cfg(feature = "json")]
    pub fn emit_json(
        name: &str,
        key: &str,
        payload: &impl serde::Serialize,
    ) -> Result<u64, crate::types::Problem> {
        let text = serde_json::to_string(payload).map_err(|error| crate::types::Problem {
            message: format!("payload of event `{name}`: {error}"),
            hint: String::new(),
        })?;
        emit(name, key, &text)
    }
}
