//! What the catalogue knows of one object of the ERP: by what its records are told apart, found and read.

use crate::{IdentityForm, Operation};
use indexmap::IndexMap;
use serde::Deserialize;

/// A business object of the ERP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErpObject {
    /// Its name: the part before the dot of its operations.
    pub name: String,
    /// The wire name of the key of its records.
    pub key: Option<String>,
    /// The wire name of the number that people know a record by.
    pub number: Option<String>,
    /// The parameters of its writes that tell whether a record is in the ERP already: wire names, and how their values
    /// are compared.
    pub identity: Vec<(String, IdentityForm)>,
    /// How a record is found by one of those, or by its number.
    pub lookups: Vec<Lookup>,
    /// The operation that lists its records, by its full name.
    pub list: Option<String>,
    /// The operation that shows one, by its full name.
    pub get: Option<String>,
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

/// The head of a table, `[object]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct ObjectHead {
    key: Option<String>,
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
    pub(crate) fn into_object(self, name: &str, operations: &[Operation]) -> ErpObject {
        let named = |verb: Option<String>, usual: &str| {
            let verb = verb.unwrap_or_else(|| usual.to_owned());
            let found = operations.iter().find(|operation| operation.verb == verb);
            found.map(|operation| operation.name.clone())
        };
        ErpObject {
            name: name.to_owned(),
            key: self.key,
            number: self.number,
            identity: self.identity.into_iter().collect(),
            lookups: self.lookups,
            list: named(self.list, "list"),
            get: named(self.get, "get"),
        }
    }
}
