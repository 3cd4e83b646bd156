//! Plain parameters for a gateway that speaks none of the dialects: the arguments as one object, under wire names but for
//! those that such a gateway was seen to call otherwise.

use serde::ser::{Serialize, Serializer};
use sunmao_catalogue::{Arguments, Operation, Value};

/// Wire names, and what the gateway calls the same.
const NAMES: [(&str, &str); 1] = [("person_name", "contact")];

/// `{"pageIndex": 1, "pageSize": 20}`, `{"name": …, "contact": …}`.
pub(super) fn body(operation: &Operation, arguments: &Arguments) -> Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(&Plain(operation, arguments))
}

struct Plain<'a>(&'a Operation, &'a Arguments);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Plain(operation, arguments) = self;
        let given = arguments.iter().filter(|(_, value)| **value != Value::Null);
        serializer.collect_map(given.map(|(name, value)| (plain(operation, name), value)))
    }
}

fn plain<'a>(operation: &Operation, wire: &'a str) -> &'a str {
    let paging = operation.paging.as_ref();
    match wire {
        _ if paging.is_some_and(|paging| paging.size == wire) => "pageSize",
        _ if paging.is_some_and(|paging| paging.index == wire) => "pageIndex",
        _ => {
            let mut names = NAMES.iter();
            names
                .find(|(own, _)| *own == wire)
                .map_or(wire, |(_, plain)| plain)
        }
    }
}
