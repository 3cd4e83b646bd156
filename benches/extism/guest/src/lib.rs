//! The shipped mapping from JSON to JSON, as an Extism plugin.

use extism_pdk::{Error, FnResult, plugin_fn};

/// A contact's JSON as the arguments' JSON.
#[plugin_fn]
pub fn to_customer(contact: String) -> FnResult<String> {
    let mapped = wechat_customer::json::to_customer(&contact);
    let faults = |faults: Vec<_>| Error::msg(format!("{} faults", faults.len()));
    Ok(mapped.map_err(faults)?)
}
