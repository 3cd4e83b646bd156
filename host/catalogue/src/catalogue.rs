//! Every operation, and the ways to find one.

use crate::{ErpObject, Glossary, Operation, load, nearest};
use include_dir::{Dir, DirEntry, include_dir};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

static TABLES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/operations");

static SHARED: LazyLock<Result<Arc<Catalogue>, CatalogueError>> =
    LazyLock::new(|| Catalogue::load().map(Arc::new));

/// Every operation of the API.
#[derive(Debug, Default)]
pub struct Catalogue {
    operations: Vec<Operation>,
    by_id: HashMap<u32, usize>,
    by_name: HashMap<String, usize>,
    objects: BTreeMap<String, Vec<usize>>,
    declared: BTreeMap<String, ErpObject>,
    glossary: Glossary,
}

/// What is wrong with the tables.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("catalogue, {file}: {message}")]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// What is wrong, with what to do.
    pub message: String,
}

impl Catalogue {
    /// The catalogue that is compiled in, parsed once.
    ///
    /// # Errors
    /// As [`Catalogue::load`]. A program looks here before it does anything else.
    pub fn try_shared() -> Result<Arc<Catalogue>, CatalogueError> {
        SHARED.clone()
    }

    /// The same, for whoever comes later.
    ///
    /// # Panics
    /// The tables are unsound: a program without its catalogue does nothing right.
    #[expect(
        clippy::panic,
        reason = "the tables are part of the binary, and the start looked at them"
    )]
    pub fn shared() -> Arc<Catalogue> {
        Catalogue::try_shared().unwrap_or_else(|error| panic!("{error}"))
    }

    /// Reads the tables that are compiled in.
    ///
    /// # Errors
    /// A table cannot be read, a label has no English name, or two operations share an id or a name.
    pub fn load() -> Result<Catalogue, CatalogueError> {
        let mut tables = Vec::new();
        collect(&TABLES, &mut tables);
        Catalogue::read(tables, Glossary::compiled_in()?)
    }

    /// All operations by menu id.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The objects in alphabetical order, each with its operations by menu id.
    pub fn objects(&self) -> impl Iterator<Item = (&str, Vec<&Operation>)> {
        self.objects.iter().map(|(object, positions)| {
            let operations = positions.iter().map(|at| &self.operations[*at]).collect();
            (object.as_str(), operations)
        })
    }

    /// An operation by its full name, `object.verb`; Rhai's `object::verb` and snake_case are understood too.
    pub fn find(&self, name: &str) -> Option<&Operation> {
        self.by_name
            .get(name)
            .or_else(|| self.by_name.get(&canonical(name)))
            .map(|at| &self.operations[*at])
    }

    /// What is declared of an object.
    pub fn object(&self, name: &str) -> Option<&ErpObject> {
        self.declared.get(name)
    }

    /// What is declared of every object, in alphabetical order.
    pub fn erp_objects(&self) -> impl Iterator<Item = &ErpObject> {
        self.declared.values()
    }

    /// An operation by menu id.
    pub fn by_id(&self, id: u32) -> Option<&Operation> {
        self.by_id.get(&id).map(|at| &self.operations[*at])
    }

    /// The same under the vendor's other form: the newer one of an older operation and the reverse.
    pub fn other_form(&self, operation: &Operation) -> Option<&Operation> {
        if let Some(form) = &operation.newer_form {
            return self.find(&form.of);
        }
        let is_newer = |other: &&Operation| {
            let form = other.newer_form.as_ref();
            form.is_some_and(|form| form.of == operation.name)
        };
        self.operations.iter().find(is_newer)
    }

    /// The nearest operation name, for hints; none when nothing is near.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let names = self.operations.iter().map(|operation| operation.name.as_str());
        nearest(&canonical(name), names)
    }

    /// The glossary that the English names come from.
    pub fn glossary(&self) -> &Glossary {
        &self.glossary
    }

    fn read(tables: Vec<(String, &str)>, glossary: Glossary) -> Result<Catalogue, CatalogueError> {
        let mut catalogue = Catalogue::default();
        for (file, text) in tables {
            let (object, operations) = load::operations(&file, text, &glossary)?;
            catalogue.declared.insert(object.name.clone(), object);
            for operation in operations {
                catalogue.add(&file, operation)?;
            }
        }
        catalogue.glossary = glossary;
        catalogue.index();
        Ok(catalogue)
    }

    fn add(&mut self, file: &str, operation: Operation) -> Result<(), CatalogueError> {
        let fault = |message: String| CatalogueError {
            file: file.to_owned(),
            message,
        };
        let at = self.operations.len();
        if self.by_id.insert(operation.id, at).is_some() {
            return Err(fault(format!("operation {} stands twice", operation.id)));
        }
        if self.by_name.insert(operation.name.clone(), at).is_some() {
            return Err(fault(format!(
                "operation {}: `{}` is taken; choose another verb",
                operation.id, operation.name
            )));
        }
        self.operations.push(operation);
        Ok(())
    }

    fn index(&mut self) {
        self.operations.sort_by_key(|operation| operation.id);
        for (at, operation) in self.operations.iter().enumerate() {
            self.by_id.insert(operation.id, at);
            self.by_name.insert(operation.name.clone(), at);
            self.objects.entry(operation.object.clone()).or_default().push(at);
        }
    }
}

/// `customers::save_company` as `customers.save-company`.
fn canonical(name: &str) -> String {
    name.replace("::", ".").replace('_', "-")
}

fn collect(folder: &'static Dir<'static>, tables: &mut Vec<(String, &'static str)>) {
    for entry in folder.entries() {
        match entry {
            DirEntry::Dir(folder) => collect(folder, tables),
            DirEntry::File(file) => {
                // A file that is not text reads as empty, which the loader then refuses by name.
                let text = file.contents_utf8().unwrap_or_default();
                tables.push((file.path().to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
}

#[cfg(test)]
mod tests;
