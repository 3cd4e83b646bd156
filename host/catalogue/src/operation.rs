//! What the catalogue knows of one operation.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// How the ERP is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dialect {
    /// `{"session", "cmdkey", "datas": [{"id", "val"}]}` answered by a ZBDocument.
    Form,
    /// A plain object with the `ZBAPI-Token` header, answered by `{"Code", "Msg", …}`.
    Json,
    /// `{"Token", "Datas"}` answered by `{"flag", "code", "msg", "datas"}`.
    Helper,
}

/// The vendor's field types. They are loose: a number may arrive as text and the reverse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// Text.
    String,
    /// Whole number.
    Int,
    /// Exact decimal: money, quantities, rates.
    Decimal,
    /// Date or date with time, ISO on our side.
    Datetime,
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

/// A parameter of an operation or a column of its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// English name in kebab-case, legal in WIT, unique among its siblings.
    pub name: String,
    /// The vendor's name on the wire.
    pub wire: String,
    /// The vendor's Chinese label; for fields the vendor left unlabelled, ours.
    pub label: String,
    /// The vendor's type.
    pub kind: FieldType,
    /// The ERP refuses the call without it.
    pub required: bool,
    /// The installation's settings decide whether it is required.
    pub required_by_policy: bool,
    /// Longest text accepted, in characters.
    pub max_length: Option<u32>,
    /// Smallest number accepted.
    pub minimum: Option<i64>,
    /// Known codes with their labels.
    pub values: Vec<EnumValue>,
    /// The codes differ from one installation to the next: another code is never rejected.
    pub values_are_sample: bool,
    /// The operation that lists the codes, by its full name.
    pub lookup: Option<String>,
    /// The parameter of that operation that filters by label, and the column of its answer with the labels, where a
    /// label may be given in place of a code.
    pub lookup_label: Option<String>,
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
    /// Members of a list or object.
    pub fields: Vec<Field>,
}

impl Field {
    /// The name as scripts write it.
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

/// What kind of answer an operation gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ResultKind {
    /// A session token: login only.
    Session,
    /// Rows and columns, usually a page of them.
    Table,
    /// One record as a screen: groups of captioned fields (`form`).
    Bill,
    /// A message after a command (`form`).
    Message,
    /// One record as an object (`json`, `helper`).
    Record,
    /// Done or refused (`json`, `helper`).
    Ack,
}

/// The wire names of the paging parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paging {
    /// Rows a page.
    pub size: String,
    /// Page number, from 1.
    pub index: String,
    /// Most rows a page, where the ERP has a limit.
    #[serde(default)]
    pub maximum: Option<u32>,
}

/// What a call does to the ERP's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing.
    Read,
    /// It writes.
    Write(Write),
}

/// How a write behaves when it is repeated, and how it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Write {
    /// What makes a repetition safe.
    pub repeat: Repeat,
    /// The operation that shows what was written, by its full name. One that reads a record takes its key as `ord`; a
    /// list is looked through for the record.
    pub read_back: Option<String>,
    /// Parameters, by wire name, whose values the ERP works out itself, whatever was sent.
    #[serde(default)]
    pub computed: Vec<String>,
    /// Parameters, by wire name, that no page shows: passwords.
    #[serde(default)]
    pub hidden: Vec<String>,
    /// Parameters, by wire name, that the ERP fills in itself where they are sent empty, such as a number.
    #[serde(default)]
    pub proposed: Vec<String>,
    /// The vendor does not say; judged from the operation's kind.
    #[serde(default)]
    pub judged: bool,
}

/// What makes a write repeatable. Parameters are wire names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Repeat {
    /// The record's key is known before the write, so that a repetition updates the same record. A call without the
    /// key, where nothing reserves one, makes a new record each time.
    ReservedKey {
        /// The parameter that carries the key.
        parameter: String,
        /// The operation that allocates a new key, where there is one.
        reserve: Option<String>,
    },
    /// A number that the caller chooses identifies the record. Where the parameter is not required, only a call that
    /// gives it can be found again.
    UniqueNumber {
        /// The parameter that carries the number.
        parameter: String,
        /// The operation that finds a record by it, by its full name.
        find: String,
        /// The parameter of `find` that takes the number. It may match within the text: compare what comes back.
        filter: String,
    },
    /// One attempt, then a person.
    Never,
}

/// That an operation is the newer form of another: what the vendor lists twice, for versions before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewerForm {
    /// The older form's full name.
    pub of: String,
    /// The first version that has this form, such as `32.15`.
    pub since: String,
    /// Parameters, members of lists included, that mean the same under another English name: wire name here, wire name
    /// there. Those of one English name are the same anyway.
    #[serde(default)]
    pub parameters: IndexMap<String, String>,
    /// The same of the answer's columns.
    #[serde(default)]
    pub columns: IndexMap<String, String>,
}

/// One entry of the vendor's API menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The vendor's menu id: stable, the key of everything.
    pub id: u32,
    /// The part before the dot: `customers`.
    pub object: String,
    /// The part behind the dot: `list`.
    pub verb: String,
    /// `object.verb`.
    pub name: String,
    /// The vendor's Chinese title.
    pub title: String,
    /// The vendor's menu path.
    pub menu: Vec<String>,
    /// How it is spoken.
    pub dialect: Dialect,
    /// Published path.
    pub path: String,
    /// The same endpoint on older installations (`form`).
    pub legacy_path: Option<String>,
    /// Query values that belong to this entry, in the vendor's order.
    pub fixed_query: Vec<(String, String)>,
    /// The command in the body (`form`).
    pub cmdkey: Option<String>,
    /// The vendor's word for the command's mode (`form`): `new`, `get`, `save`.
    pub mode: Option<String>,
    /// Whether the vendor publishes the parameters. Where not, any field the caller names is passed on.
    pub documented: bool,
    /// Parameters in the vendor's order.
    pub params: Vec<Field>,
    /// The kind of answer.
    pub result: ResultKind,
    /// Columns or members of the answer, where known.
    pub fields: Vec<Field>,
    /// The order of the columns where an older installation names none: wire names, empty for one that nobody knows.
    pub observed_order: Vec<String>,
    /// Paging, for lists that have it.
    pub paging: Option<Paging>,
    /// What a call does.
    pub effect: Effect,
    /// The older form of the same, where there is one.
    pub newer_form: Option<NewerForm>,
    /// Fields of the object that the installation added itself: wire names and labels.
    pub custom_fields: Vec<(String, String)>,
}

impl Operation {
    /// Whether the call only reads.
    pub fn is_read(&self) -> bool {
        self.effect == Effect::Read
    }

    /// Login and logout belong to the host; every other operation may be granted to guests.
    pub fn is_business(&self) -> bool {
        self.object != "session"
    }

    /// Whether all that is known of its answer's columns was seen on installations, so that there may be many more.
    pub fn is_open(&self) -> bool {
        !self.fields.is_empty() && self.fields.iter().all(|field| field.observed)
    }

    /// The effect's word in listings: `read` or `write`.
    pub fn effect_name(&self) -> &'static str {
        if self.is_read() { "read" } else { "write" }
    }

    /// The parameter a caller means, by English or wire name.
    pub fn param(&self, name: &str) -> Option<&Field> {
        self.params.iter().find(|field| field.answers_to(name))
    }
}
