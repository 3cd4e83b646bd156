//! What the catalogue knows of one operation.

use crate::{Arguments, Field, Value};
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
    /// The parameters that name the record a call is about, the surest first: wire names.
    pub subjects: Vec<String>,
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

    /// The record a call is about, as far as its arguments tell: its key, or its number.
    pub fn subject(&self, arguments: &Arguments) -> Option<String> {
        let given = self.subjects.iter().filter_map(|wire| arguments.get(wire));
        given.filter_map(Value::to_text).find(|text| !text.is_empty())
    }

    /// The parameter a caller means, by English or wire name.
    pub fn param(&self, name: &str) -> Option<&Field> {
        self.params.iter().find(|field| field.answers_to(name))
    }
}
