//! Fields and the glossary that names them.

use super::{catalogue, is_kebab, levels};
use std::collections::{BTreeMap, HashSet};
use sunmao_catalogue::{Field, FieldType, NameException};

#[test]
fn every_field_is_named_labelled_and_alone_among_its_siblings() {
    for (place, fields) in levels(&catalogue()) {
        let mut names = HashSet::from(["extra"]);
        let mut wires = HashSet::new();
        for field in fields {
            let place = format!("{place}/{}", field.wire);
            // Callers may use wire names too, so that neither may mean two fields.
            let other = fields
                .iter()
                .find(|other| other.name == field.wire.replace('_', "-"));
            assert!(
                other.is_none_or(|other| other.wire == field.wire),
                "{place}: a sibling's English name"
            );
            assert!(
                is_kebab(&field.name),
                "{place}: `{}` is not legal in WIT",
                field.name
            );
            assert!(names.insert(&field.name), "{place}: a second `{}`", field.name);
            assert!(wires.insert(&field.wire), "{place}: a second wire name");
            assert!(!field.wire.trim().is_empty(), "{place}");
            assert!(!field.label.trim().is_empty(), "{place}");
            let nests = matches!(field.kind, FieldType::List | FieldType::Object);
            // A bill of materials holds bills of materials: its table stops at the second level.
            let endless = place.ends_with("/BomItems/BomItems");
            assert_eq!(
                nests && !endless,
                !field.fields.is_empty(),
                "{place}: members and type disagree"
            );
            let whole = |code: &str| code.parse::<i64>().is_ok();
            let numeric = field.values.iter().all(|value| whole(&value.code));
            assert!(
                field.kind != FieldType::Int || numeric,
                "{place}: a code is no number"
            );
            let codes: HashSet<_> = field.values.iter().map(|value| &value.code).collect();
            assert_eq!(codes.len(), field.values.len(), "{place}: a code stands twice");
            assert!(
                field.values.iter().all(|value| !value.label.is_empty()),
                "{place}"
            );
        }
    }
}

#[test]
fn every_label_has_an_entry_and_no_entry_is_unused() {
    let catalogue = catalogue();
    let mut used = HashSet::new();
    for (place, fields) in levels(&catalogue) {
        for field in fields {
            let entry = catalogue.glossary().english(&field.label);
            assert!(
                entry.is_some(),
                "{place}/{}: {} has no entry",
                field.wire,
                field.label
            );
            used.insert(field.label.as_str());
        }
    }
    let mut unused: Vec<_> = catalogue
        .glossary()
        .labels()
        .filter(|(label, _)| !used.contains(label))
        .collect();
    unused.sort_unstable();
    assert!(unused.is_empty(), "labels that no field goes by: {unused:?}");
    for (label, name) in catalogue.glossary().labels() {
        assert!(is_kebab(name), "{label}: `{name}` is not legal in WIT");
    }
    assert!(catalogue.glossary().labels().count() > 800);
}

/// Whether a sibling has the name that the glossary gives the field, or would have it by its own label.
fn collides(field: &Field, siblings: &[Field], usual: impl Fn(&str) -> Option<String>) -> bool {
    let wanted = usual(&field.label);
    siblings
        .iter()
        .filter(|other| other.wire != field.wire)
        .any(|other| Some(&other.name) == wanted.as_ref() || usual(&other.label) == wanted)
}

#[test]
fn a_name_of_its_own_has_a_reason_wherever_it_stands() {
    let catalogue = catalogue();
    let glossary = catalogue.glossary();
    let usual = |label: &str| glossary.english(label).map(str::to_owned);
    let reasons: BTreeMap<(&str, &str), NameException> = glossary
        .exceptions()
        .map(|(label, name, reason)| ((label, name), reason))
        .collect();
    let mut used = BTreeMap::new();
    for (place, fields) in levels(&catalogue) {
        for field in fields {
            if usual(&field.label).as_deref() == Some(&*field.name) {
                continue;
            }
            let entry = (field.label.as_str(), field.name.as_str());
            let place = format!("{place}/{}", field.wire);
            let reason = reasons
                .get(&entry)
                .unwrap_or_else(|| panic!("{place}: {entry:?} is not listed"));
            let collides = collides(field, fields, usual);
            assert!(
                collides || *reason == NameException::Meaning,
                "{place}: no sibling takes the usual name of {entry:?}"
            );
            *used.entry(entry).or_insert(true) &= collides;
        }
    }
    for (entry, reason) in reasons {
        let always_collides = used.get(&entry);
        assert!(always_collides.is_some(), "{entry:?} is used nowhere");
        assert!(
            reason == NameException::Sibling || always_collides == Some(&false),
            "{entry:?} stands for a collision and belongs under [sibling]"
        );
        assert!(is_kebab(entry.1), "{entry:?} is not legal in WIT");
    }
}
