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
//!
//! A choice may say how far a record has come, and other members what they are in its states:
//!
//! ```toml
//!   { name = "status", label = "状态", type = "choice", default = "open", choices = { open = "进行中", done = "完成" },
//!     transitions = { open = ["done"] } },
//!   { name = "number", label = "编号", type = "text", max_length = 80, assigned = "V-" },
//!   { name = "price", label = "价格", type = "decimal", required_in = ["done"], fixed_in = ["done"] },
//!   { name = "deposit", label = "定金", type = "decimal", computed = "round(price * 0.3, 2)" },
//!   { name = "model", label = "型号", type = "text", max_length = 50, lookup = "name" },
//! ```

use crate::{EnumValue, Field, FieldType, Formula, IdentityForm, MemberRules, Value};
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
    pub(super) label: String,
    #[serde(default)]
    description: String,
    #[serde(rename = "type")]
    pub(super) kind: MemberType,
    #[serde(default)]
    pub(super) required: bool,
    pub(super) default: Option<Value>,
    pub(super) max_length: Option<u32>,
    pub(super) minimum: Option<i64>,
    pub(super) maximum: Option<i64>,
    #[serde(default)]
    personal: bool,
    pub(super) identity: Option<IdentityForm>,
    pub(super) group: Option<IdentityForm>,
    #[serde(default)]
    pub(super) choices: IndexMap<String, String>,
    pub(super) references: Option<String>,
    /// A formula.
    pub(super) computed: Option<String>,
    pub(super) assigned: Option<String>,
    #[serde(default)]
    pub(super) transitions: IndexMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) fixed_in: Vec<String>,
    #[serde(default)]
    pub(super) required_in: Vec<String>,
    pub(super) lookup: Option<IdentityForm>,
    #[serde(default)]
    pub(super) fields: Vec<MemberRow>,
}

/// The types of members.
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MemberType {
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

impl MemberType {
    /// The type's word in a file.
    pub(super) fn name(self) -> &'static str {
        match self {
            MemberType::Text => "text",
            MemberType::Integer => "integer",
            MemberType::Decimal => "decimal",
            MemberType::Boolean => "boolean",
            MemberType::Date => "date",
            MemberType::Time => "time",
            MemberType::Choice => "choice",
            MemberType::Reference => "reference",
            MemberType::List => "list",
        }
    }

    fn field_type(self) -> FieldType {
        match self {
            MemberType::Text | MemberType::Choice | MemberType::Reference => FieldType::String,
            MemberType::Integer => FieldType::Int,
            MemberType::Decimal => FieldType::Decimal,
            MemberType::Boolean => FieldType::Bool,
            MemberType::Date => FieldType::Date,
            MemberType::Time => FieldType::Time,
            MemberType::List => FieldType::List,
        }
    }
}

impl MemberRow {
    /// What it is computed by.
    ///
    /// # Errors
    /// It is no formula.
    pub(super) fn formula(&self) -> Result<Option<Formula>, String> {
        self.computed.as_deref().map(str::parse).transpose()
    }

    /// The field, and the rows of a list's members.
    pub(super) fn into_field(self, computed: Option<Formula>) -> (Field, Vec<MemberRow>) {
        let choices = self.choices.into_iter();
        let field = Field {
            name: self.name.replace('_', "-"),
            wire: self.name,
            label: self.label,
            description: self.description,
            kind: self.kind.field_type(),
            required: self.required,
            default: self.default,
            max_length: self.max_length,
            minimum: self.minimum,
            maximum: self.maximum,
            personal: self.personal,
            identity: self.identity,
            group: self.group,
            reference: self.references,
            rules: MemberRules {
                computed,
                assigned: self.assigned,
                transitions: self.transitions,
                fixed_in: self.fixed_in,
                required_in: self.required_in,
                lookup: self.lookup,
            },
            values: choices.map(|(code, label)| EnumValue { code, label }).collect(),
            ..Field::default()
        };
        (field, self.fields)
    }
}
