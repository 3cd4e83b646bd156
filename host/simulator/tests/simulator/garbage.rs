//! No body whatever makes the simulator fall over: it answers, and it goes on answering.

use crate::common::{Caller, path, small};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value as Json, json};
use sunmao_catalogue::{Catalogue, Operation};
use tokio::runtime::Runtime;

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,12}".prop_map(Json::from),
        prop_oneof!["ord", "-1", "0", "1,2,,x", "2025-02-31", "9223372036854775808"].prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Json::from),
            prop::collection::hash_map("[a-zA-Z_]{1,8}|ord|ID|pagesize|pageindex|_rpt_sort", inner, 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

fn operations() -> impl Strategy<Value = &'static Operation> {
    let catalogue: &'static Catalogue = Box::leak(Box::new(Catalogue::load().unwrap()));
    (0..catalogue.operations().len()).prop_map(|position| &catalogue.operations()[position])
}

fn runner() -> TestRunner {
    TestRunner::new(Config {
        cases: 400,
        failure_persistence: None,
        ..Config::default()
    })
}

async fn survives(caller: &Caller, operation: &Operation, body: Vec<u8>) {
    let request = caller
        .http
        .post(caller.url(&path(operation)))
        .header("ZBAPI-Token", &caller.token);
    let answer = request.body(body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let answer: Json = answer.json().await.unwrap();
    assert!(
        ["header", "Code", "code"]
            .iter()
            .any(|member| answer.get(member).is_some()),
        "{answer}"
    );
}

#[test]
fn bytes_that_are_no_json() {
    let runtime = Runtime::new().unwrap();
    let caller = runtime.block_on(small());
    runner()
        .run(&(operations(), any::<Vec<u8>>()), |(operation, body)| {
            runtime.block_on(survives(&caller, operation, body));
            Ok(())
        })
        .unwrap();
}

#[test]
fn json_of_any_form() {
    let runtime = Runtime::new().unwrap();
    let caller = runtime.block_on(small());
    runner()
        .run(&(operations(), any_json()), |(operation, body)| {
            runtime.block_on(survives(&caller, operation, body.to_string().into_bytes()));
            Ok(())
        })
        .unwrap();
}

#[test]
fn any_values_in_sound_requests() {
    let runtime = Runtime::new().unwrap();
    let caller = runtime.block_on(small());
    let values = prop::collection::vec(any_json(), 1..8);
    runner()
        .run(&(operations(), values), |(operation, values)| {
            let names = operation.params.iter().map(|field| field.wire.clone());
            let names = names.chain(["ord".to_owned(), "zdy1".to_owned()]);
            let arguments: serde_json::Map<String, Json> =
                names.zip(values.iter().cycle().cloned()).collect();
            let datas: Vec<Json> = arguments
                .iter()
                .map(|(name, value)| json!({"id": name, "val": value}))
                .collect();
            let mut body = arguments.clone();
            body.insert("session".to_owned(), json!(caller.token));
            body.insert("cmdkey".to_owned(), json!(operation.cmdkey));
            body.insert("datas".to_owned(), json!(datas));
            body.insert("Datas".to_owned(), json!(arguments));
            if operation.is_business() {
                let body = Json::Object(body).to_string().into_bytes();
                runtime.block_on(survives(&caller, operation, body));
            }
            Ok(())
        })
        .unwrap();
    runtime.block_on(async {
        let answer = caller.call("customers.list", json!({})).await;
        assert_eq!(answer["header"]["status"], 0);
    });
}
