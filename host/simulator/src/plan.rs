//! What one operation does to the records, and which column each of its fields means.

use crate::filter::{Role, roles};
use crate::schema::{KEY, Schema, key_field};
use std::collections::HashMap;
use std::sync::Arc;
use sunmao_catalogue::{Effect, EnumValue, Field, FieldType, Operation, Repeat, ResultKind};

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Login and logout.
    Session,
    /// Allocates a key and proposes a number.
    Reserve,
    /// Shows one record.
    Get,
    /// Shows a page of records.
    List,
    /// Shows all records as a tree.
    Tree,
    /// Creates a record, or updates the one whose key is given.
    Save,
    /// Creates a record.
    Create,
    /// Changes an existing record.
    Update,
    /// Removes a record.
    Delete,
    /// Anything else: noted in the record's state.
    Command,
}

impl Action {
    /// What the catalogue's words for an operation amount to.
    pub(crate) fn of(operation: &Operation) -> Action {
        let tree = operation.fixed_query.iter().any(|(_, value)| value == "tree");
        match operation.result {
            _ if !operation.is_business() => Action::Session,
            ResultKind::Table if tree || operation.mode.as_deref() == Some("get") => Action::Tree,
            ResultKind::Table => Action::List,
            ResultKind::Bill if operation.mode.as_deref() == Some("new") => Action::Reserve,
            ResultKind::Bill | ResultKind::Record => Action::Get,
            ResultKind::Message | ResultKind::Ack | ResultKind::Session => {
                match operation.verb.split('-').next().unwrap_or_default() {
                    "save" => Action::Save,
                    "create" => Action::Create,
                    "update" => Action::Update,
                    "delete" => Action::Delete,
                    _ => Action::Command,
                }
            }
        }
    }
}

/// A value of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    /// The name it travels under.
    pub(crate) wire: Arc<str>,
    pub(crate) caption: Arc<str>,
    pub(crate) kind: FieldType,
    pub(crate) column: usize,
    /// Shown as the label of its code, because the field itself is text without codes.
    pub(crate) labelled: bool,
    /// Members of a list's lines.
    pub(crate) members: Vec<Member>,
}

/// A member of a line: the pages that take lines and those that show them call it differently.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) wire: String,
    /// The name it is kept under.
    pub(crate) kept: String,
    pub(crate) values: Vec<EnumValue>,
}

/// One operation as the simulator carries it out.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The position of the schema.
    pub(crate) object: usize,
    pub(crate) action: Action,
    /// Columns of the values that a write stores, by lower-case wire name.
    pub(crate) stored: HashMap<String, usize>,
    /// What a list's parameters mean, by lower-case wire name.
    pub(crate) roles: HashMap<String, Role>,
    /// What an answer shows; empty where the vendor does not publish it, which means everything.
    pub(crate) outputs: Vec<Output>,
    /// The parameter that carries several records (`create-many`).
    pub(crate) items: Option<String>,
    /// What may be given to a write, and how.
    pub(crate) checked: Vec<Field>,
}

impl Plan {
    pub(crate) fn new(operation: &Operation, object: usize, schemas: &mut [Schema]) -> Self {
        let schema = &mut schemas[object];
        let action = Action::of(operation);
        let items = items(operation);
        let fields = items.map_or(&operation.params, |list| &list.fields);
        let mut plan = Plan {
            object,
            action,
            stored: HashMap::new(),
            roles: HashMap::new(),
            outputs: outputs(operation, action, schema),
            items: items.map(|list| list.wire.clone()),
            checked: Vec::new(),
        };
        match action {
            Action::Save | Action::Create | Action::Update => {
                let columns = schema.adopt(fields, key_parameter(operation, fields));
                for (field, column) in fields.iter().zip(columns) {
                    plan.stored.entry(field.wire.to_lowercase()).or_insert(column);
                }
                plan.checked = fields.clone();
            }
            Action::Get | Action::Delete | Action::Command => {
                if let Some(key) = key_parameter(operation, fields) {
                    plan.stored.insert(fields[key].wire.to_lowercase(), KEY);
                }
                if action == Action::Command {
                    plan.checked = fields.clone();
                }
            }
            Action::List => {
                let schema = &schemas[object];
                let owner = schema.rules.owner.map(|(owner, _)| owner);
                let owner = schemas.iter().find(|schema| Some(&*schema.object) == owner);
                plan.roles = roles(operation, schema, owner);
            }
            Action::Tree | Action::Reserve | Action::Session => {}
        }
        plan
    }

    /// Whether a parameter carries the key of the record that is meant.
    pub(crate) fn takes_key(&self) -> bool {
        self.stored.values().any(|column| *column == KEY)
    }

    /// The column that a write stores a value in. Keys are known by name where nothing is published.
    pub(crate) fn column(&self, schema: &Schema, wire: &str) -> Option<usize> {
        let wire = wire.to_lowercase();
        let named = || matches!(wire.as_str(), "ord" | "id").then_some(KEY);
        let own = self.stored.get(&wire).copied();
        own.or_else(named).or_else(|| schema.named(&wire))
    }
}

/// The parameter that carries the records of a call that creates several.
pub(crate) fn items(operation: &Operation) -> Option<&Field> {
    let several = operation.verb == "create-many";
    operation
        .params
        .iter()
        .find(|field| several && field.kind == FieldType::List)
}

fn key_parameter(operation: &Operation, fields: &[Field]) -> Option<usize> {
    let named = match &operation.effect {
        Effect::Write(write) => match &write.repeat {
            Repeat::ReservedKey { parameter, .. } => fields.iter().position(|field| field.wire == *parameter),
            _ => None,
        },
        Effect::Read => None,
    };
    named.or_else(|| key_field(fields))
}

fn outputs(operation: &Operation, action: Action, schema: &mut Schema) -> Vec<Output> {
    let fields = &operation.fields;
    let key = match action {
        Action::List => schema.list_key(fields),
        Action::Get => key_field(fields),
        _ => return Vec::new(),
    };
    let columns = schema.adopt(fields, key);
    fields
        .iter()
        .zip(columns)
        .map(|(field, column)| Output {
            wire: field.wire.as_str().into(),
            caption: field.label.as_str().into(),
            kind: field.kind,
            column,
            labelled: field.kind == FieldType::String
                && field.values.iter().all(|value| value.code == value.label),
            members: members(&field.fields, &schema.columns[column].fields),
        })
        .collect()
}

/// The members of a list's lines, each with the kept member of the same label, of the same wire name, or of a longer
/// label (`产品编号` for `编号`).
fn members(shown: &[Field], kept: &[Field]) -> Vec<Member> {
    let same_label: fn(&Field, &Field) -> bool = |shown, kept| shown.label == kept.label;
    let same_wire: fn(&Field, &Field) -> bool = |shown, kept| shown.wire.eq_ignore_ascii_case(&kept.wire);
    let longer: fn(&Field, &Field) -> bool =
        |shown, kept| shown.label.chars().count() > 1 && kept.label.ends_with(&shown.label);
    let mut found: Vec<Option<&Field>> = vec![None; shown.len()];
    for is_it in [same_label, same_wire, longer] {
        for (position, field) in shown.iter().enumerate() {
            if found[position].is_none() {
                let free = |kept: &&Field| !found.iter().flatten().any(|taken| taken.wire == kept.wire);
                found[position] = kept.iter().filter(free).find(|kept| is_it(field, kept));
            }
        }
    }
    shown
        .iter()
        .zip(found)
        .map(|(field, kept)| Member {
            wire: field.wire.clone(),
            kept: kept.unwrap_or(field).wire.clone(),
            values: field.values.clone(),
        })
        .collect()
}
