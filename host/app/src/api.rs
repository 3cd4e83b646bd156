//! What goes over the HTTP API, either way: one struct for the server's handlers, the commands' client and the OpenAPI
//! document. Requests refuse members that they do not know; answers may grow.

pub mod audit;
pub mod calls;
pub mod changes;
pub mod conflicts;
pub mod deliveries;
pub mod errors;
pub mod extensions;
pub mod filing;
pub mod flows;
pub mod kinds;
pub mod operations;
pub mod preview;
pub mod printed;
pub mod records;
pub mod replays;
pub mod rules;
pub mod status;

use serde::Serialize;

/// The word that stands for one of an enumeration's values in JSON.
pub fn word(value: &impl Serialize) -> String {
    // They are words without members.
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
