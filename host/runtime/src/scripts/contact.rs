//! A contact as a script sees it, by the hub's own names, and as a script gives it back.

use super::value;
use crate::contact::Contact;
use rhai::{Dynamic, Map};
use serde_json::Value as Json;

/// The member whose absence is `()`; it is a number.
const SCORE: &str = "score";

/// The contact's members, every one of them, so that a misspelt one is an error. Absent text is empty text.
pub fn to_script(contact: &Contact) -> Map {
    // A contact is a struct of plain members, which serialises to a map and cannot fail.
    let members = rhai::serde::to_dynamic(contact).unwrap_or_default();
    let mut members: Map = members.try_cast().unwrap_or_default();
    for (name, value) in &mut members {
        if value.is_unit() && name != SCORE {
            *value = Dynamic::from("");
        }
    }
    members
}

/// A contact that a script returned; `known` lends its id where the script left it out. The error lists every fault.
pub fn from_script(value: &Dynamic, known: Option<&Contact>) -> Result<Contact, String> {
    let json = serde_json::to_value(value::from_script(value)?).map_err(|error| error.to_string())?;
    let Json::Object(mut members) = json else {
        return Err(format!(
            "expected the contact as a map, not {}",
            value::kind(value)
        ));
    };
    members.retain(|_, value| !value.is_null() && value != "");
    let id = members
        .get("id")
        .and_then(Json::as_str)
        .or_else(|| known.map(|known| known.id.as_str()));
    let id = id.unwrap_or_default().to_owned();
    Contact::read(&id, Json::Object(members)).map_err(|faults| {
        let faults: Vec<String> = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.field, fault.message))
            .collect();
        faults.join("; ")
    })
}
