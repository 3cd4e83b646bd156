//! What makes a kind's declaration sound: names that WIT can say, limits that fit the type, defaults that pass the
//! member's own checks, and rules that name what is there.

mod rules;

use super::file::{MemberRow, MemberType};
use crate::arguments::scalar::member_value;
use crate::shape::{RecordShape, Shape};
use crate::{Field, RecordKind};
use std::collections::BTreeSet;

pub(super) use rules::rules;

/// A kind's name or its plural.
///
/// # Errors
/// Why it is none.
pub(super) fn kind_name(name: &str) -> Result<(), String> {
    name_of_parts(name, '-', "showroom-visit")
}

/// The members, with every fault of theirs.
pub(super) fn fields(rows: Vec<MemberRow>, faults: &mut Vec<String>) -> Vec<Field> {
    let mut told = Vec::new();
    let fields = members("", rows, &mut told);
    faults.extend(
        told.into_iter()
            .map(|(path, message)| format!("field `{path}`: {message}")),
    );
    fields
}

/// Every member with its path, those of lists included.
pub(super) fn nested(fields: &[Field]) -> Vec<(String, &Field)> {
    let mut found = Vec::new();
    collect("", fields, &mut found);
    found
}

/// Record types of a kind that would have one name.
pub(super) fn type_names(kind: &RecordKind) -> Vec<String> {
    let mut names = BTreeSet::new();
    let mut twice = Vec::new();
    note(&kind.shape(), &mut names, &mut twice);
    let told = |name| format!("two lists would both have the type `{name}`; give one of them another name");
    twice.into_iter().map(told).collect()
}

type Told = Vec<(String, String)>;

fn members(prefix: &str, rows: Vec<MemberRow>, faults: &mut Told) -> Vec<Field> {
    let mut names = BTreeSet::new();
    let mut fields = Vec::new();
    for row in rows {
        let path = format!("{prefix}{}", row.name);
        let mut fault = |message: String| faults.push((path.clone(), message));
        if let Err(message) = name_of_parts(&row.name, '_', "visited_on") {
            fault(message);
        }
        if prefix.is_empty() && row.name == crate::kind::ID {
            fault("every record has an `id` already; choose another name".to_owned());
        }
        if !names.insert(row.name.clone()) {
            fault("stands twice".to_owned());
        }
        for message in row_faults(&row, prefix.is_empty()) {
            fault(message);
        }
        let formula = row.formula().unwrap_or_else(|message| {
            fault(format!("computed: {message}"));
            None
        });
        let (field, inner) = row.into_field(formula);
        let mut field = Field {
            fields: members(&format!("{path}."), inner, faults),
            ..field
        };
        if let Some(default) = field.default.take() {
            match member_value(&field, &default) {
                Ok(default) => field.default = Some(default),
                Err(wrong) => faults.push((path, format!("the default {} ({})", wrong.message, wrong.hint))),
            }
        }
        fields.push(field);
    }
    fields
}

/// What does not go together in one row.
fn row_faults(row: &MemberRow, is_top: bool) -> Vec<String> {
    use MemberType::{Choice, Decimal, Integer, List, Reference, Text};
    let kind = row.kind;
    let is_number = matches!(kind, Integer | Decimal);
    let needs = [
        (
            row.max_length.is_some(),
            kind == Text,
            "`max_length` is for a text",
        ),
        (row.minimum.is_some(), is_number, "`minimum` is for a number"),
        (row.maximum.is_some(), is_number, "`maximum` is for a number"),
        (
            row.group.is_some(),
            kind == Text && is_top,
            "`group` is for a text that stands in no list",
        ),
        (
            row.identity.is_some(),
            kind == Text && is_top,
            "`identity` is for a text that stands in no list",
        ),
        (
            !row.choices.is_empty(),
            kind == Choice,
            "`choices` are for a choice",
        ),
        (
            row.references.is_some(),
            kind == Reference,
            "`references` is for a reference",
        ),
        (!row.fields.is_empty(), kind == List, "`fields` are for a list"),
        (
            row.computed.is_some(),
            kind == Decimal,
            "`computed` is for a decimal",
        ),
        (
            row.assigned.is_some(),
            kind == Text && is_top,
            "`assigned` is for a text that stands in no list",
        ),
        (
            row.lookup.is_some(),
            kind == Text && is_top,
            "`lookup` is for a text that stands in no list",
        ),
        (
            !row.transitions.is_empty(),
            kind == Choice && is_top,
            "`transitions` are for a choice that stands in no list",
        ),
    ];
    let mut faults: Vec<String> = needs
        .into_iter()
        .filter(|(is_given, fits, _)| *is_given && !fits)
        .map(|(_, _, message)| format!("{message}; this is `{}`", kind.name()))
        .collect();
    let lacks = [
        (row.label.trim().is_empty(), "`label` is empty"),
        (
            kind == Choice && row.choices.is_empty(),
            "a choice needs `choices`",
        ),
        (row.choices.keys().any(String::is_empty), "a choice is not empty"),
        (
            kind == Reference && row.references.is_none(),
            "a reference needs `references`, the kind it refers to",
        ),
        (
            kind == List && row.fields.is_empty(),
            "a list needs `fields`, the members of its lines",
        ),
        (row.max_length == Some(0), "`max_length` is at least 1"),
        (
            row.minimum
                .zip(row.maximum)
                .is_some_and(|(least, most)| least > most),
            "`minimum` is above `maximum`",
        ),
        (
            row.default.is_some() && row.required,
            "what is required needs no `default`",
        ),
        (row.default.is_some() && kind == List, "a list has no `default`"),
        (
            row.computed.is_some() && (row.required || row.default.is_some()),
            "what is computed is neither `required` nor has it a `default`",
        ),
        (
            !row.fixed_in.is_empty() && !is_top,
            "`fixed_in` is for a whole list, not for a member of it",
        ),
    ];
    faults.extend(
        lacks
            .into_iter()
            .filter(|(is_so, _)| *is_so)
            .map(|(_, message)| message.to_owned()),
    );
    faults
}

/// Lower-case letters and digits in parts, each beginning with a letter: what becomes a WIT identifier as it is.
fn name_of_parts(name: &str, separator: char, example: &str) -> Result<(), String> {
    let is_part = |part: &str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        part.starts_with(|first: char| first.is_ascii_lowercase()) && part.bytes().all(is_plain)
    };
    if name.split(separator).all(is_part) {
        return Ok(());
    }
    Err(format!(
        "`{name}` is no name: lower-case letters and digits in parts joined by `{separator}`, none of which begins with a \
         digit, such as `{example}`"
    ))
}

fn collect<'a>(prefix: &str, fields: &'a [Field], found: &mut Vec<(String, &'a Field)>) {
    for field in fields {
        let path = format!("{prefix}{}", field.snake_name());
        collect(&format!("{path}."), &field.fields, found);
        found.push((path, field));
    }
}

fn note(record: &RecordShape, names: &mut BTreeSet<String>, twice: &mut Vec<String>) {
    if !names.insert(record.name.clone()) {
        twice.push(record.name.clone());
    }
    for member in &record.members {
        let inner = match &member.shape {
            Shape::List(inner) | Shape::Optional(inner) => inner,
            shape => shape,
        };
        if let Shape::Record(record) = inner {
            note(record, names, twice);
        }
    }
}
