//! What the catalogue knows of one object of the ERP: by what its records are told apart, found and read.

use crate::{Effect, Field, IdentityForm, Operation, Record, Repeat, Value};
use indexmap::{IndexMap, IndexSet};
use serde::Deserialize;

/// A business object of the ERP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpObject {
    /// Its name: the part before the dot of its operations.
    pub name: String,
    /// The parameter that takes the key of one of its records: a wire name.
    pub key: Option<String>,
    /// What else its lists call that key: a wire name. Mostly they call it as the parameter does.
    pub key_column: Option<String>,
    /// The wire name of the number that people know a record by.
    pub number: Option<String>,
    /// The parameters of its writes that tell whether a record is in the ERP already: wire names, and how their values
    /// are compared.
    pub identity: Vec<(String, IdentityForm)>,
    /// How a record is found by one of those, or by its number, the surest first.
    pub lookups: Vec<Lookup>,
    /// The operation that lists its records, by its full name.
    pub list: Option<String>,
    /// The operation that shows one, by its full name.
    pub get: Option<String>,
    key_names: IndexSet<String>,
    number_names: IndexSet<String>,
}

/// How records are found by the value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Lookup {
    /// The parameter of the object's writes, by wire name.
    pub parameter: String,
    /// The operation that lists the records with that value, by its full name.
    pub operation: String,
    /// The parameter of that operation that takes the value. It may match within the text: compare what comes back.
    pub filter: String,
    /// The column of its answer that shows the value, by wire name.
    pub column: String,
    /// The column of its answer with the record's key, by wire name.
    pub key: String,
}

impl ErpObject {
    /// Every name that an answer may give the key: wire names, English ones in kebab-case, labels.
    pub fn key_names(&self) -> impl Iterator<Item = &str> {
        self.key_names.iter().map(String::as_str)
    }

    /// The same of the number.
    pub fn number_names(&self) -> impl Iterator<Item = &str> {
        self.number_names.iter().map(String::as_str)
    }

    /// The parameters of an operation that name one of its records, the surest first.
    pub(crate) fn subjects(&self, operation: &Operation) -> Vec<String> {
        let repeated = match &operation.effect {
            Effect::Write(write) => match &write.repeat {
                Repeat::ReservedKey { parameter, .. } | Repeat::UniqueNumber { parameter, .. } => {
                    Some(parameter)
                }
                Repeat::Never => None,
            },
            Effect::Read => None,
        };
        let is_key = |wire: &str| {
            self.key
                .as_ref()
                .is_some_and(|key| key.eq_ignore_ascii_case(wire))
        };
        let keys = operation.params.iter().filter(|field| is_key(&field.wire));
        let numbers = operation
            .params
            .iter()
            .filter(|field| self.number_names.contains(&field.name));
        let named = keys.chain(numbers).map(|field| &field.wire);
        let subjects: IndexSet<&String> = repeated.into_iter().chain(named).collect();
        subjects.into_iter().cloned().collect()
    }

    /// The key that a row shows, under wire names or English ones in either case.
    pub fn key_of<'a>(&self, row: &'a Record) -> Option<&'a Value> {
        shown(row, &self.key_names)
    }

    /// The number that a row shows.
    pub fn number_of<'a>(&self, row: &'a Record) -> Option<&'a Value> {
        shown(row, &self.number_names)
    }
}

fn shown<'a>(row: &'a Record, names: &IndexSet<String>) -> Option<&'a Value> {
    let member = |name: &String| {
        row.get(name)
            .or_else(|| row.get(&name.replace('-', "_")))
            .filter(|value| !value.is_empty())
    };
    names.iter().find_map(member)
}

/// The head of a table, `[object]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ObjectHead {
    key: Option<String>,
    key_column: Option<String>,
    number: Option<String>,
    #[serde(default)]
    identity: IndexMap<String, IdentityForm>,
    #[serde(default)]
    lookups: Vec<Lookup>,
    /// A verb; `list` where there is such an operation.
    list: Option<String>,
    /// A verb; `get` where there is such an operation.
    get: Option<String>,
}

impl ObjectHead {
    /// The object, with every name that its operations give its key and its number.
    pub(crate) fn into_object(self, name: &str, operations: &[Operation]) -> Result<ErpObject, String> {
        let list = named(self.list, "list", operations)?;
        let get = named(self.get, "get", operations)?;
        let key_column = self.key_column.as_deref().or(self.key.as_deref());
        let shown = || operations.iter().flat_map(|operation| &operation.fields);
        let taken = || operations.iter().flat_map(|operation| &operation.params);
        let key_names = names_of(
            [&self.key, &self.key_column],
            shown().filter(is_called(key_column)),
        );
        let number = self.number.as_deref();
        // The parameters of writes are named with most care; a filter may be labelled after what it filters by alone.
        let written = || {
            let writes = operations.iter().filter(|operation| !operation.is_read());
            writes.flat_map(|operation| &operation.params)
        };
        let number_fields = || written().chain(shown()).chain(taken());
        let english = match number {
            Some(number) => {
                let mut fields = number_fields();
                let found = fields.find(|field| field.wire == number);
                Some(
                    found
                        .ok_or_else(|| format!("no field is called `{number}`, which is to be the number"))?,
                )
            }
            None => None,
        };
        let of_number =
            number_fields().filter(|field| english.is_some_and(|english| english.name == field.name));
        let number_names = names_of([&self.number, &None], of_number);
        if let (Some(key), Some(_)) = (&self.key, &get)
            && !taken().any(|field| field.wire == *key)
        {
            return Err(format!("no operation takes `{key}`, which is to be the key"));
        }
        for parameter in self
            .identity
            .keys()
            .chain(self.lookups.iter().map(|lookup| &lookup.parameter))
        {
            if !taken().any(|field| field.wire == *parameter) {
                return Err(format!(
                    "no operation takes `{parameter}`, which is to find a record"
                ));
            }
        }
        Ok(ErpObject {
            name: name.to_owned(),
            key: self.key,
            key_column: self.key_column,
            number: self.number,
            identity: self.identity.into_iter().collect(),
            lookups: self.lookups,
            list,
            get,
            key_names,
            number_names,
        })
    }
}

/// The full name of the operation of a verb; the usual one may be missing.
fn named(verb: Option<String>, usual: &str, operations: &[Operation]) -> Result<Option<String>, String> {
    let wanted = verb.as_deref().unwrap_or(usual);
    let found = operations.iter().find(|operation| operation.verb == wanted);
    match (found, verb) {
        (Some(operation), _) => Ok(Some(operation.name.clone())),
        (None, None) => Ok(None),
        (None, Some(verb)) => Err(format!("it has no operation `{verb}`")),
    }
}

fn is_called(wire: Option<&str>) -> impl Fn(&&Field) -> bool {
    move |field| wire.is_some_and(|wire| field.wire.eq_ignore_ascii_case(wire))
}

fn names_of<'a>(declared: [&Option<String>; 2], fields: impl Iterator<Item = &'a Field>) -> IndexSet<String> {
    let mut names: IndexSet<String> = IndexSet::new();
    for field in fields {
        names.extend([field.name.clone(), field.wire.clone()]);
        names.extend(field.aliases.iter().cloned());
        if !field.label.is_empty() {
            names.insert(field.label.clone());
        }
    }
    names.extend(declared.into_iter().flatten().cloned());
    names
}
