//! Every kind of record: the shipped ones, the operator's, and the rows of the ERP's objects.

use crate::{Catalogue, CatalogueError, KindSource, RecordKind, nearest};
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::sync::Arc;

mod erp;
mod file;
mod schema;
mod sound;
mod table;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/kinds");

/// Kinds by name, each also found by its plural.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kinds {
    kinds: BTreeMap<String, Arc<RecordKind>>,
    plurals: BTreeMap<String, String>,
}

impl Kinds {
    /// The kinds that are compiled in, and those of the catalogue's objects.
    ///
    /// # Errors
    /// A file of ours is unsound.
    pub fn shipped(catalogue: &Catalogue) -> Result<Kinds, CatalogueError> {
        Kinds::with_files(catalogue, &[]).map_err(|faults| {
            let message = "the shipped kinds are unsound".to_owned();
            faults.into_iter().next().unwrap_or(CatalogueError {
                file: "kinds".to_owned(),
                message,
            })
        })
    }

    /// The same with the operator's files, each with its name and its text: new kinds, and further fields of shipped
    /// ones.
    ///
    /// # Errors
    /// Every fault of every file.
    pub fn with_files(
        catalogue: &Catalogue,
        files: &[(String, String)],
    ) -> Result<Kinds, Vec<CatalogueError>> {
        let mut table = table::Table::default();
        for file in SHIPPED.files() {
            let name = file.path().to_string_lossy();
            // A file that is not text reads as empty, which is then refused by name.
            table.add_shipped(&name, file.contents_utf8().unwrap_or_default());
        }
        for (name, text) in files {
            table.add_operators(name, text);
        }
        let own = table.into_kinds(catalogue)?;
        let rows = catalogue
            .erp_objects()
            .filter_map(|object| erp::kind(catalogue, object));
        let mut kinds = Kinds {
            kinds: BTreeMap::new(),
            plurals: BTreeMap::new(),
        };
        for kind in own.into_iter().chain(rows) {
            kinds.plurals.insert(kind.plural.clone(), kind.name.clone());
            kinds.kinds.insert(kind.name.clone(), Arc::new(kind));
        }
        Ok(kinds)
    }

    /// A kind by its name or its plural; snake_case is understood too.
    pub fn find(&self, name: &str) -> Option<&Arc<RecordKind>> {
        let name = name.replace('_', "-");
        self.kinds
            .get(&name)
            .or_else(|| self.kinds.get(self.plurals.get(&name)?))
    }

    /// The name nearest to what was written, for hints; none when nothing is near.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.kinds.keys().map(String::as_str))
    }

    /// Every kind by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<RecordKind>> {
        self.kinds.values()
    }

    /// The kinds of the hub's own records: those of the ERP's rows are none.
    pub fn own(&self) -> impl Iterator<Item = &Arc<RecordKind>> {
        self.iter()
            .filter(|kind| !matches!(kind.source, KindSource::Erp { .. }))
    }
}
