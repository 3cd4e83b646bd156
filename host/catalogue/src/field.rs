//! What the catalogue knows of one field: a parameter or a column of an operation, or a member of a kind of record.

use crate::{IdentityForm, MemberRules, Value};
use serde::{Deserialize, Serialize};

/// The types a field may have. The vendor's are loose: a number may arrive as text and the reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// Text.
    #[default]
    String,
    /// Whole number.
    Int,
    /// Exact decimal: money, quantities, rates.
    Decimal,
    /// Date or date with time, ISO on our side.
    Datetime,
    /// A day alone, ISO 8601. Kinds of records only.
    Date,
    /// An instant, RFC 3339. Kinds of records only.
    Time,
    /// Truth value.
    Bool,
    /// A list of records made of `fields`.
    List,
    /// One record made of `fields`.
    Object,
}

/// One code of an enumeration and its Chinese label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnumValue {
    /// The code that travels.
    pub code: String,
    /// What the staff see.
    pub label: String,
}

/// A parameter of an operation, a column of its result, or a member of a kind of record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Field {
    /// English name in kebab-case, legal in WIT, unique among its siblings.
    pub name: String,
    /// The vendor's name on the wire; of a member of a kind its name in JSON, which is its English name in snake_case.
    pub wire: String,
    /// The Chinese label: the vendor's, or ours for fields that the vendor left unlabelled.
    pub label: String,
    /// What else there is to say of it, in a sentence; mostly nothing.
    pub description: String,
    /// Its type.
    pub kind: FieldType,
    /// The ERP refuses the call without it, or the kind the record.
    pub required: bool,
    /// The installation's settings decide whether it is required.
    pub required_by_policy: bool,
    /// What a guest is shown where a record leaves it out.
    pub default: Option<Value>,
    /// Longest text accepted, in characters.
    pub max_length: Option<u32>,
    /// Smallest number accepted.
    pub minimum: Option<i64>,
    /// Largest number accepted.
    pub maximum: Option<i64>,
    /// Known codes with their labels.
    pub values: Vec<EnumValue>,
    /// The codes differ from one installation to the next: another code is never rejected.
    pub values_are_sample: bool,
    /// It says something of a person: it stands in no log, audit row or metric.
    pub personal: bool,
    /// A record that is already in the ERP may be known by it, compared in this form.
    pub identity: Option<IdentityForm>,
    /// Records that say the same here, compared in this form, belong together, such as the people of a company.
    pub group: Option<IdentityForm>,
    /// The kind of record whose id it holds.
    pub reference: Option<String>,
    /// The operation that lists the codes, by its full name.
    pub lookup: Option<String>,
    /// The parameter of that operation that filters by label, and the column of its answer with the labels, where a
    /// label may be given in place of a code.
    pub lookup_label: Option<String>,
    /// Another one that tells who is meant where nobody has the label: the login beside the name.
    pub lookup_other_label: Option<String>,
    /// Whether what the look-up does not know is refused, in a parameter of text too.
    pub lookup_only: bool,
    /// The ERP's own page that lists the codes, where no operation does.
    pub lookup_page: Option<String>,
    /// The ERP refuses a second record with the same value.
    pub unique: bool,
    /// Several values, comma-separated on the wire.
    pub multiple: bool,
    /// A filter that matches anywhere in the text.
    pub matches_substring: bool,
    /// Not in the vendor's tables: seen on installations, any of which may leave it out.
    pub observed: bool,
    /// Other wire names and captions that installations give it.
    pub aliases: Vec<String>,
    /// A list that installations also take as a text that holds it as JSON.
    pub json_text: bool,
    /// Of a member of a kind: what it is beside its value.
    pub rules: MemberRules,
    /// Members of a list or object.
    pub fields: Vec<Field>,
}

impl Field {
    /// The name as scripts and JSON write it.
    pub fn snake_name(&self) -> String {
        self.name.replace('-', "_")
    }

    /// Whether `name` means this field: its English name in kebab-case or snake_case, or its wire name.
    pub fn answers_to(&self, name: &str) -> bool {
        self.wire == name || self.has_english_name(name)
    }

    /// Whether an installation means this field by a member or a column of that name: the wire name or an alias, in any
    /// letter case.
    pub fn is_named(&self, name: &str) -> bool {
        self.wire.eq_ignore_ascii_case(name)
            || self.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
    }

    /// Whether `name` is the English name, in kebab-case or snake_case.
    pub fn has_english_name(&self, name: &str) -> bool {
        self.name.len() == name.len()
            && self
                .name
                .bytes()
                .zip(name.bytes())
                .all(|(own, other)| own == other || (own == b'-' && other == b'_'))
    }
}
