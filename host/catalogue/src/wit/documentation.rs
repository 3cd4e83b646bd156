//! What a reader of the WIT learns of an operation: title, menu id, effect, and how it may be repeated.

use crate::{Effect, Operation, Repeat, Write};
use indexmap::IndexSet;

/// The menu paths of an object's operations.
pub(super) fn menus(operations: &[&Operation]) -> String {
    let paths: IndexSet<String> = operations
        .iter()
        .map(|operation| operation.menu.join(" / "))
        .collect();
    paths.into_iter().collect::<Vec<_>>().join("\n")
}

/// The doc comment of an operation's function.
pub(super) fn operation_documentation(operation: &Operation) -> String {
    let mut lines = vec![
        format!("{} (menu {})", operation.title, operation.id),
        effect(operation),
    ];
    if !operation.documented {
        lines.push(
            "The vendor does not publish the parameters: they travel in `extra` by wire name.".to_owned(),
        );
    }
    lines.join("\n")
}

fn effect(operation: &Operation) -> String {
    match &operation.effect {
        Effect::Read => "Reads.".to_owned(),
        Effect::Write(write) => writes(operation, write),
    }
}

fn writes(operation: &Operation, write: &Write) -> String {
    let mut text = format!("Writes. {}", repetition(operation, &write.repeat));
    if let Some(read_back) = &write.read_back {
        text.push(' ');
        text.push_str(&confirmation(operation, read_back));
    }
    if write.judged {
        text.push_str(" This is judged from the operation's kind; the vendor does not say.");
    }
    text
}

/// Says no more than the host does: it sends a keyed write again, and looks nothing up for one that has a number.
fn repetition(operation: &Operation, repeat: &Repeat) -> String {
    match repeat {
        Repeat::ReservedKey { parameter, reserve } => {
            let key = english(operation, parameter);
            let source = reserve
                .as_ref()
                .map(|reserve| format!("; a new key comes from `{reserve}`"))
                .unwrap_or_default();
            format!(
                "Safe to repeat with the same `{key}`{source}.{}",
                guard(operation, key)
            )
        }
        Repeat::UniqueNumber { parameter, find, .. } => {
            let number = english(operation, parameter);
            let condition = if is_required(operation, parameter) {
                ""
            } else {
                ", if given,"
            };
            format!(
                "Not repeated once its outcome is unknown: `{number}`{condition} identifies the record, so look for it \
                 with `{find}` first."
            )
        }
        Repeat::Never => "Not safe to repeat: one attempt, then a person.".to_owned(),
    }
}

/// What keeps a call without the key from making a second record.
fn guard(operation: &Operation, key: &str) -> String {
    let mut guards = operation.params.iter().filter(|field| field.unique);
    guards.next().map_or_else(String::new, |field| {
        let name = &field.name;
        format!(" Without `{key}`, the ERP refuses a second record with the same `{name}`.")
    })
}

fn confirmation(operation: &Operation, read_back: &str) -> String {
    let is_list = read_back
        .split_once('.')
        .is_some_and(|(_, verb)| verb.starts_with("list"));
    if operation.verb == "delete" {
        format!("`{read_back}` shows whether it is gone.")
    } else if is_list {
        format!("`{read_back}` shows whether it took effect.")
    } else {
        format!("Read back with `{read_back}`.")
    }
}

fn is_required(operation: &Operation, wire: &str) -> bool {
    operation
        .params
        .iter()
        .any(|field| field.wire == wire && field.required)
}

/// The English name of a parameter given by wire name.
fn english<'a>(operation: &'a Operation, wire: &'a str) -> &'a str {
    operation
        .params
        .iter()
        .find(|field| field.wire == wire)
        .map_or(wire, |field| &field.name)
}
