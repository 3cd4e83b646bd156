//! The kinds' files put together, with every fault of every file.

use super::file::{KindFile, MemberRow};
use crate::{CatalogueError, KindSource, RecordKind};
use std::collections::BTreeMap;

/// Kinds by name, as the files are read one after the other.
#[derive(Default)]
pub(super) struct Table {
    kinds: BTreeMap<String, RecordKind>,
    faults: Vec<CatalogueError>,
}

impl Table {
    /// Adds a file that is compiled in.
    pub(super) fn add_shipped(&mut self, file: &str, text: &str) {
        self.add(file, text, KindSource::Shipped);
    }

    /// Adds a file of the operator's: a kind, or further fields of a shipped one.
    pub(super) fn add_operators(&mut self, file: &str, text: &str) {
        let source = KindSource::Operator {
            file: file.to_owned(),
        };
        self.add(file, text, source);
    }

    /// Every kind, sound in itself and with the others.
    pub(super) fn into_kinds(self) -> Result<Vec<RecordKind>, Vec<CatalogueError>> {
        if self.faults.is_empty() {
            Ok(self.kinds.into_values().collect())
        } else {
            Err(self.faults)
        }
    }

    fn add(&mut self, file: &str, text: &str, source: KindSource) {
        let Some(name) = file.strip_suffix(".toml") else {
            return self.fault(file, "a kind is a file named KIND.toml".to_owned());
        };
        let read: KindFile = match toml::from_str(text) {
            Ok(read) => read,
            Err(error) => return self.fault(file, error.to_string()),
        };
        let fields = read.fields.into_iter().map(MemberRow::into_field);
        if let Some(known) = self.kinds.get_mut(name) {
            known.fields.extend(fields);
            return;
        }
        let kind = RecordKind {
            name: name.to_owned(),
            plural: read.plural.unwrap_or_else(|| format!("{name}s")),
            label: read.label.unwrap_or_default(),
            description: read.description.unwrap_or_default(),
            fields: fields.collect(),
            source,
        };
        self.kinds.insert(name.to_owned(), kind);
    }

    fn fault(&mut self, file: &str, message: String) {
        self.faults.push(CatalogueError {
            file: file.to_owned(),
            message,
        });
    }
}
