//! Sentences about operations and fields, the same in the WIT and in the reference.

use crate::{Effect, Field, IdentityForm, MemberRules, Operation, Repeat, Value, Write};

/// What a call does to the ERP's data, how it may be repeated and how it is read back.
pub(crate) fn effect(operation: &Operation) -> String {
    match &operation.effect {
        Effect::Read => "Reads.".to_owned(),
        Effect::Write(write) => writes(operation, write),
    }
}

/// What a caller should know of a field beside its label and type, shortest first; of an open set of codes, at most
/// `samples`.
pub(crate) fn notes(field: &Field, samples: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if !field.description.is_empty() {
        notes.push(field.description.trim_end_matches('.').to_owned());
    }
    if field.observed {
        notes.push("not in the vendor's tables, seen on installations".to_owned());
    }
    if field.required_by_policy {
        notes.push("required where the installation's settings say so".to_owned());
    }
    if let Some(length) = field.max_length {
        notes.push(format!("at most {length} characters"));
    }
    match (field.minimum, field.maximum) {
        (Some(minimum), Some(maximum)) => notes.push(format!("from {minimum} to {maximum}")),
        (Some(minimum), None) => notes.push(format!("at least {minimum}")),
        (None, Some(maximum)) => notes.push(format!("at most {maximum}")),
        (None, None) => {}
    }
    if let Some(kind) = &field.reference {
        notes.push(format!("the id of a record of the kind `{kind}`"));
    }
    if let Some(default) = field.default.as_ref().and_then(Value::to_text) {
        notes.push(format!("`{default}` where it is left out"));
    }
    if let Some(form) = field.identity {
        notes.push(format!(
            "finds a record that is in the ERP already, compared as a {}",
            form_word(form)
        ));
    }
    if let Some(form) = field.group {
        notes.push(format!(
            "records that say the same belong together, compared as a {}",
            form_word(form)
        ));
    }
    notes.extend(rules(&field.rules));
    if field.matches_substring {
        notes.push("matches anywhere in the text".to_owned());
    }
    if !field.values.is_empty() {
        notes.push(codes(field, samples));
    }
    if let Some(lookup) = &field.lookup {
        notes.push(format!("codes from `{lookup}`"));
    }
    if let Some(page) = &field.lookup_page {
        notes.push(format!(
            "codes from the ERP's page `{page}`, which no operation reads"
        ));
    }
    if !field.aliases.is_empty() {
        notes.push(format!("also called {}", quoted(&field.aliases)));
    }
    if field.json_text {
        notes.push("may be a text that holds the list as JSON".to_owned());
    }
    if field.unique {
        notes.push("the ERP refuses a second record with the same".to_owned());
    }
    notes
}

/// What a member of a kind is beside its value.
fn rules(rules: &MemberRules) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(formula) = &rules.computed {
        notes.push(format!("computed, whatever is filed: `{formula}`"));
    }
    if let Some(prefix) = &rules.assigned {
        notes.push(format!("`{prefix}` and the record's id where it is left out"));
    }
    if let Some(form) = rules.lookup {
        notes.push(format!(
            "records are looked up by it, compared as a {}",
            form_word(form)
        ));
    }
    let steps = rules.transitions.iter();
    let steps: Vec<String> = steps
        .map(|(state, behind)| format!("{state} → {}", behind.join(", ")))
        .collect();
    if !steps.is_empty() {
        notes.push(format!("goes {}", steps.join("; ")));
    }
    for (states, words) in [(&rules.required_in, "required in"), (&rules.fixed_in, "fixed in")] {
        if !states.is_empty() {
            notes.push(format!("{words} {}", states.join(", ")));
        }
    }
    notes
}

fn form_word(form: IdentityForm) -> &'static str {
    match form {
        IdentityForm::Number => "number",
        IdentityForm::Phone => "phone",
        IdentityForm::Name => "name",
        IdentityForm::Text => "text",
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// The closed codes with their labels, or some of an open set.
fn codes(field: &Field, samples: usize) -> String {
    let (word, most) = if field.values_are_sample {
        ("for example", samples)
    } else {
        ("one of", usize::MAX)
    };
    let codes: Vec<String> = field
        .values
        .iter()
        .take(most)
        .map(|value| match value.code == value.label {
            true => value.code.clone(),
            false => format!("{} {}", value.code, value.label),
        })
        .collect();
    format!("{word} {}", codes.join(", "))
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
