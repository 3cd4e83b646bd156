//! What a write needs to be repeated and read back exists.

use super::{catalogue, levels};
use sunmao_catalogue::{Catalogue, Effect, Field, Operation, Repeat};

/// Every reference to an operation, with where it stands.
fn references(catalogue: &Catalogue) -> Vec<(String, &str)> {
    let mut found = Vec::new();
    for operation in catalogue.operations() {
        let Effect::Write(write) = &operation.effect else {
            continue;
        };
        let place = |what: &str| format!("{} {what}", operation.name);
        found.extend(
            write
                .read_back
                .iter()
                .map(|name| (place("read-back"), name.as_str())),
        );
        match &write.repeat {
            Repeat::ReservedKey { reserve, .. } => {
                found.extend(reserve.iter().map(|name| (place("reserve"), name.as_str())));
            }
            Repeat::UniqueNumber { find, .. } => found.push((place("find"), find)),
            Repeat::Never => {}
        }
    }
    for (place, fields) in levels(catalogue) {
        for field in fields {
            let lookup = field.lookup.iter();
            found.extend(lookup.map(|name| (format!("{place}/{}", field.wire), name.as_str())));
        }
    }
    found
}

pub(crate) fn top_level<'a>(operation: &'a Operation, wire: &str) -> Option<&'a Field> {
    operation.params.iter().find(|field| field.wire == wire)
}

#[test]
fn references_name_reads() {
    let catalogue = catalogue();
    let found = references(&catalogue);
    assert!(found.len() > 60, "{}", found.len());
    for (place, name) in found {
        let target = catalogue
            .operations()
            .iter()
            .find(|operation| operation.name == name)
            .unwrap_or_else(|| panic!("{place}: there is no `{name}`"));
        assert!(target.is_read(), "{place}: `{name}` writes");
    }
}

#[test]
fn what_makes_a_write_repeatable_exists() {
    let catalogue = catalogue();
    for operation in catalogue.operations() {
        let Effect::Write(write) = &operation.effect else {
            continue;
        };
        let place = &operation.name;
        let scalar = |operation: &Operation, wire: &str| {
            let field = top_level(operation, wire)
                .unwrap_or_else(|| panic!("{place}: `{}` has no `{wire}`", operation.name));
            assert!(field.fields.is_empty(), "{place}: `{wire}` is a list");
        };
        match &write.repeat {
            Repeat::ReservedKey { parameter, reserve } => {
                scalar(operation, parameter);
                if let Some(reserve) = reserve {
                    let target = catalogue.find(reserve).expect("references are tested");
                    let key = target.fields.iter().any(|field| field.wire == *parameter);
                    assert!(key, "{place}: `{reserve}` does not answer `{parameter}`");
                }
            }
            Repeat::UniqueNumber {
                parameter,
                find,
                filter,
            } => {
                scalar(operation, parameter);
                scalar(catalogue.find(find).expect("references are tested"), filter);
            }
            Repeat::Never => {}
        }
        if let Some(name) = &write.read_back {
            scalar(catalogue.find(name).expect("references are tested"), "ord");
        }
    }
}

#[test]
fn saves_are_repeatable_and_read_back() {
    let catalogue = catalogue();
    for id in [16, 17] {
        let operation = catalogue.by_id(id).expect("the entry exists");
        let Effect::Write(write) = &operation.effect else {
            panic!("{} writes", operation.name);
        };
        let expected = Repeat::ReservedKey {
            parameter: "ord".to_owned(),
            reserve: Some("customers.reserve".to_owned()),
        };
        assert_eq!(write.repeat, expected);
        assert_eq!(write.read_back.as_deref(), Some("customers.get"));
        assert!(!write.judged, "the vendor says so");
    }
    for operation in catalogue.operations() {
        if let Effect::Write(write) = &operation.effect
            && operation.verb.starts_with("save")
        {
            assert!(
                matches!(write.repeat, Repeat::ReservedKey { .. }),
                "{}",
                operation.name
            );
        }
    }
}
