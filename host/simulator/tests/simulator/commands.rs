//! Commands: what they ask for, and that they are carried out on all the records they name or on none.

use crate::common::{Caller, example, field, small, text};
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Catalogue, Dialect, Operation};
use sunmao_simulator::Outcome;

/// Commands that the object's own operations do not save, create, update or delete.
fn commands(catalogue: &Catalogue) -> Vec<Operation> {
    let stored = ["save", "create", "update", "delete"];
    catalogue
        .operations()
        .iter()
        .filter(|operation| {
            let first = operation.verb.split('-').next().unwrap_or_default();
            operation.is_business() && !operation.is_read() && !stored.contains(&first)
        })
        // The request of this one stands for the creation of a contract's line.
        .filter(|operation| operation.name != "products.add-to-contract")
        .cloned()
        .collect()
}

fn words(operation: &Operation, answer: &Json) -> String {
    let words = match operation.dialect {
        Dialect::Form => &answer["body"]["message"]["text"],
        Dialect::Json => &answer["Msg"],
        Dialect::Helper => &answer["msg"],
    };
    words.as_str().unwrap_or_default().to_owned()
}

async fn refused(caller: &Caller, operation: &Operation, arguments: Json) -> String {
    let answer = caller.call(&operation.name, arguments).await;
    let entry = caller.simulator.ledger().pop().unwrap();
    assert_eq!(entry.outcome, Outcome::Refused, "{}: {answer}", operation.name);
    assert!(entry.changes.is_empty(), "{}", operation.name);
    words(operation, &answer)
}

#[tokio::test]
async fn a_command_wants_its_required_fields_and_a_record_that_exists() {
    let caller = small().await;
    let commands = commands(&Catalogue::shared());
    assert!(commands.len() > 35, "{}", commands.len());
    for operation in &commands {
        let name = &operation.name;
        let mut arguments = example(operation);
        let key = ["ord", "ID"]
            .into_iter()
            .find(|key| arguments.get(key).is_some())
            .unwrap_or_else(|| panic!("{name} has no key"));
        for field in operation.params.iter().filter(|field| field.required) {
            let mut lacking = arguments.clone();
            lacking.as_object_mut().unwrap().remove(&field.wire);
            let words = refused(&caller, operation, lacking).await;
            assert!(
                words.contains(&field.label) && words.contains("不能为空"),
                "{name}: {words}"
            );
        }
        arguments[key] = json!(31);
        let words = refused(&caller, operation, arguments.clone()).await;
        assert!(words.contains("不存在"), "{name}: {words}");
        arguments[key] = json!(0);
        let words = refused(&caller, operation, arguments).await;
        assert!(words.contains("请选择"), "{name}: {words}");
    }
}

#[tokio::test]
async fn a_command_on_several_records_is_carried_out_on_all_or_none() {
    let caller = small().await;
    let answer = caller.call("customers.take-back", json!({"ord": "4,31"})).await;
    assert!(text(&answer).contains("不存在"));
    assert!(caller.simulator.ledger().pop().unwrap().changes.is_empty());
    let shown = caller.call("customers.get", json!({"ord": 4})).await;
    assert_eq!(field(&shown, "zt")["value"], "正常");
}

#[tokio::test]
async fn an_opinion_may_not_be_longer_than_its_field() {
    let caller = small().await;
    let review = json!({"ord": 3, "jg": 1, "intro": "长".repeat(501)});
    let answer = caller.call("customers.review", review).await;
    assert_eq!(text(&answer), "审核意见不能超过500个字，操作失败！");
}

#[tokio::test]
async fn an_assigned_customer_has_the_salesperson() {
    let caller = small().await;
    let name = caller.call("accounts.get", json!({"ord": 9})).await["Data"].clone();
    caller
        .call(
            "customers.assign",
            json!({"ord": 3, "member1": 0, "member2": "9"}),
        )
        .await;
    let shown = caller.call("customers.get", json!({"ord": 3})).await;
    assert_eq!(field(&shown, "cateid")["value"], "9");
    let shown = field(&shown, "cateName")["value"].as_str().unwrap();
    assert!(name.to_string().contains(shown), "{shown} in {name}");
    caller
        .call("customers.assign", json!({"ord": 3, "member1": 1}))
        .await;
    let shown = caller.call("customers.get", json!({"ord": 3})).await;
    assert_eq!(field(&shown, "cateName")["value"], "");
}
