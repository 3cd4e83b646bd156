//! The served OpenAPI document is true: it describes what the simulator takes and every answer that it gives.

use crate::common::{Caller, of_size, path, small};
use serde_json::{Map, Value as Json, json};
use std::collections::HashMap;
use sunmao_catalogue::{Catalogue, Operation};
use sunmao_simulator::Outcome;

/// The document with a validator for the answers of each operation.
struct Described {
    document: Json,
    answers: HashMap<u32, jsonschema::Validator>,
}

/// A component as a schema that can be checked against, with the shared ones, whose names have no dot.
fn validator(document: &Json, component: &str) -> jsonschema::Validator {
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let shared = schemas
        .iter()
        .filter(|(name, _)| !name.contains('.') || *name == component);
    let shared: Map<_, _> = shared
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    let schema = json!({
        "$ref": format!("#/components/schemas/{component}"),
        "components": {"schemas": shared},
    });
    jsonschema::draft202012::new(&schema).unwrap()
}

impl Described {
    async fn by(caller: &Caller) -> Self {
        let document = caller.admin("openapi.json").await;
        let catalogue = Catalogue::shared();
        let answers = catalogue
            .operations()
            .iter()
            .map(|operation| {
                (
                    operation.id,
                    validator(&document, &format!("{}.response", operation.name)),
                )
            })
            .collect();
        Described { document, answers }
    }

    /// The body that the document shows for an operation, within the caller's session.
    fn example(&self, caller: &Caller, operation: &Operation) -> Json {
        let paths = self.document["paths"].as_object().unwrap();
        let (_, item) = paths
            .iter()
            .find(|(path, _)| path.eq_ignore_ascii_case(&operation.path))
            .unwrap();
        let examples = &item["post"]["requestBody"]["content"]["application/json"]["examples"];
        let mut body = examples[&operation.name]["value"].clone();
        for name in ["session", "Token"] {
            if body.get(name).is_some() {
                body[name] = json!(caller.token);
            }
        }
        body
    }

    #[track_caller]
    fn check(&self, operation: &Operation, answer: &Json) {
        let faults: Vec<String> = self.answers[&operation.id]
            .iter_errors(answer)
            .map(|fault| fault.to_string())
            .collect();
        assert!(faults.is_empty(), "{}: {faults:?}: {answer}", operation.name);
    }
}

#[tokio::test]
async fn the_document_is_served_where_tools_look_for_it() {
    let caller = of_size(1).await;
    let committed = sunmao_catalogue::openapi_text(&Catalogue::shared());
    for path in ["/openapi.json", "/_simulator/openapi.json"] {
        let answer = caller.http.get(caller.url(path)).send().await.unwrap();
        assert_eq!(
            answer.headers()["content-type"],
            "application/json; charset=utf-8"
        );
        assert_eq!(answer.text().await.unwrap(), committed, "{path}");
    }
}

#[tokio::test]
async fn every_answer_is_one_that_is_described() {
    let caller = of_size(3).await;
    let described = Described::by(&caller).await;
    for operation in Catalogue::shared().operations() {
        let example = described.example(&caller, operation);
        let mut bodies = vec![
            example.clone(),
            json!({}),
            json!([]),
            json!({"datas": [], "Datas": []}),
        ];
        for name in ["session", "Token"] {
            if example.get(name).is_some() {
                let mut foreign = example.clone();
                foreign[name] = json!("nobody's");
                bodies.push(foreign);
            }
        }
        // A logout ends the session for those that come behind it.
        if operation.name == "session.logout" {
            bodies.retain(|body| body.get("session") != Some(&json!(caller.token)));
        }
        for body in bodies {
            let answer = caller.post(&path(operation), &body).await;
            described.check(operation, &answer);
        }
    }
}

#[tokio::test]
async fn the_examples_of_reads_are_taken() {
    let caller = small().await;
    let described = Described::by(&caller).await;
    let catalogue = Catalogue::shared();
    let reads = catalogue
        .operations()
        .iter()
        .filter(|operation| operation.is_business() && operation.is_read());
    for operation in reads {
        let mut example = described.example(&caller, operation);
        // Where the vendor's type is text, the example of a key is its label.
        for pair in example["datas"].as_array_mut().into_iter().flatten() {
            if pair["id"] == "ord" {
                pair["val"] = json!("1");
            }
        }
        let answer = caller.post(&path(operation), &example).await;
        described.check(operation, &answer);
        let entry = caller.simulator.ledger().pop().unwrap();
        assert_eq!(
            entry.outcome,
            Outcome::Done,
            "{}: {}",
            operation.name,
            entry.message
        );
    }
}
