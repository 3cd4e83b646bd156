//! What the ERP can be asked: operations, as `sunmao operations` and the HTTP API show them.

use super::rules::Rules;
use super::word;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use sunmao_catalogue::{
    Catalogue, Effect, EnumValue, Field, MemberRules, Operation, Paging, Repeat, member_type,
};
use utoipa::ToSchema;

/// Every operation by menu id.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Operations {
    /// The operations in a few words.
    pub items: Vec<OperationSummary>,
}

/// One operation in a few words.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OperationSummary {
    /// The vendor's menu id.
    pub id: u32,
    /// The full name, such as `customers.list`.
    pub name: String,
    /// `read` or `write`.
    pub effect: String,
    /// The vendor's title.
    pub title: String,
    /// The first entry of the vendor's menu path.
    pub module: Option<String>,
    /// The vendor's menu path.
    pub menu: Vec<String>,
    /// How it is spoken: `form`, `json`, `helper`.
    pub dialect: String,
    /// The kind of answer: `session`, `table`, `bill`, `message`, `record`, `ack`.
    pub result: String,
    /// Whether the vendor publishes the parameters.
    pub documented: bool,
}

/// Everything that is known of one operation.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OperationDetails {
    /// It in a few words.
    #[serde(flatten)]
    pub summary: OperationSummary,
    /// The published path.
    pub path: String,
    /// The same endpoint on older installations.
    pub legacy_path: Option<String>,
    /// Query values that belong to it.
    #[schema(value_type = BTreeMap<String, String>)]
    pub fixed_query: IndexMap<String, String>,
    /// The command in the body.
    pub cmdkey: Option<String>,
    /// Paging, for lists that have it.
    pub paging: Option<PagingParameters>,
    /// How a write may be repeated; null for a read.
    pub repeat: Option<Repetition>,
    /// Parameters in the vendor's order.
    pub parameters: Vec<Parameter>,
    /// Columns or members of the answer, where known.
    pub fields: Vec<Parameter>,
}

/// The wire names of the paging parameters.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PagingParameters {
    /// Rows a page.
    pub size: String,
    /// Page number, from 1.
    pub index: String,
    /// Most rows a page, where the ERP has a limit.
    pub maximum: Option<u32>,
}

/// How a write may be repeated and how it is read back. Parameters are wire names.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Repetition {
    /// What makes it safe.
    #[serde(flatten)]
    pub by: Safety,
    /// The operation that shows what was written.
    pub read_back: Option<String>,
    /// The vendor does not say; judged from the operation's kind.
    pub judged: bool,
}

/// What makes a repetition safe.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Safety {
    /// The record's key is known before the write.
    ReservedKey {
        /// The parameter that carries the key.
        parameter: String,
        /// The operation that allocates a new key.
        reserve: Option<String>,
    },
    /// A number that the caller chooses identifies the record.
    UniqueNumber {
        /// The parameter that carries the number.
        parameter: String,
        /// The operation that finds a record by it.
        find: String,
        /// The parameter of that operation that takes the number.
        filter: String,
    },
    /// Nothing: one attempt, then a person.
    Never,
}

/// A parameter of an operation, a column of its answer, or a member of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Parameter {
    /// The English name.
    pub name: String,
    /// The vendor's name on the wire.
    pub wire: String,
    /// The Chinese label.
    pub label: String,
    /// The vendor's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The ERP refuses the call without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The installation's settings decide whether it is required.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required_by_policy: bool,
    /// Longest text accepted, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Smallest number accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// Largest number accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    /// What it means, where the label does not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// It tells of a person, and is left out of logs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub personal: bool,
    /// How records are found by it: `number`, `phone`, `name`, `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<String>,
    /// How records that say the same here are told to belong together: `number`, `phone`, `name`, `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// What a member of a record is beside its value: computed, given by the hub, fixed or required in some states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rules: Option<Rules>,
    /// The kind of record that it refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Several values, comma-separated on the wire.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multiple: bool,
    /// A filter that matches anywhere in the text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub matches_substring: bool,
    /// The ERP refuses a second record with the same value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// The operation that lists the codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup: Option<String>,
    /// The ERP's own page that lists the codes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lookup_page: Option<String>,
    /// Known codes with their labels.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schema(value_type = BTreeMap<String, String>)]
    pub values: IndexMap<String, String>,
    /// The codes differ from one installation to the next.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub values_are_sample: bool,
    /// Not in the vendor's tables: seen on installations.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub observed: bool,
    /// Other wire names and captions that installations give it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// A list that installations also take as a text that holds it as JSON.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub json_text: bool,
    /// Members of a list or an object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub fields: Vec<Parameter>,
}

impl From<&Catalogue> for Operations {
    fn from(catalogue: &Catalogue) -> Self {
        let items = catalogue.operations().iter().map(OperationSummary::from);
        Operations {
            items: items.collect(),
        }
    }
}

impl From<&Operation> for OperationSummary {
    fn from(operation: &Operation) -> Self {
        OperationSummary {
            id: operation.id,
            name: operation.name.clone(),
            effect: operation.effect_name().to_owned(),
            title: operation.title.clone(),
            module: operation.menu.first().cloned(),
            menu: operation.menu.clone(),
            dialect: word(&operation.dialect),
            result: word(&operation.result),
            documented: operation.documented,
        }
    }
}

impl From<&Operation> for OperationDetails {
    fn from(operation: &Operation) -> Self {
        OperationDetails {
            summary: operation.into(),
            path: operation.path.clone(),
            legacy_path: operation.legacy_path.clone(),
            fixed_query: operation.fixed_query.iter().cloned().collect(),
            cmdkey: operation.cmdkey.clone(),
            paging: operation.paging.as_ref().map(PagingParameters::from),
            repeat: Repetition::of(operation),
            parameters: operation.params.iter().map(Parameter::from).collect(),
            fields: operation.fields.iter().map(Parameter::from).collect(),
        }
    }
}

impl From<&Paging> for PagingParameters {
    fn from(paging: &Paging) -> Self {
        PagingParameters {
            size: paging.size.clone(),
            index: paging.index.clone(),
            maximum: paging.maximum,
        }
    }
}

impl Repetition {
    fn of(operation: &Operation) -> Option<Self> {
        let Effect::Write(write) = &operation.effect else {
            return None;
        };
        Some(Repetition {
            by: Safety::from(write.repeat.clone()),
            read_back: write.read_back.clone(),
            judged: write.judged,
        })
    }
}

impl From<Repeat> for Safety {
    fn from(repeat: Repeat) -> Self {
        match repeat {
            Repeat::ReservedKey { parameter, reserve } => Safety::ReservedKey { parameter, reserve },
            Repeat::UniqueNumber {
                parameter,
                find,
                filter,
            } => Safety::UniqueNumber {
                parameter,
                find,
                filter,
            },
            Repeat::Never => Safety::Never,
        }
    }
}

impl Parameter {
    /// A member of a record, which is written in snake_case.
    pub fn of_member(field: &Field) -> Self {
        Parameter {
            name: field.snake_name(),
            kind: member_type(field).to_owned(),
            fields: field.fields.iter().map(Parameter::of_member).collect(),
            ..Parameter::from(field)
        }
    }
}

impl From<&Field> for Parameter {
    fn from(field: &Field) -> Self {
        let values = field.values.iter().cloned();
        Parameter {
            name: field.name.clone(),
            wire: field.wire.clone(),
            label: field.label.clone(),
            kind: word(&field.kind),
            required: field.required,
            required_by_policy: field.required_by_policy,
            max_length: field.max_length,
            minimum: field.minimum,
            maximum: field.maximum,
            description: field.description.clone(),
            personal: field.personal,
            identity: field.identity.as_ref().map(word),
            group: field.group.as_ref().map(word),
            rules: (field.rules != MemberRules::default()).then(|| Rules::from(&field.rules)),
            reference: field.reference.clone(),
            multiple: field.multiple,
            matches_substring: field.matches_substring,
            unique: field.unique,
            lookup: field.lookup.clone(),
            lookup_page: field.lookup_page.clone(),
            values: values.map(|EnumValue { code, label }| (code, label)).collect(),
            values_are_sample: field.values_are_sample,
            observed: field.observed,
            aliases: field.aliases.clone(),
            json_text: field.json_text,
            fields: field.fields.iter().map(Parameter::from).collect(),
        }
    }
}
