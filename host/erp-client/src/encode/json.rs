//! The dialect `json`: the token in a header, the arguments as a plain object.

use serde::ser::{Serialize, Serializer};
use sunmao_catalogue::{Arguments, Value};

/// The arguments by name; lists and objects nest.
pub(super) fn body(arguments: &Arguments) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Plain(arguments))
}

/// Arguments as one object.
pub(super) struct Plain<'a>(pub(super) &'a Arguments);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter(|(_, value)| **value != Value::Null))
    }
}
