//! Fields and the glossary that names them.

use super::{catalogue, is_kebab, levels};
use std::collections::HashSet;
use sunmao_catalogue::FieldType;

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
fn the_glossary_is_complete_and_nothing_in_it_is_unused() {
    let catalogue = catalogue();
    let mut used = HashSet::new();
    for (_, fields) in levels(&catalogue) {
        for field in fields {
            used.insert((field.label.as_str(), field.name.as_str()));
        }
    }
    let mut unused: Vec<_> = catalogue
        .glossary()
        .labels()
        .filter(|entry| !used.contains(entry))
        .collect();
    unused.sort_unstable();
    assert!(unused.is_empty(), "labels that no field goes by: {unused:?}");
    for (label, name) in catalogue.glossary().labels() {
        assert!(is_kebab(name), "{label}: `{name}` is not legal in WIT");
    }
    assert!(catalogue.glossary().labels().count() > 800);
}
