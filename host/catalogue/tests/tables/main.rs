//! The tables hold what the rest of the host takes for granted: complete, unambiguous, and true to the vendor's menu.

#![cfg(test)]

mod effects;
mod fields;
mod finding;
mod forms;
mod kinds;
mod names;
mod objects;
mod protocol;
mod requests;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use sunmao_catalogue::{Catalogue, Dialect, Field, Operation};

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::load().expect("the tables load")
}

/// Parameters and result fields of all operations, with the lists inside, each level apart.
pub(crate) fn levels(catalogue: &Catalogue) -> Vec<(String, &[Field])> {
    fn descend<'a>(place: String, fields: &'a [Field], found: &mut Vec<(String, &'a [Field])>) {
        for field in fields {
            if !field.fields.is_empty() {
                descend(format!("{place}/{}", field.wire), &field.fields, found);
            }
        }
        found.push((place, fields));
    }
    let mut found = Vec::new();
    for operation in catalogue.operations() {
        let place = |side: &str| format!("{} {} {side}", operation.id, operation.name);
        descend(place("params"), &operation.params, &mut found);
        descend(place("fields"), &operation.fields, &mut found);
    }
    found
}

pub(crate) fn is_kebab(name: &str) -> bool {
    name.split('-').all(|part| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part
                .chars()
                .all(|other| other.is_ascii_lowercase() || other.is_ascii_digit())
    })
}

#[test]
fn the_whole_menu_is_there() {
    let catalogue = catalogue();
    let ids: BTreeSet<u32> = catalogue
        .operations()
        .iter()
        .map(|operation| operation.id)
        .collect();
    assert_eq!(ids.len(), 217);
    let count = |dialect: Dialect| {
        let mine = |operation: &&Operation| operation.dialect == dialect;
        catalogue.operations().iter().filter(mine).count()
    };
    assert_eq!(
        [count(Dialect::Form), count(Dialect::Json), count(Dialect::Helper)],
        [131, 65, 21]
    );
    let documented = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.documented);
    assert_eq!(documented.count(), 149);
    let business = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business());
    assert_eq!(business.count(), 215);
    for (id, name) in [
        (11, "session.login"),
        (15, "customers.reserve"),
        (16, "customers.save-company"),
        (19, "customers.list"),
        (173, "expense-claims.approve"),
        (296, "contracts.create"),
        (309, "stock-receipts.confirm-v2"),
    ] {
        assert_eq!(catalogue.by_id(id).expect("the entry exists").name, name);
    }
}

#[test]
fn the_menu_holds_213_distinct_requests() {
    let catalogue = catalogue();
    let requests: HashSet<_> = catalogue
        .operations()
        .iter()
        .map(|operation| {
            let mut query = operation.fixed_query.clone();
            query.sort();
            (operation.path.to_lowercase(), query, operation.cmdkey.clone())
        })
        .collect();
    assert_eq!(requests.len(), 213);
}

#[test]
fn each_table_lies_in_its_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("operations");
    let catalogue = catalogue();
    let mut modules: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut found = BTreeSet::new();
    for module in std::fs::read_dir(&root).expect("the tables' folder") {
        let module = module.expect("a module's folder");
        let name = module.file_name().into_string().expect("a module's name");
        assert!(is_kebab(&name), "{name}");
        for table in std::fs::read_dir(module.path()).expect("a module is a folder") {
            let file = table.expect("a table").file_name().into_string().expect("a name");
            let object = file.strip_suffix(".toml").expect("a table is TOML").to_owned();
            let (_, operations) = catalogue
                .objects()
                .find(|(known, _)| *known == object)
                .unwrap_or_else(|| panic!("{file} is not compiled in"));
            let menus = operations.iter().map(|operation| operation.menu[0].clone());
            modules.entry(name.clone()).or_default().extend(menus);
            assert!(found.insert(object), "{file} stands in two modules");
        }
    }
    assert_eq!(found.len(), catalogue.objects().count());
    let mut menus = BTreeSet::new();
    for (module, own) in &modules {
        assert_eq!(own.len(), 1, "{module} mixes the menus {own:?}");
        assert!(menus.insert(own), "the menu {own:?} is spread over two modules");
    }
}
