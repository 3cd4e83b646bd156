//! How long the ERP lets a field be (添加或修改单位客户, menu id 16). What is too long is a fault here, where the
//! contact's own field can still be named, and is never cut; only what stands in for a name that is missing is.

use sunmao_plugin::Fault;

pub const CUSTOMER_NAME: usize = 100;
pub const SHORT_TEXT: usize = 50;
pub const ADDRESS: usize = 200;
pub const LONG_TEXT: usize = 4000;

/// Notes a fault if `value` is longer than `most` characters.
pub fn check(faults: &mut Vec<Fault>, field: &str, value: Option<&str>, most: usize) {
    // A character is at least a byte, so most values need no counting.
    let Some(value) = value.filter(|value| value.len() > most) else {
        return;
    };
    let length = value.chars().count();
    if length > most {
        faults.push(Fault::new(
            field,
            format!("has {length} characters; the ERP takes at most {most}"),
        ));
    }
}

/// As much of a text as fits where it stands in for another; the whole stays where it belongs.
pub fn stand_in(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
