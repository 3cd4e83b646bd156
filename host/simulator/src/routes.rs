//! Which operation a request stands for: the path in any letter case, then the command, then the fixed query.

use crate::variant::Variant;
use std::collections::HashMap;
use sunmao_catalogue::{Catalogue, Dialect, Operation, Record, Value};

/// Operations by path.
pub(crate) struct Routes {
    /// Positions in the catalogue, by the lower-case paths that this kind of installation has.
    paths: HashMap<String, Vec<usize>>,
}

/// What a known path makes of a command and a query.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// The operations of one and the same request, by menu id.
    Operations(Vec<usize>),
    /// A list asked for without its command: the screen without rows.
    Skeleton(usize),
    /// Nobody's command or query.
    None,
}

impl Routes {
    pub(crate) fn new(catalogue: &Catalogue, variant: Variant) -> Self {
        let mut paths: HashMap<String, Vec<usize>> = HashMap::new();
        for (position, operation) in catalogue.operations().iter().enumerate() {
            for path in variant.paths(operation) {
                let here = paths.entry(path.to_ascii_lowercase()).or_default();
                here.push(position);
            }
        }
        Routes { paths }
    }

    /// The operations on a path, with their dialect; none when the path is unknown.
    pub(crate) fn on_path(&self, catalogue: &Catalogue, path: &str) -> Option<(Dialect, &[usize])> {
        let positions = self.paths.get(&path.to_ascii_lowercase())?;
        let dialect = catalogue.operations().get(*positions.first()?)?.dialect;
        Some((dialect, positions))
    }
}

/// The most particular operations that a request satisfies.
pub(crate) fn choose(
    catalogue: &Catalogue,
    positions: &[usize],
    cmdkey: Option<&str>,
    query: &Record,
) -> Choice {
    let operation = |position: &usize| &catalogue.operations()[*position];
    let matching = |cmdkey: Option<&str>| -> Vec<usize> {
        let fitting: Vec<usize> = positions
            .iter()
            .filter(|position| {
                let operation = operation(position);
                operation.cmdkey.as_deref() == cmdkey && has_fixed_query(operation, query)
            })
            .copied()
            .collect();
        let most = fitting
            .iter()
            .map(|position| operation(position).fixed_query.len())
            .max();
        fitting
            .into_iter()
            .filter(|position| Some(operation(position).fixed_query.len()) == most)
            .collect()
    };
    let chosen = matching(cmdkey);
    if !chosen.is_empty() {
        return Choice::Operations(chosen);
    }
    match (cmdkey, matching(Some("refresh")).first()) {
        (None, Some(list)) => Choice::Skeleton(*list),
        _ => Choice::None,
    }
}

fn has_fixed_query(operation: &Operation, query: &Record) -> bool {
    operation.fixed_query.iter().all(|(name, value)| {
        query
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .and_then(|(_, given)| Value::as_text(given))
            .is_some_and(|given| given.eq_ignore_ascii_case(value))
    })
}
