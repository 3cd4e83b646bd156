//! Operations as functions: arguments in, records out, faults that a script can catch.

use super::support::{Parts, parts};
use super::{evaluate, event, handle, load, now};
use sunmao_catalogue::Kind;
use sunmao_runtime::{Extension, ExtensionError, Grants, Permit};

/// The arguments of the newest call of an operation, as the ERP saw them.
fn seen(parts: &Parts, id: u32) -> String {
    let entries = parts.simulator.ledger();
    let entry = entries
        .iter()
        .rev()
        .find(|entry| entry.operations.contains(&id))
        .expect("a call in the ledger");
    serde_json::to_string(&entry.arguments).expect("arguments")
}

#[tokio::test]
async fn a_list_is_called_by_english_or_wire_names() {
    let parts = parts().await;
    let total = evaluate(&parts, "customers::list().page.total").await;
    assert!(total.parse::<u64>().expect("a number") > 20, "{total}");
    let own = evaluate(&parts, "customers::list().items[3].customer_name").await;
    for name in ["customer_name", "\"customer-name\"", "name"] {
        let body = format!("customers::list(#{{ {name}: \"{own}\" }}).items.map(|row| row.customer_name)");
        let found = evaluate(&parts, &body).await;
        assert_eq!(found, format!("[\"{own}\"]"), "{name}");
        assert!(seen(&parts, 19).contains(&own));
    }
}

#[tokio::test]
async fn known_columns_have_their_names_in_snake_case_at_every_level() {
    let parts = parts().await;
    let body =
        "let row = storage_locations::list().items[0]; `${row.storage_location_name != \"\"} ${row.extra}`";
    assert_eq!(evaluate(&parts, body).await, "true #{}");
    let body = "let rows = material_requisitions::list().items;
        let lines = rows.map(|row| row.requisition_lines).find(|lines| !lines.is_empty());
        let names = lines[0].keys(); names.sort(); names";
    let names = evaluate(&parts, body).await;
    assert!(names.contains("product_name") && !names.contains('-'), "{names}");
}

#[tokio::test]
async fn a_write_reaches_the_erp_and_its_key_comes_back() {
    let parts = parts().await;
    let body = "let reserved = customers::reserve();
        customers::save_company(#{ ord: reserved.key, customer_name: \"宁波晨光机械有限公司\", customer_category: \"1\",
            contact_name: \"王芳\", source: \"171\" });
        customers::get(#{ ord: reserved.key }).fields.name";
    assert_eq!(evaluate(&parts, body).await, "宁波晨光机械有限公司");
}

#[tokio::test]
async fn every_business_operation_is_called_and_reaches_the_erp() {
    let parts = parts().await;
    let catalogue = parts.host.catalogue.clone();
    let mut called = 0;
    for operation in catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
    {
        let name = operation.name.replace('-', "_").replace('.', "::");
        let script = super::script(&parts, &format!("fn handle(event) {{ {name}(event.payload) }}"));
        let before = parts.simulator.ledger().len();
        let payload = serde_json::to_string(&operation.example()).expect("JSON");
        // Whether the ERP likes the example is another matter; that it was asked is what counts.
        match script.handle(&now(&parts), &event(&payload)).await {
            Ok(()) => {}
            Err(ExtensionError::Call { fault, .. })
                if matches!(fault.kind, Kind::Refused | Kind::NotFound) => {}
            Err(error) => panic!("{name}: {error}"),
        }
        let ledger = parts.simulator.ledger();
        assert!(
            ledger[before..]
                .iter()
                .any(|entry| entry.operations.contains(&operation.id)),
            "{name}"
        );
        called += 1;
    }
    assert_eq!(called, 215);
}

#[tokio::test]
async fn a_fault_is_a_map_that_a_script_can_catch() {
    let parts = parts().await;
    let body = "let text = \"\";
        try { customers::list(#{ nmae: 1 }); } catch (e) { text = `${e.kind}|${e.message}|${e.hint}|${e.code}`; }
        text";
    let caught = evaluate(&parts, body).await;
    let parts: Vec<&str> = caught.split('|').collect();
    assert_eq!((parts[0], parts[3]), ("invalid", ""), "{caught}");
    assert!(
        parts[1].contains("nmae") && parts[2].contains("customers.list"),
        "{caught}"
    );
}

#[tokio::test]
async fn a_fault_that_nobody_catches_ends_the_invocation_with_itself() {
    let parts = parts().await;
    for body in [
        "customers::list(#{ nmae: 1 });",
        "try { customers::list(#{ nmae: 1 }); } catch (e) { throw e; }",
    ] {
        let error = handle(&parts, body).await.expect_err("a fault");
        let ExtensionError::Call { extension, fault } = error else {
            panic!("{error}")
        };
        assert_eq!((extension.as_str(), fault.kind), ("script test", Kind::Invalid));
        assert!(fault.message.contains("nmae"), "{}", fault.message);
    }
}

#[tokio::test]
async fn a_call_deep_inside_functions_and_closures_fails_with_the_same_fault() {
    let parts = parts().await;
    let script = super::script(
        &parts,
        "fn handle(event) { outer() } fn outer() { [1].map(|x| inner()) } fn inner() { customers::list(#{ nmae: 1 }) }",
    );
    let error = script
        .handle(&now(&parts), &event("{}"))
        .await
        .expect_err("a fault");
    assert!(
        matches!(&error, ExtensionError::Call { fault, .. } if fault.kind == Kind::Invalid),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_not_granted_keeps_a_script_from_loading() {
    let parts = parts().await;
    let grants = Grants::resolve(&parts.host.catalogue, &["customers.list".to_owned()]).expect("known");
    let permit = || Permit {
        grants: grants.clone(),
        ..Permit::default()
    };
    load(&parts, permit(), "fn handle(event) { customers::list(); }").expect("granted");
    let error = load(
        &parts,
        permit(),
        "fn handle(event) { customers::reserve(); records::get(\"contact\", \"1\"); }",
    )
    .expect_err("not granted");
    assert_eq!(error.phase, "check grants");
    assert!(error.message.contains("customers.reserve, records"), "{error}");
    assert!(error.hint.contains("[script.test]"), "{error}");
}

#[tokio::test]
async fn arguments_that_are_no_map_say_what_is_wanted() {
    let parts = parts().await;
    for body in [
        "customers::list(5);",
        "customers::list(#{ customer_name: |x| x });",
    ] {
        let error = handle(&parts, body).await.expect_err("no map");
        let ExtensionError::Call { fault, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(fault.kind, Kind::Invalid);
        assert!(fault.message.contains("customers::list"), "{error}");
    }
}

#[tokio::test]
async fn money_stays_exact() {
    let parts = parts().await;
    assert_eq!(evaluate(&parts, "0.1 + 0.2").await, "0.3");
    assert_eq!(evaluate(&parts, "1000000.01 * 3").await, "3000000.03");
    assert_eq!(
        evaluate(&parts, "parse_json(\"{\\\"price\\\": 12.5}\").price * 2").await,
        "25.0"
    );
    let read = async |number: &str, body: &str| {
        evaluate(
            &parts,
            &format!("let read = parse_json(`{{\"price\": {number}}}`).price; {body}"),
        )
        .await
    };
    assert_eq!(
        read("12345678901.12345678", "read + 1").await,
        "12345678902.12345678"
    );
    assert_eq!(read("1200.50", "read").await, "1200.50");
    let long = "1234567890123456789012345678901234567890.5";
    assert_eq!(read(long, "type_of(read) + read").await, format!("string{long}"));
}

#[tokio::test]
async fn json_is_data_and_never_runs() {
    let parts = parts().await;
    let body = "customers::list(); parse_json(`{\"a\": customers::reserve()}`)";
    let error = handle(&parts, body).await.expect_err("no JSON");
    assert!(error.to_string().contains("not JSON"), "{error}");
    let reserved = parts
        .simulator
        .ledger()
        .iter()
        .any(|entry| entry.operations.contains(&15));
    assert!(!reserved, "a call inside JSON reached the ERP");
}
