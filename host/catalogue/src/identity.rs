//! How the values that identify a record are compared, however either side spells them.

use serde::{Deserialize, Serialize};

/// In what form two values are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityForm {
    /// A number that one of the systems gave: `WX42`, `HT-2026-001`.
    Number,
    /// A phone number.
    Phone,
    /// The name of a company or a person.
    Name,
    /// Text that is compared as it is: a WeChat id.
    Text,
}

impl IdentityForm {
    /// The form's word in tables and listings.
    pub fn name(self) -> &'static str {
        match self {
            IdentityForm::Number => "number",
            IdentityForm::Phone => "phone",
            IdentityForm::Name => "name",
            IdentityForm::Text => "text",
        }
    }

    /// The value as it is compared; empty where there is nothing to compare.
    pub fn normal(self, value: &str) -> String {
        let shown = value.chars().filter(|letter| !letter.is_whitespace());
        match self {
            IdentityForm::Number | IdentityForm::Name => shown.flat_map(char::to_lowercase).collect(),
            IdentityForm::Phone => shown.filter(|letter| *letter != '-').collect(),
            IdentityForm::Text => value.trim().to_owned(),
        }
    }
}
