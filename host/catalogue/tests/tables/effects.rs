//! What a write needs to be repeated and read back exists.

use super::{catalogue, levels};
use sunmao_catalogue::{Catalogue, Effect, Field, FieldType, Operation, Repeat, ResultKind};

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
            let target = catalogue.find(name).expect("references are tested");
            if target.result != ResultKind::Table {
                scalar(target, "ord");
            }
        }
    }
}

/// Lists that take the number as a filter and whose published columns leave it out: what they find is compared by the
/// other columns.
const NUMBER_NOT_SHOWN: [&str; 3] = [
    "work-assignments.list",
    "material-requisitions.list",
    "material-registrations.list",
];

#[test]
fn a_unique_number_is_filtered_by_and_shown() {
    let catalogue = catalogue();
    for operation in catalogue.operations() {
        let Effect::Write(write) = &operation.effect else {
            continue;
        };
        let Repeat::UniqueNumber {
            parameter,
            find,
            filter,
        } = &write.repeat
        else {
            continue;
        };
        let place = &operation.name;
        let number = top_level(operation, parameter).expect("it exists");
        let find = catalogue.find(find).expect("references are tested");
        let is_number =
            |field: &Field| field.name == number.name || field.wire.eq_ignore_ascii_case(&number.wire);
        // The lists of the helper dialect call every document's number 编号.
        let filter = top_level(find, filter).expect("it exists");
        assert!(
            is_number(filter) || filter.label == "编号",
            "{place}: {}",
            filter.label
        );
        assert_eq!((number.kind, filter.kind), (FieldType::String, FieldType::String));
        // What was seen of a list's columns may be the half of them.
        let is_open = find.fields.iter().all(|field| field.observed);
        let is_shown = is_open || find.fields.iter().any(is_number);
        assert_ne!(
            is_shown,
            NUMBER_NOT_SHOWN.contains(&&*find.name),
            "{place}: whether `{}` shows `{parameter}`",
            find.name
        );
    }
}

/// Writes whose effect no operation is known to show: what was discussed, and the clock's records.
const SHOWN_NOWHERE: [&str; 7] = [
    "customers.follow-up",
    "customer-contacts.follow-up",
    "projects.follow-up",
    "contracts.follow-up",
    "schedules.follow-up",
    "discussions.reply",
    "attendance-records.create-many",
];

#[test]
fn a_write_names_the_operation_that_shows_its_effect() {
    for operation in catalogue().operations() {
        if let Effect::Write(write) = &operation.effect {
            assert_ne!(
                write.read_back.is_some(),
                SHOWN_NOWHERE.contains(&&*operation.name),
                "{}",
                operation.name
            );
        }
    }
}

/// The vendor says that a form saved under its key changes the record; how anything else behaves is our judgement.
#[test]
fn only_what_the_vendor_says_is_not_judged() {
    let catalogue = catalogue();
    let said = catalogue.operations().iter().filter(|operation| {
        let Effect::Write(write) = &operation.effect else {
            return false;
        };
        !write.judged
    });
    let said: Vec<&str> = said.map(|operation| operation.name.as_str()).collect();
    assert_eq!(
        said,
        [
            "customers.save-company",
            "customers.save-person",
            "customer-contacts.save",
            "contracts.save",
            "repairs.save",
        ]
    );
}

#[test]
fn a_contracts_number_guards_it_where_no_key_does() {
    let catalogue = catalogue();
    let save = catalogue.find("contracts.save").expect("the entry exists");
    let guards = save.params.iter().filter(|field| field.unique);
    let guards: Vec<&str> = guards.map(|field| field.wire.as_str()).collect();
    assert_eq!(guards, ["htid"]);
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
