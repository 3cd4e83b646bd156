//! Paging, commands and answers fit the dialects.

use super::{catalogue, effects::top_level};
use sunmao_catalogue::{Dialect, FieldType, ResultKind};

#[test]
fn paging_names_real_parameters() {
    let catalogue = catalogue();
    let mut whole = Vec::new();
    for operation in catalogue.operations() {
        match &operation.paging {
            Some(paging) => {
                assert_eq!(operation.result, ResultKind::Table, "{}", operation.name);
                for wire in [&paging.size, &paging.index] {
                    let field = top_level(operation, wire);
                    assert!(
                        field.is_some_and(|field| field.kind == FieldType::Int),
                        "{}",
                        operation.name
                    );
                }
                let limited = operation.dialect == Dialect::Helper;
                assert_eq!(paging.maximum, limited.then_some(50), "{}", operation.name);
            }
            None if operation.result == ResultKind::Table => whole.push(operation.name.as_str()),
            None => {}
        }
    }
    whole.sort_unstable();
    let answered_whole = [
        "invoice-types.list",
        "organization-chart.list",
        "product-categories.list",
        "product-units.list",
        "quality-levels.list",
        "rejection-reasons.list",
        "scrap-reasons.list",
        "warehouses.list",
    ];
    assert_eq!(whole, answered_whole, "lists that answer everything at once");
}

#[test]
fn each_dialect_keeps_its_form() {
    for operation in catalogue().operations() {
        let place = &operation.name;
        let form = operation.dialect == Dialect::Form;
        assert_eq!(operation.legacy_path.is_some(), form, "{place}");
        let root = match operation.dialect {
            Dialect::Form => "/webapi/v3/ov1/",
            Dialect::Json => "/webapi/v3/",
            Dialect::Helper => "/webapi/apiHelper/",
        };
        assert!(operation.path.starts_with(root), "{place}");
        let answers: &[ResultKind] = if form {
            use ResultKind::{Bill, Message, Session, Table};
            &[Session, Table, Bill, Message]
        } else {
            &[ResultKind::Table, ResultKind::Record, ResultKind::Ack]
        };
        assert!(answers.contains(&operation.result), "{place}");
        if !form {
            assert_eq!((&operation.cmdkey, &operation.mode), (&None, &None), "{place}");
            continue;
        }
        // Without `refresh` a list answers a screen without rows; without `__sys_dosave` nothing is saved.
        match operation.mode.as_deref() {
            Some("save") => assert_eq!(operation.cmdkey.as_deref(), Some("__sys_dosave"), "{place}"),
            Some(_) => assert_eq!(operation.cmdkey, None, "{place}"),
            None if operation.result == ResultKind::Table => {
                assert_eq!(operation.cmdkey.as_deref(), Some("refresh"), "{place}");
            }
            None => assert_ne!(operation.cmdkey.as_deref(), Some("refresh"), "{place}"),
        }
    }
}
