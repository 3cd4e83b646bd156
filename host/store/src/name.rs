//! What a record is called wherever something is said of it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A record's kind and its id: `contact/42`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordName {
    /// `contact`, `erp.customers`; never has a slash.
    pub kind: String,
    /// Unique in its kind.
    pub id: String,
}

/// A text that names no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no record: wanted is KIND/ID, such as contact/42")]
pub struct NoRecordName(pub String);

impl RecordName {
    /// The record of this kind and id.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            id: id.into(),
        }
    }
}

impl fmt::Display for RecordName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.id)
    }
}

impl FromStr for RecordName {
    type Err = NoRecordName;

    /// An id may have slashes of its own.
    fn from_str(text: &str) -> Result<Self, NoRecordName> {
        match text.split_once('/') {
            Some((kind, id)) if !kind.is_empty() && !id.is_empty() => Ok(Self::new(kind, id)),
            _ => Err(NoRecordName(text.to_owned())),
        }
    }
}

impl TryFrom<String> for RecordName {
    type Error = NoRecordName;

    fn try_from(text: String) -> Result<Self, NoRecordName> {
        text.parse()
    }
}

impl From<RecordName> for String {
    fn from(name: RecordName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_and_read_alike() {
        for (text, kind, id) in [
            ("contact/42", "contact", "42"),
            ("erp.customers/4711", "erp.customers", "4711"),
            ("visit/2026/11/展厅", "visit", "2026/11/展厅"),
        ] {
            let name = RecordName::new(kind, id);
            assert_eq!(text.parse(), Ok(name.clone()));
            assert_eq!(name.to_string(), text);
        }
        for text in ["", "contact", "contact/", "/42", "/"] {
            assert_eq!(text.parse::<RecordName>(), Err(NoRecordName(text.to_owned())));
        }
    }
}
