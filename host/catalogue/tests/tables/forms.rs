//! Operations that the vendor lists in an older and a newer form, and labels that stand for codes: both name what exists.

use super::catalogue;
use sunmao_catalogue::{Field, Operation};

fn has(fields: &[Field], wire: &str) -> bool {
    let mut fields = fields.iter();
    fields.any(|field| field.wire == wire || has(&field.fields, wire))
}

#[test]
fn every_operation_whose_title_names_a_version_is_the_newer_form_of_another() {
    let catalogue = catalogue();
    let newer: Vec<&Operation> = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.title.contains("及以后"))
        .collect();
    assert_eq!(newer.len(), 5);
    for operation in newer {
        let form = operation.newer_form.as_ref().unwrap();
        assert!(operation.title.contains(&form.since), "{}", operation.name);
        let older = catalogue.find(&form.of).unwrap();
        assert_eq!(catalogue.other_form(operation), Some(older));
        assert_eq!(catalogue.other_form(older), Some(operation));
        assert_eq!(operation.is_read(), older.is_read(), "{}", operation.name);
        for (here, there) in &form.parameters {
            assert!(
                has(&operation.params, here) && has(&older.params, there),
                "{here} = {there}"
            );
        }
        for (here, there) in &form.columns {
            assert!(
                has(&operation.fields, here) && has(&older.fields, there),
                "{here} = {there}"
            );
        }
    }
}

#[test]
fn a_label_is_looked_up_by_a_parameter_of_a_list() {
    let catalogue = catalogue();
    let fields = catalogue
        .operations()
        .iter()
        .flat_map(|operation| &operation.params);
    let labelled: Vec<&Field> = fields.filter(|field| field.lookup_label.is_some()).collect();
    assert!(labelled.len() >= 4);
    for field in labelled {
        let lookup = catalogue.find(field.lookup.as_ref().unwrap()).unwrap();
        let label = field.lookup_label.as_ref().unwrap();
        assert!(has(&lookup.params, label), "{}: {label}", lookup.name);
        assert!(lookup.is_read() && lookup.params.iter().all(|field| !field.required));
    }
}
