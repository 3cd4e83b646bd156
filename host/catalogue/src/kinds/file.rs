//! What a file of a kind may say. Its name is the kind's, and an unknown key is an error:
//!
//! ```toml
//! # showroom-visit.toml
//! plural = "showroom-visits"
//! label = "展厅到访"
//! description = "A visit to one of our showrooms."
//! fields = [
//!   { name = "visitor", label = "来访人", type = "text", required = true, max_length = 50, personal = true },
//!   { name = "phone", label = "手机", type = "text", max_length = 50, personal = true, identity = "phone" },
//!   { name = "visited_on", label = "到访日期", type = "date" },
//!   { name = "mood", label = "意向", type = "choice", default = "warm", choices = { hot = "强", warm = "一般" } },
//!   { name = "contact", label = "联系人", type = "reference", references = "contact" },
//!   { name = "products", label = "看过的产品", type = "list", fields = [
//!     { name = "product", label = "产品", type = "reference", references = "product", required = true },
//!     { name = "quantity", label = "数量", type = "decimal", minimum = 0 },
//!   ] },
//! ]
//! ```
//!
//! A file by the name of a shipped kind has `fields` alone: further ones.

use crate::{EnumValue, Field, FieldType, IdentityForm, Value};
use indexmap::IndexMap;
use serde::Deserialize;

/// A file of a kind, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindFile {
    pub(super) plural: Option<String>,
    pub(super) label: Option<String>,
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) fields: Vec<MemberRow>,
}

/// A member, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberRow {
    pub(super) name: String,
    label: String,
    #[serde(default)]
    description: String,
    #[serde(rename = "type")]
    kind: MemberType,
    #[serde(default)]
    required: bool,
    default: Option<Value>,
    max_length: Option<u32>,
    minimum: Option<i64>,
    maximum: Option<i64>,
    #[serde(default)]
    personal: bool,
    identity: Option<IdentityForm>,
    #[serde(default)]
    choices: IndexMap<String, String>,
    references: Option<String>,
    #[serde(default)]
    fields: Vec<MemberRow>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum MemberType {
    Text,
    Integer,
    Decimal,
    Boolean,
    Date,
    Time,
    Choice,
    Reference,
    List,
}

impl MemberRow {
    pub(super) fn into_field(self) -> Field {
        Field {
            name: self.name.replace('_', "-"),
            wire: self.name,
            label: self.label,
            description: self.description,
            kind: match self.kind {
                MemberType::Text | MemberType::Choice | MemberType::Reference => FieldType::String,
                MemberType::Integer => FieldType::Int,
                MemberType::Decimal => FieldType::Decimal,
                MemberType::Boolean => FieldType::Bool,
                MemberType::Date => FieldType::Date,
                MemberType::Time => FieldType::Time,
                MemberType::List => FieldType::List,
            },
            required: self.required,
            default: self.default,
            max_length: self.max_length,
            minimum: self.minimum,
            maximum: self.maximum,
            personal: self.personal,
            identity: self.identity,
            reference: self.references,
            values: self
                .choices
                .into_iter()
                .map(|(code, label)| EnumValue { code, label })
                .collect(),
            fields: self.fields.into_iter().map(MemberRow::into_field).collect(),
            ..Field::default()
        }
    }
}
