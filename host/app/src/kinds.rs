//! Kinds of records as people and programs are shown them, and the reading of the operator's folder.

use crate::exit::Exit;
use crate::failure::Failure;
use serde::Serialize;
use std::path::Path;
use sunmao_catalogue::{Catalogue, Field, IdentityForm, KindSource, Kinds, RecordKind, Value, member_type};
use sunmao_runtime::KindsFolder;

/// A kind in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindEntry {
    /// The name: `contact`.
    pub name: String,
    /// What several are called.
    pub plural: String,
    /// The Chinese name.
    pub label: String,
    /// What a record of the kind is.
    pub description: String,
    /// How many members it has.
    pub members: usize,
    /// `shipped`, `erp`, or the operator's file.
    pub source: String,
}

/// A kind with its members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindDetail {
    /// The name: `contact`.
    pub name: String,
    /// What several are called.
    pub plural: String,
    /// The Chinese name.
    pub label: String,
    /// What a record of the kind is.
    pub description: String,
    /// `shipped`, `erp`, or the operator's file.
    pub source: String,
    /// Its members in order; `id` is none of them.
    pub fields: Vec<MemberDetail>,
}

/// A member of a kind. What does not apply is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MemberDetail {
    /// The name in JSON.
    pub name: String,
    /// The Chinese label.
    pub label: String,
    /// The type: text, integer, decimal, boolean, date, time, choice, reference, list.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// What else there is to say of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// A record without it is refused.
    pub required: bool,
    /// It says something of a person.
    pub personal: bool,
    /// What guests are shown where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// Largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    /// How values are compared that find a record which is in the ERP already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<IdentityForm>,
    /// The kind of the record whose id it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<String>,
    /// The codes of a choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// The members of a list's lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<MemberDetail>,
}

/// A code of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What a record holds.
    pub code: String,
    /// The Chinese label, which may be given in its place.
    pub label: String,
}

impl KindEntry {
    /// A kind in a few words.
    pub fn of(kind: &RecordKind) -> Self {
        KindEntry {
            name: kind.name.clone(),
            plural: kind.plural.clone(),
            label: kind.label.clone(),
            description: kind.description.clone(),
            members: kind.fields.len(),
            source: source(kind),
        }
    }
}

impl KindDetail {
    /// A kind with its members.
    pub fn of(kind: &RecordKind) -> Self {
        KindDetail {
            name: kind.name.clone(),
            plural: kind.plural.clone(),
            label: kind.label.clone(),
            description: kind.description.clone(),
            source: source(kind),
            fields: kind.fields.iter().map(MemberDetail::of).collect(),
        }
    }
}

impl MemberDetail {
    fn of(field: &Field) -> Self {
        let choices = field.values.iter().map(|known| Choice {
            code: known.code.clone(),
            label: known.label.clone(),
        });
        MemberDetail {
            name: field.snake_name(),
            label: field.label.clone(),
            kind: member_type(field),
            description: field.description.clone(),
            required: field.required,
            personal: field.personal,
            default: field.default.clone(),
            max_length: field.max_length,
            minimum: field.minimum,
            maximum: field.maximum,
            identity: field.identity,
            references: field.reference.clone(),
            choices: choices.collect(),
            fields: field.fields.iter().map(MemberDetail::of).collect(),
        }
    }
}

fn source(kind: &RecordKind) -> String {
    match &kind.source {
        KindSource::Shipped => "shipped".to_owned(),
        KindSource::Operator { file } => file.clone(),
        KindSource::Erp { .. } => "erp".to_owned(),
    }
}

/// The shipped kinds with those of the operator's folder.
///
/// # Errors
/// The folder cannot be read, or files in it are unsound; each is named.
pub fn read(folder: &Path) -> Result<Kinds, Failure> {
    const PHASE: &str = "reading the kinds of records";
    let catalogue = Catalogue::shared();
    KindsFolder::new(folder).read(&catalogue).map_err(|faults| {
        let told: Vec<String> = faults
            .iter()
            .map(|fault| format!("{}: {}", fault.file, fault.message))
            .collect();
        Failure::new(
            Exit::Configuration,
            folder.display().to_string(),
            PHASE,
            told.join("\n"),
        )
        .with_hint("mend or remove these files; `sunmao kinds show contact` shows what a sound one declares")
    })
}
