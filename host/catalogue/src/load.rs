//! Loading: what a table in `operations/` may say, and how a row of it becomes an operation.
//!
//! A table is `operations/MODULE/OBJECT.toml`; its object is the file's name. A row says only what differs from the
//! default, and an unknown key is an error:
//!
//! ```toml
//! [object]
//! key = "ord"                    # what tells its records apart: wire names, see `object.rs`
//! number = "HTId"
//!
//! [[operation]]
//! id = 296                       # the vendor's menu id
//! verb = "create"                # one of the verbs in `tests/tables/names.rs`
//! title = "合同添加"
//! menu = ["销售栏目", "合同管理", "合同对接"]
//! dialect = "json"               # form, json, helper
//! path = "/webapi/v3/sale/contract/add"
//! result = "ack"
//! # "read", or how a write may be repeated: reserved-key, unique-number or "never"; `judged` where the vendor is silent
//! effect.write = { repeat = "never", judged = true }
//! params = [
//!   # The English name is the glossary's for the label; a `name` of its own only as `glossary-exceptions.toml` allows.
//!   { wire = "HTId", label = "合同编号", type = "string", required = true, max-length = 50 },
//!   # `values` are all codes there are, `samples` those of one installation.
//!   { wire = "PaybackMode", label = "收款类型", type = "int", values = { 1 = "汇总", 2 = "明细" } },
//!   # Not in the vendor's tables but seen on installations, with the other names and captions it was seen under.
//!   { wire = "Order1", label = "产品编号", type = "string", observed = true, aliases = ["CpBh"] },
//! ]
//! ```

use crate::object::ObjectHead;
use crate::operation::{Dialect, Effect, NewerForm, Operation, Paging, ResultKind};
use crate::{CatalogueError, EnumValue, ErpObject, Field, FieldType, Glossary};
use indexmap::IndexMap;
use serde::Deserialize;

/// Reads one table. `file` is `module/object.toml`.
pub(crate) fn operations(
    file: &str,
    text: &str,
    glossary: &Glossary,
) -> Result<(ErpObject, Vec<Operation>), CatalogueError> {
    let fault = |message: String| CatalogueError {
        file: file.to_owned(),
        message,
    };
    let object = file
        .rsplit('/')
        .next()
        .and_then(|name| name.strip_suffix(".toml"))
        .ok_or_else(|| fault("a table is a file named OBJECT.toml".to_owned()))?;
    let table: TableFile = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
    let mut operations = table
        .operation
        .into_iter()
        .map(|row| {
            let id = row.id;
            row.into_operation(object, glossary)
                .map_err(|message| fault(format!("operation {id}: {message}")))
        })
        .collect::<Result<Vec<Operation>, CatalogueError>>()?;
    let head = table.object.into_object(object, &operations);
    let declared = head.map_err(|message| fault(format!("[object]: {message}")))?;
    for operation in &mut operations {
        operation.subjects = declared.subjects(operation);
    }
    Ok((declared, operations))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    #[serde(default)]
    object: ObjectHead,
    operation: Vec<OperationRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct OperationRow {
    id: u32,
    verb: String,
    title: String,
    menu: Vec<String>,
    dialect: Dialect,
    path: String,
    #[serde(default)]
    fixed_query: IndexMap<String, String>,
    legacy_path: Option<String>,
    cmdkey: Option<String>,
    mode: Option<String>,
    #[serde(default = "yes")]
    documented: bool,
    result: ResultKind,
    effect: Effect,
    paging: Option<Paging>,
    newer_form: Option<NewerForm>,
    /// The order of the columns where an older installation sends none: wire names, empty for one that nobody knows.
    #[serde(default)]
    observed_order: Vec<String>,
    #[serde(default)]
    params: Vec<FieldRow>,
    #[serde(default)]
    fields: Vec<FieldRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FieldRow {
    name: Option<String>,
    wire: String,
    label: String,
    #[serde(rename = "type")]
    kind: FieldType,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    required_by_policy: bool,
    max_length: Option<u32>,
    minimum: Option<i64>,
    /// All codes there are.
    #[serde(default)]
    values: IndexMap<String, String>,
    /// The codes of one installation.
    #[serde(default)]
    samples: IndexMap<String, String>,
    lookup: Option<String>,
    lookup_label: Option<String>,
    lookup_other_label: Option<String>,
    #[serde(default)]
    lookup_only: bool,
    lookup_page: Option<String>,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    multiple: bool,
    #[serde(default)]
    substring: bool,
    /// Not in the vendor's tables: seen on installations.
    #[serde(default)]
    observed: bool,
    /// Other names and captions that installations give it.
    #[serde(default)]
    aliases: Vec<String>,
    /// Installations also take the list as a text that holds it as JSON.
    #[serde(default)]
    json_text: bool,
    #[serde(default)]
    fields: Vec<FieldRow>,
}

fn yes() -> bool {
    true
}

impl OperationRow {
    fn into_operation(self, object: &str, glossary: &Glossary) -> Result<Operation, String> {
        Ok(Operation {
            id: self.id,
            object: object.to_owned(),
            name: format!("{object}.{}", self.verb),
            verb: self.verb,
            title: self.title,
            menu: self.menu,
            dialect: self.dialect,
            path: self.path,
            legacy_path: self.legacy_path,
            fixed_query: self.fixed_query.into_iter().collect(),
            cmdkey: self.cmdkey,
            mode: self.mode,
            documented: self.documented,
            params: fields(self.params, glossary)?,
            result: self.result,
            fields: fields(self.fields, glossary)?,
            paging: self.paging,
            effect: self.effect,
            newer_form: self.newer_form,
            observed_order: self.observed_order,
            subjects: Vec::new(),
        })
    }
}

fn fields(rows: Vec<FieldRow>, glossary: &Glossary) -> Result<Vec<Field>, String> {
    rows.into_iter().map(|row| row.into_field(glossary)).collect()
}

impl FieldRow {
    fn into_field(self, glossary: &Glossary) -> Result<Field, String> {
        let name = glossary
            .name(&self.label, self.name)
            .map_err(|message| format!("field `{}`: {message}", self.wire))?;
        if !self.values.is_empty() && !self.samples.is_empty() {
            return Err(format!(
                "field `{}`: codes are either `values` (all there are) or `samples` (of one installation)",
                self.wire
            ));
        }
        let values_are_sample = !self.samples.is_empty();
        let codes = if values_are_sample {
            self.samples
        } else {
            self.values
        };
        Ok(Field {
            personal: glossary.is_personal(&name),
            name,
            wire: self.wire,
            label: self.label,
            kind: self.kind,
            required: self.required,
            required_by_policy: self.required_by_policy,
            max_length: self.max_length,
            minimum: self.minimum,
            values: codes
                .into_iter()
                .map(|(code, label)| EnumValue { code, label })
                .collect(),
            values_are_sample,
            lookup: self.lookup,
            lookup_label: self.lookup_label,
            lookup_other_label: self.lookup_other_label,
            lookup_only: self.lookup_only,
            lookup_page: self.lookup_page,
            unique: self.unique,
            multiple: self.multiple,
            matches_substring: self.substring,
            observed: self.observed,
            aliases: self.aliases,
            json_text: self.json_text,
            fields: fields(self.fields, glossary)?,
            ..Field::default()
        })
    }
}

#[cfg(test)]
mod tests;
