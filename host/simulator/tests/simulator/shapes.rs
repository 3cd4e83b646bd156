//! Every operation answers on its published path in the shape that its dialect and its kind of result announce.

use crate::common::{Caller, example, of_size, path, small, with_query};
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Catalogue, Dialect, Operation, ResultKind};
use sunmao_simulator::Outcome;

#[tokio::test]
async fn every_operation_answers_in_its_shape() {
    let catalogue = Catalogue::shared();
    let (reads, writes): (Vec<_>, Vec<_>) = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business())
        .partition(|operation| operation.is_read());
    let shared = of_size(3).await;
    for operation in reads {
        check_call(&shared, operation).await;
        assert!(shared.simulator.ledger().pop().unwrap().changes.is_empty());
    }
    // The examples of two writes may name the same record or number, so each gets a simulator of its own.
    for operation in writes {
        let own = of_size(3).await;
        check_call(&own, operation).await;
        own.simulator.stop().await;
    }
}

async fn check_call(caller: &Caller, operation: &Operation) {
    let name = &operation.name;
    let mut arguments = example(operation);
    prepare(caller, name, &mut arguments).await;
    let answer = caller
        .call_at(operation, &path(operation), arguments.clone())
        .await;
    let entry = caller.simulator.ledger().pop().unwrap();
    assert_eq!(entry.outcome, Outcome::Done, "{name}: {}", entry.message);
    check_shape(operation, &answer);
    assert!(entry.operations.contains(&operation.id), "{name}: {entry:?}");
    assert_eq!(
        serde_json::to_value(&entry.arguments).unwrap(),
        redacted(arguments),
        "{name}"
    );
    assert_eq!(entry.dialect, Some(operation.dialect), "{name}");
    assert_eq!(entry.cmdkey, operation.cmdkey, "{name}");
}

/// What has to be so before the ERP does what the example asks for.
async fn prepare(caller: &Caller, name: &str, arguments: &mut Json) {
    match name {
        "contracts.create" => {
            let customers = caller.admin("records/customers").await;
            arguments["CompanyName"] = customers["records"][0]["name"].clone();
        }
        "departments.update" => arguments["pid"] = json!(0),
        "material-substitutions.create" | "material-substitutions.update" => {
            arguments["childtd"][0]["ReProductID"] = json!(2);
        }
        "quality-inspections.save" => arguments["QualityTestingItems"][0]["FailNum"] = json!(0),
        _ => {}
    }
    let before: &[&str] = match name {
        "expense-requests.approve" => &["expense-requests.submit"],
        "expense-claims.pay-out" => &["expense-claims.approve"],
        "cash-advances.pay-out" => &["cash-advances.approve"],
        "cash-advances.repay" => &["cash-advances.approve", "cash-advances.pay-out"],
        "cash-advance-repayments.pay-in" => &["cash-advance-repayments.approve"],
        _ => &[],
    };
    for command in before {
        caller.call(command, json!({"ord": 1})).await;
        let entry = caller.simulator.ledger().pop().unwrap();
        assert_eq!(entry.outcome, Outcome::Done, "{command}: {}", entry.message);
    }
}

#[tokio::test]
async fn paths_are_found_in_any_letter_case_and_on_older_installations() {
    let caller = small().await;
    let catalogue = Catalogue::shared();
    let customers = catalogue.find("customers.list").unwrap();
    let legacy = customers.legacy_path.clone().unwrap();
    for path in [customers.path.to_uppercase(), legacy.to_lowercase(), legacy] {
        let answer = caller
            .call_at(customers, &with_query(&path, customers), json!({}))
            .await;
        check_shape(customers, &answer);
        assert_eq!(crate::common::rows(&answer).len(), 20);
    }
}

#[tokio::test]
async fn entries_on_one_path_are_told_apart_by_query_and_command() {
    let caller = small().await;
    let catalogue = Catalogue::shared();
    for (name, ids) in [
        ("customers.reserve", vec![15]),
        ("customers.save-person", vec![17]),
        ("customers.get", vec![18]),
        ("customers.protect", vec![27]),
        ("contracts.list-customers", vec![48]),
        ("schedules.list-customers", vec![205]),
        ("contract-lines.create", vec![42, 94]),
        ("expense-claims.list-people", vec![160, 169, 177]),
        ("contracts.list-contacts", vec![49, 206]),
    ] {
        caller.call(name, example(catalogue.find(name).unwrap())).await;
        assert_eq!(caller.simulator.ledger().pop().unwrap().operations, ids, "{name}");
    }
}

#[tokio::test]
async fn a_list_of_another_object_shows_its_records() {
    let caller = small().await;
    let customers = caller.call("customers.list", json!({})).await;
    for name in ["contracts.list-customers", "schedules.list-customers"] {
        assert_eq!(caller.call(name, json!({})).await, customers, "{name}");
    }
}

#[tokio::test]
async fn a_list_without_its_command_is_a_screen_without_rows() {
    let caller = small().await;
    let body = json!({"session": caller.token, "datas": []});
    let answer = caller.post("/webapi/v3/ov1/salesmanage/custom/list", &body).await;
    assert!(crate::common::rows(&answer).is_empty());
    assert!(
        !answer["body"]["source"]["table"]["cols"]
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn trees_hold_all_records_as_nodes() {
    let caller = small().await;
    let answer = caller.call("product-categories.list", json!({})).await;
    let count = |node: &Json| 1 + node["nodes"].as_array().unwrap().len();
    let nodes = answer["body"]["source"]["trees"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.iter().map(count).sum::<usize>(), 30);
}

#[tokio::test]
async fn what_nobody_publishes_is_kept_and_given_back() {
    let caller: Caller = small().await;
    let saved = caller
        .call(
            "announcements.save",
            json!({"ord": 7, "title": "放假通知", "sysIcus_note": "自定义"}),
        )
        .await;
    assert_eq!(crate::common::text(&saved), "保存成功！");
    let shown = caller.call("announcements.get", json!({"ord": 7})).await;
    assert_eq!(crate::common::field(&shown, "title")["value"], "放假通知");
    assert_eq!(crate::common::field(&shown, "sysIcus_note")["value"], "自定义");
    let listed = caller
        .call("announcements.list", json!({"title": "放假通知"}))
        .await;
    let rows = crate::common::rows(&listed);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["sysIcus_note"], "自定义");
}

fn check_shape(operation: &Operation, answer: &Json) {
    let name = &operation.name;
    match operation.dialect {
        Dialect::Form => {
            assert_eq!(answer["header"]["status"], 0, "{name}: {answer}");
            let body = &answer["body"];
            assert!(body["model"].is_string(), "{name}");
            match operation.result {
                ResultKind::Table => {
                    let source = &body["source"];
                    assert!(
                        source["table"]["rows"].is_array() || source["trees"]["nodes"].is_array(),
                        "{name}: {answer}"
                    );
                }
                ResultKind::Bill => assert!(body["bill"]["value"].is_i64(), "{name}: {answer}"),
                _ => assert!(body["message"]["text"].is_string(), "{name}: {answer}"),
            }
        }
        Dialect::Json => {
            assert_eq!(answer["Code"], 200, "{name}: {answer}");
            match operation.result {
                ResultKind::Table => {
                    let columns = answer["Cols"].as_array().unwrap();
                    let published: Vec<&str> =
                        operation.fields.iter().map(|field| field.wire.as_str()).collect();
                    assert_eq!(columns, &published, "{name}");
                    for row in answer["Rows"].as_array().unwrap() {
                        assert_eq!(row.as_array().unwrap().len(), columns.len(), "{name}");
                    }
                    assert!(answer["Page"]["RecordCount"].is_u64(), "{name}");
                }
                ResultKind::Record => {
                    let data = answer["Data"].as_object().unwrap();
                    for field in &operation.fields {
                        assert!(data.contains_key(&field.wire), "{name}: {}", field.wire);
                    }
                }
                _ => assert!(answer["Msg"].is_string(), "{name}"),
            }
        }
        Dialect::Helper => {
            assert_eq!(answer["flag"], true, "{name}: {answer}");
            assert_eq!(answer["code"], 200, "{name}: {answer}");
            for row in answer["datas"].as_array().unwrap() {
                for field in &operation.fields {
                    assert!(row.get(&field.wire).is_some(), "{name}: {}", field.wire);
                }
            }
        }
    }
}

fn redacted(mut arguments: Json) -> Json {
    for secret in ["Pw", "ConfirmPassword", "Password"] {
        if let Some(value) = arguments.get_mut(secret) {
            *value = json!("***");
        }
    }
    arguments
}
