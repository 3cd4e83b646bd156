//! Columns that name a record of another object. The screens take its key and show its name, the json dialect takes the
//! name; both are kept, so that lists can be filtered by either.

use crate::world::{Draft, World};
use sunmao_catalogue::Value;

/// The labels of the filters that choose salespeople.
pub(super) const STAFF_FILTERS: &[&str] = &["人员选择", "销售人员"];

/// A column that names a record of another object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference {
    /// The column of the name, by wire name.
    pub(crate) name: &'static str,
    /// The column of the key: wire name and label.
    pub(crate) key: (&'static str, &'static str),
    /// The other object, and its column of the name.
    pub(crate) target: (&'static str, &'static str),
    /// Labels of list parameters that choose by it.
    pub(crate) filters: &'static [&'static str],
}

/// Completes each given key by its name and each given name by its key. What fits no record is kept as it came.
pub(crate) fn resolve(world: &mut World, draft: &mut Draft<'_>) {
    for reference in draft.schema.rules.references {
        let given = draft
            .given(reference.name)
            .or_else(|| draft.given(reference.key.0));
        let Some(given) = given.cloned() else {
            continue;
        };
        match found(world, reference, &given) {
            Some((key, name)) => {
                draft.set(reference.name, name);
                draft.set(reference.key.0, Value::Integer(key));
            }
            None => draft.set(reference.key.0, Value::Null),
        }
    }
}

fn found(world: &mut World, reference: &Reference, given: &Value) -> Option<(i64, Value)> {
    let (object, name) = reference.target;
    let object = world.model.object(object)?;
    let text = given.to_text().filter(|text| !text.is_empty())?;
    let key = match given.as_integer() {
        Some(key) => key,
        None => world.find(object, name, &text)?,
    };
    let name = world.value(object, key, name)?.clone();
    Some((key, name))
}

/// The names of the people that a text chooses, by keys or names with commas between. Keys that nobody has stay as they
/// came.
pub(super) fn people(world: &mut World, text: &str) -> String {
    let mut names = Vec::new();
    for part in text
        .split([',', '，'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        let key = part.parse::<i64>().ok();
        let name = key.map(|key| world.text("accounts", key, "Name"));
        names.push(
            name.filter(|name| !name.is_empty())
                .unwrap_or_else(|| part.to_owned()),
        );
    }
    names.join("、")
}
