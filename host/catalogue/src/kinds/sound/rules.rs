//! Rules of members that name what is there: states of the kind's one member with transitions, numbers for formulas.

use crate::kind::LONGEST_ID;
use crate::{Field, FieldType, Formula, RecordKind};

/// What is wrong with the rules of a kind's members.
pub(in crate::kinds) fn rules(kind: &RecordKind) -> Vec<String> {
    let mut faults = Vec::new();
    let with_states = kind
        .fields
        .iter()
        .filter(|field| !field.rules.transitions.is_empty());
    let with_states: Vec<&Field> = with_states.collect();
    if let [first, second, ..] = with_states.as_slice() {
        let (first, second) = (first.snake_name(), second.snake_name());
        faults.push(format!(
            "field `{second}`: `{first}` has `transitions` already; a record has one state"
        ));
    }
    if let Some(field) = with_states.first() {
        let named = field.rules.transitions.iter();
        let named = named.flat_map(|(state, behind)| std::iter::once(state).chain(behind));
        for state in named.filter(|state| !is_state(field, state)) {
            faults.push(format!(
                "field `{}`: transitions: `{state}` is none of its choices",
                field.snake_name()
            ));
        }
    }
    members("", &kind.fields, with_states.first().copied(), &mut faults);
    faults
}

fn members(prefix: &str, fields: &[Field], states: Option<&Field>, faults: &mut Vec<String>) {
    for (position, field) in fields.iter().enumerate() {
        let path = format!("{prefix}{}", field.snake_name());
        let rules = &field.rules;
        for (key, named) in [("fixed_in", &rules.fixed_in), ("required_in", &rules.required_in)] {
            let unknown = named
                .iter()
                .find(|state| !states.is_some_and(|field| is_state(field, state)));
            if let Some(state) = unknown {
                faults.push(format!(
                    "field `{path}`: {key}: `{state}` is no state; a choice with `transitions` has them"
                ));
            }
        }
        if let Some(prefix) = &rules.assigned {
            let longest = prefix.chars().count() + LONGEST_ID;
            if field.max_length.is_some_and(|most| (most as usize) < longest) {
                faults.push(format!(
                    "field `{path}`: assigned: with the record's id it may have {longest} characters; let `max_length` be as much"
                ));
            }
        }
        if let Some(formula) = &rules.computed {
            let before = fields.get(..position).unwrap_or_default();
            let missing = missing(formula, before);
            faults.extend(missing.map(|member| {
                format!("field `{path}`: computed: `{member}` is no number that stands in front of it")
            }));
        }
        members(&format!("{path}."), &field.fields, states, faults);
    }
}

fn is_state(field: &Field, state: &str) -> bool {
    field.values.iter().any(|value| value.code == state)
}

/// What a formula reads and is not declared in front of it.
fn missing<'a>(formula: &Formula, before: &'a [Field]) -> impl Iterator<Item = String> + use<'a> {
    formula
        .members()
        .into_iter()
        .filter(move |member| !is_number(member, before))
}

fn is_number(member: &str, before: &[Field]) -> bool {
    let named = |name: &str| before.iter().find(|field| field.wire == name);
    match member.split_once('.') {
        Some((list, inner)) => named(list).is_some_and(|list| is_number(inner, &list.fields)),
        None => named(member).is_some_and(|field| matches!(field.kind, FieldType::Int | FieldType::Decimal)),
    }
}
