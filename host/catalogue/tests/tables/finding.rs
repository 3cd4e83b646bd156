//! Operations are found, and suggested, by what people write.

use super::catalogue;
use std::collections::BTreeSet;
use sunmao_catalogue::Catalogue;

#[test]
fn operations_are_found_by_every_spelling() {
    let catalogue = catalogue();
    for name in [
        "customers.save-company",
        "customers::save_company",
        "customers.save_company",
    ] {
        assert_eq!(
            catalogue.find(name).map(|operation| operation.id),
            Some(16),
            "{name}"
        );
    }
    for operation in catalogue.operations() {
        let found = catalogue.find(&operation.name).expect("its own name");
        assert_eq!(found.id, operation.id);
    }
    assert!(catalogue.find("customers").is_none());
    assert_eq!(catalogue.nearest("customer::lst"), Some("customers.list"));
    assert_eq!(catalogue.nearest("contracts.creat"), Some("contracts.create"));
    assert_eq!(catalogue.nearest("zebra"), None);
}

#[test]
fn objects_hold_each_operation_once() {
    let catalogue = catalogue();
    let names: Vec<&str> = catalogue.objects().map(|(object, _)| object).collect();
    assert!(names.is_sorted() && names.len() == 66);
    let mut ids = BTreeSet::new();
    for (object, operations) in catalogue.objects() {
        assert!(operations.is_sorted_by_key(|operation| operation.id));
        for operation in operations {
            assert_eq!(operation.object, object);
            assert!(ids.insert(operation.id));
        }
    }
    assert_eq!(ids.len(), catalogue.operations().len());
}

#[test]
fn the_compiled_in_catalogue_is_shared() {
    let shared = Catalogue::shared();
    assert_eq!(shared.operations(), catalogue().operations());
    assert!(std::sync::Arc::ptr_eq(&shared, &Catalogue::shared()));
}
