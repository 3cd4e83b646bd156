//! The kinds' files put together, with every fault of every file.

use super::file::{KindFile, MemberRow};
use super::sound;
use crate::{Catalogue, CatalogueError, KindSource, RecordKind, nearest};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds by name, as the files are read one after the other.
#[derive(Default)]
pub(super) struct Table {
    kinds: BTreeMap<String, RecordKind>,
    /// Which file gave a kind each of its further fields, by kind and field.
    additions: BTreeMap<(String, String), String>,
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
    pub(super) fn into_kinds(
        mut self,
        catalogue: &Catalogue,
    ) -> Result<Vec<RecordKind>, Vec<CatalogueError>> {
        for (file, message) in self.clashes().into_iter().chain(self.lost_references(catalogue)) {
            self.fault(&file, message);
        }
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
        if self.kinds.contains_key(name) {
            self.extend(file, name, read);
        } else {
            self.create(file, name, read, source);
        }
    }

    fn create(&mut self, file: &str, name: &str, read: KindFile, source: KindSource) {
        let mut faults = Vec::new();
        if let Err(message) = sound::kind_name(name) {
            faults.push(message);
        }
        for (key, value) in [
            ("plural", &read.plural),
            ("label", &read.label),
            ("description", &read.description),
        ] {
            if value.as_ref().is_none_or(|value| value.trim().is_empty()) {
                faults.push(format!("`{key}` is missing"));
            }
        }
        if let Some(Err(message)) = read.plural.as_deref().map(sound::kind_name) {
            faults.push(format!("plural {message}"));
        }
        if read.fields.is_empty() {
            faults.push("it has no `fields`".to_owned());
        }
        let fields = sound::fields(read.fields, &mut faults);
        let kind = RecordKind {
            name: name.to_owned(),
            plural: read.plural.unwrap_or_default(),
            label: read.label.unwrap_or_default(),
            description: read.description.unwrap_or_default(),
            fields,
            source,
        };
        if faults.is_empty() {
            faults.extend(sound::type_names(&kind));
            faults.extend(sound::rules(&kind));
        }
        for message in faults {
            self.fault(file, message);
        }
        self.kinds.insert(name.to_owned(), kind);
    }

    /// Further fields of a kind that is there.
    fn extend(&mut self, file: &str, name: &str, read: KindFile) {
        let mut faults = Vec::new();
        let own = [
            ("plural", read.plural.is_some()),
            ("label", read.label.is_some()),
            ("description", read.description.is_some()),
        ];
        for (key, _) in own.iter().filter(|(_, is_given)| *is_given) {
            faults.push(format!(
                "`{key}` of the shipped kind `{name}` cannot be changed; a file of its name has `fields` alone"
            ));
        }
        let mut rows: Vec<MemberRow> = Vec::new();
        if let Some(kind) = self.kinds.get(name) {
            for row in read.fields {
                if kind.field(&row.name).is_some() {
                    faults.push(format!(
                        "field `{}`: the shipped kind `{name}` has a field of that name; choose another",
                        row.name
                    ));
                } else {
                    self.additions
                        .insert((name.to_owned(), row.name.clone()), file.to_owned());
                    rows.push(row);
                }
            }
        }
        let fields = sound::fields(rows, &mut faults);
        if let Some(kind) = self.kinds.get_mut(name) {
            kind.fields.extend(fields);
            if faults.is_empty() {
                faults.extend(sound::type_names(kind));
                faults.extend(sound::rules(kind));
            }
        }
        for message in faults {
            self.fault(file, message);
        }
    }

    /// Plurals that mean another kind too.
    fn clashes(&self) -> Vec<(String, String)> {
        let mut taken: BTreeMap<&str, &str> = BTreeMap::new();
        let mut clashes = Vec::new();
        // Whoever was there first keeps the name, so the shipped ones go first.
        let shipped = |kind: &&RecordKind| kind.source == KindSource::Shipped;
        let (first, last): (Vec<_>, Vec<_>) = self.kinds.values().partition(shipped);
        for kind in first.into_iter().chain(last) {
            let names: BTreeSet<&str> = [kind.name.as_str(), kind.plural.as_str()].into();
            for name in names.into_iter().filter(|name| !name.is_empty()) {
                if let Some(other) = taken.insert(name, &kind.name) {
                    clashes.push((
                        file_of(kind),
                        format!("`{name}` means the kind `{other}`; choose another name"),
                    ));
                }
            }
        }
        clashes
    }

    /// References to kinds that there are not.
    fn lost_references(&self, catalogue: &Catalogue) -> Vec<(String, String)> {
        let is_known = |name: &str| match name.strip_prefix("erp.") {
            Some(object) => catalogue.object(object).is_some(),
            None => self.kinds.contains_key(name),
        };
        let mut lost = Vec::new();
        for kind in self.kinds.values() {
            for (path, field) in sound::nested(&kind.fields) {
                let Some(unknown) = field.reference.as_deref().filter(|name| !is_known(name)) else {
                    continue;
                };
                let top = path.split('.').next().unwrap_or_default();
                let file = self.additions.get(&(kind.name.clone(), top.to_owned()));
                let hint = nearest(unknown, self.kinds.keys().map(String::as_str))
                    .map(|near| format!("; did you mean `{near}`?"))
                    .unwrap_or_default();
                lost.push((
                    file.cloned().unwrap_or_else(|| file_of(kind)),
                    format!("field `{path}`: there is no kind `{unknown}`{hint}"),
                ));
            }
        }
        lost
    }

    fn fault(&mut self, file: &str, message: String) {
        self.faults.push(CatalogueError {
            file: file.to_owned(),
            message,
        });
    }
}

fn file_of(kind: &RecordKind) -> String {
    match &kind.source {
        KindSource::Operator { file } => file.clone(),
        _ => format!("{}.toml", kind.name),
    }
}
